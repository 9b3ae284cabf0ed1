"""The rules of quality: one a file, each named by its id; the engine finds them here by themselves."""
