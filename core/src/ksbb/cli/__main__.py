"""`python -m ksbb.cli`: the command line where the script `ksbb` isn't on the path."""

from ksbb.cli import main

if __name__ == "__main__":
    main()
