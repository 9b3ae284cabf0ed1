"""For tests, of the platform and of programs: databases, a clock to set, and a world of people to act in.

The fixtures are in `ksbb.testing.fixtures`; import them in a `conftest.py`.
"""

from ksbb.testing.clock import FakeClock
from ksbb.testing.driven import Driven, Step, tiny_png
from ksbb.testing.people import PASSWORD
from ksbb.testing.world import World

__all__ = ["PASSWORD", "Driven", "FakeClock", "Step", "World", "tiny_png"]
