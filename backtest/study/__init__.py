"""Event studies: abnormal returns around events, and every test of whether they are more than noise."""
