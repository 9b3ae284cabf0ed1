"""For tests, of the platform and of programs: databases, a clock to set, and a world of people to act in; for programs
also the contract, commitments as rules see them, a workbench that records, and the problems to expect of attributes.

The fixtures come by themselves, with the pytest plugin `ksbb.testing.plugin`. The strategies for whatever a schema allows
are in `ksbb.testing.payloads`, the rules of quality in `ksbb.testing.quality`; both need Hypothesis, which `ksbb[testing]`
brings along.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ksbb.testing.clock import FakeClock
    from ksbb.testing.contract import ProgramContract
    from ksbb.testing.driven import Driven, Step, tiny_png
    from ksbb.testing.people import PASSWORD
    from ksbb.testing.quality.model import Tier
    from ksbb.testing.recording import RecordedCase, RecordingBench
    from ksbb.testing.views import commitment_view, line_like
    from ksbb.testing.world import World

__all__ = [
    "PASSWORD",
    "Driven",
    "FakeClock",
    "ProgramContract",
    "RecordedCase",
    "RecordingBench",
    "Step",
    "Tier",
    "World",
    "commitment_view",
    "line_like",
    "tiny_png",
]

_HOMES = {
    "PASSWORD": "people",
    "Driven": "driven",
    "FakeClock": "clock",
    "ProgramContract": "contract",
    "RecordedCase": "recording",
    "RecordingBench": "recording",
    "Step": "driven",
    "Tier": "quality.model",
    "World": "world",
    "commitment_view": "views",
    "line_like": "views",
    "tiny_png": "driven",
}


def __getattr__(name: str) -> Any:
    """Imported when it is asked for: pytest loads the plugin in every project of an environment, also where nobody needs a world."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
