"""Could it be luck: Sharpe inference, overfitting, comparisons, bootstrap intervals; pure functions of arrays."""
