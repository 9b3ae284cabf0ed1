"""What core's flows need of the process that runs them."""

from contextvars import ContextVar
from dataclasses import dataclass

from ksbb.programs.host import ProgramHost
from ksbb.usecases.platform import Platform


@dataclass(frozen=True, slots=True)
class EngineContext:
    """The platform that flows work on; `public_url` is where the QR codes of documents lead."""

    platform: Platform
    host: ProgramHost
    public_url: str


_current: ContextVar[EngineContext] = ContextVar("ksbb_engine")


def engine_context() -> EngineContext:
    """The context of the running engine. Raises LookupError outside of one."""
    return _current.get()


def enter(context: EngineContext) -> None:
    """Set the engine's context for all flows that start from here."""
    _current.set(context)
