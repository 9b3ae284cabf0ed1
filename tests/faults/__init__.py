"""Guarantees shown by real processes and real kills. `python -m tests.faults all` runs the long versions."""
