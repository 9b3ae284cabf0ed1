"""Fixtures of the tests that stand above the packages."""

from ksbb.testing.fixtures import postgres_url

__all__ = ["postgres_url"]
