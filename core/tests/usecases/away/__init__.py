"""A program goes away with cases open: they stay readable, what doesn't need it goes on, and when it is back so does the rest."""
