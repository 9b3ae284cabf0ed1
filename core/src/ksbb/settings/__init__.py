"""Configuration: `ksbb.toml`, environment variables over it, arguments over both.

`KSBB_CONFIG` names the file, else `ksbb.toml` of the working directory is read where there is one. Every setting has an
environment variable: `KSBB_PORT`, and with `__` for each level `KSBB_PROGRAMS__STRICT` and
`KSBB_PROGRAMS__PANGAN__MEAL_HOURS`. Variables that start with `KSBB_TEST_` belong to the tests and are left alone.
"""

from ksbb.settings.model import PROGRAM_IDS, AllocationSettings, EngineMode, EngineSettings, ProgramsSettings, Settings
from ksbb.settings.problems import closest, did_you_mean, problems_of
from ksbb.settings.reading import load_settings

__all__ = [
    "PROGRAM_IDS",
    "AllocationSettings",
    "EngineMode",
    "EngineSettings",
    "ProgramsSettings",
    "Settings",
    "closest",
    "did_you_mean",
    "load_settings",
    "problems_of",
]
