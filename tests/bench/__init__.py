"""Speed, measured: a floor, peers and the platform in the same run on the same machine. `python -m tests.bench --help`.

Every contender is a process of its own that runs when it is told to (`child`), and the rounds go A B C A B C, so that
whatever else the machine does befalls all of them alike (`contest`). Only ratios of one run mean anything.
"""
