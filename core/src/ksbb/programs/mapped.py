"""Tables of other systems, read by programs' mappings in isolation."""

from functools import partial

from ksbb.domain.errors import InvalidInput, Problem
from ksbb.domain.text import Text
from ksbb.program import ImportMapping, ImportTable
from ksbb.programs.host import ProgramHost
from ksbb.usecases.csv_import import Table, read_mapped

SECONDS = 30.0
"""How long a mapping may take over a table."""


async def read_by(host: ProgramHost, name: str, table: ImportTable, content: bytes) -> Table:
    """A CSV file of another system in our columns, by the mapping `name`: `<program>.<mapping>`.

    Raises InvalidInput that names the known mappings for an unknown one, and each wrong cell by the file's own row and column;
    Unavailable where the program doesn't run, ProgramFailed where it fails.
    """
    program_id, found = _find(host, name, table)
    what = f"import mapping {found.id}"
    read = await host.call(program_id, what, partial(_read, content, found), seconds=SECONDS)
    if isinstance(read, InvalidInput):
        raise read
    return read


def _read(content: bytes, mapping: ImportMapping) -> Table | InvalidInput:
    """A table that isn't right is no failure of the program's."""
    try:
        return read_mapped(content, mapping)
    except InvalidInput as error:
        return error


def _find(host: ProgramHost, name: str, table: ImportTable) -> tuple[str, ImportMapping]:
    program_id = name.partition(".")[0]
    if any(status.id == program_id for status in host.statuses()):
        host.require(program_id)
    known = {
        f"{active.program.id}.{mapping.id}": (active.program.id, mapping)
        for active in host.active()
        for mapping in active.program.import_mappings
        if mapping.table == table
    }
    if name in known:
        return known[name]
    listed = sorted(known)
    raise InvalidInput(
        Problem(
            code="mapping_unknown",
            message=Text(
                f"pemetaan {name} tidak dikenal; untuk impor ini ada: {', '.join(listed) or 'tidak ada'}",
                f"the mapping {name} isn't known; for this import there are: {', '.join(listed) or 'none'}",
            ),
            pointer="/query/mapping",
            expected=listed,
            given=name,
        )
    )
