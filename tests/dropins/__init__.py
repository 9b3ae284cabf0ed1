"""Two programs that drop in: packages of outsiders, on a machine that has nothing but built wheels."""
