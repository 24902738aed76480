"""Kinds of events: what each demands of its rows; one file per kind."""
