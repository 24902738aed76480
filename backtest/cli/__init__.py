"""The command line: verbs over the config; stdout is data, stderr is everything else."""
