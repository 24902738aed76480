"""The simulator, its metrics, and everything that is made of them: runs, tearsheets, the command line."""
