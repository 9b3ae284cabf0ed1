"""The fixtures of all tests of core, and how long Hypothesis searches."""

import os

from hypothesis import settings

from ksbb.testing.fixtures import (
    clock,
    database,
    database_url,
    empty_database_url,
    platform,
    postgres_template,
    postgres_url,
    programs,
    sqlite_template,
    world,
)

__all__ = [
    "clock",
    "database",
    "database_url",
    "empty_database_url",
    "platform",
    "postgres_template",
    "postgres_url",
    "programs",
    "sqlite_template",
    "world",
]

# The same examples at every run: a check must not fail by chance. KSBB_HYPOTHESIS_PROFILE=deep searches on.
settings.register_profile("steady", deadline=None, derandomize=True, max_examples=40)
settings.register_profile("deep", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("KSBB_HYPOTHESIS_PROFILE", "steady"))
