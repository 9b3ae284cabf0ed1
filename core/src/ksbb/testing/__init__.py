"""For tests, of the platform and of programs: databases, a clock to set, and a world of people to act in; for programs
also commitments as rules see them, a workbench that records, and the problems to expect of attributes.

The fixtures are in `ksbb.testing.fixtures`; import them in a `conftest.py`. The strategies for whatever a schema allows
are in `ksbb.testing.payloads`, which needs Hypothesis.
"""

from ksbb.testing.clock import FakeClock
from ksbb.testing.driven import Driven, Step, tiny_png
from ksbb.testing.people import PASSWORD
from ksbb.testing.recording import RecordedCase, RecordingBench
from ksbb.testing.views import commitment_view, line_like
from ksbb.testing.world import World

__all__ = [
    "PASSWORD",
    "Driven",
    "FakeClock",
    "RecordedCase",
    "RecordingBench",
    "Step",
    "World",
    "commitment_view",
    "line_like",
    "tiny_png",
]
