"""The command line `ksbb`. Commands are imported when they are called, so that `--help` answers at once."""

from ksbb.cli.main import main

__all__ = ["main"]
