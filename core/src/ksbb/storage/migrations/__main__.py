"""Write `versions/0001_initial.py` anew from the tables."""

from ksbb.storage.migrate import write_initial

if __name__ == "__main__":
    write_initial()
