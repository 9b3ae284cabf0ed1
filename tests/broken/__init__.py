"""Programs at fault: a distribution for every fault, and what the platform makes of it. None of them harms another program."""
