"""The pytest plugin of `ksbb[testing]`: fixtures for programs and for the platform, there without an import.

Pytest loads it in every project of an environment: it imports nothing of the platform before a test asks for it.
"""

from importlib import import_module
from importlib.util import find_spec

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Offer the fixtures, where pytest-asyncio is there to run them."""
    if find_spec("pytest_asyncio") is not None:
        config.pluginmanager.register(import_module("ksbb.testing.fixtures"), "ksbb-fixtures")
