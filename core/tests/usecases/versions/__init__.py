"""Versions of aid schemas: drafts are carried over to the present one, what was submitted keeps its own for ever."""
