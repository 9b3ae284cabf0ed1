"""The host of the programs: finds them, loads the enabled ones in isolation, and tells how each of them stands."""

from ksbb.programs.host import ProgramHost, examine_programs, host_of, load_programs
from ksbb.programs.status import ProgramState, ProgramStatus

__all__ = ["ProgramHost", "ProgramState", "ProgramStatus", "examine_programs", "host_of", "load_programs"]
