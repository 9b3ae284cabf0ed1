"""`python -m tests.e2e.next_version COMMAND …`: a command of the next version, whose migrations are in `KSBB_TEST_MIGRATIONS`."""

import os
from pathlib import Path

from ksbb.cli.main import main
from ksbb.storage import migrate, tables

from . import expand

if __name__ == "__main__":
    # Nothing configures these: a version has the migrations and tables that it comes with
    setattr(migrate, "_FOLDER", Path(os.environ["KSBB_TEST_MIGRATIONS"]))  # noqa: B010 - that module's own
    expand(tables.metadata)
    main()
