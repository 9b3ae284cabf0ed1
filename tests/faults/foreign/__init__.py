"""Programs that only the tests of faults install: their processes have this folder on their path."""
