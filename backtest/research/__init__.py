"""Many runs of one question: the ledger of trials, sweeps over settings, walk-forward choice."""
