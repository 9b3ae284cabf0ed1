"""For tests, of the platform and of programs: databases, a clock to set, and a world of people to act in.

The fixtures are in `ksbb.testing.fixtures`; import them in a `conftest.py`.
"""

from ksbb.testing.clock import FakeClock
from ksbb.testing.world import PASSWORD, Driven, Step, World

__all__ = ["PASSWORD", "Driven", "FakeClock", "Step", "World"]
