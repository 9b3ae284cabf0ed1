"""The host of the programs: finds them, loads the enabled ones in isolation, and tells how each of them stands."""

from ksbb.programs.host import ProgramHost, host_of, load_programs
from ksbb.programs.status import ProgramState, ProgramStatus

__all__ = ["ProgramHost", "ProgramState", "ProgramStatus", "host_of", "load_programs"]
