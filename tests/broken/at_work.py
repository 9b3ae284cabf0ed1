"""Programs that load well and fail at their work: in a rule, in a flow, or when a flow is imported."""

from tests.broken.shelf import Shelf, program

_RULE = """
def _check(view, settings):
    quantity = view.lines[0].quantity
    if quantity == 1:
        raise LookupError("the table of portions is away")
    if quantity == 2:
        return None
    if quantity == 3:
        return 7
    if quantity == 4:
        return ["too few"]
    if quantity == 5:
        return [Finding(code="other", severity=Severity.BLOCK, message=NAME)]
    if quantity == 6:
        return [Finding(code="few", severity="block", message=NAME)]
    if quantity == 7:
        return [Finding(code="few", severity=Severity.BLOCK, message="too few")]
    if quantity == 8:
        raise SystemExit("enough")
    if quantity == 9:
        return _halfway()
    while quantity == 11: pass
    return [Finding(code="few", severity=Severity.INFO, message=NAME)]

def _halfway():
    yield Finding(code="few", severity=Severity.BLOCK, message=NAME)
    raise RuntimeError("in the middle")
"""
UNRULY = {
    1: "rule moody raised LookupError: the table of portions is away",
    2: "rule moody raised TypeError: 'NoneType' object is not iterable",
    3: "rule moody raised TypeError: 'int' object is not iterable",
    4: "rule moody answered 'too few'; expected findings with codes ['few']",
    5: "rule moody answered Finding(code='other', severity=<Severity.BLOCK: 'block'>, message=Text(id='Contoh', en='Example'), "
    "pointer=''); expected findings with codes ['few']",
    6: "rule moody answered Finding(code='few', severity='block', message=Text(id='Contoh', en='Example'), pointer=''); expected "
    "findings with codes ['few']",
    7: "rule moody answered Finding(code='few', severity=<Severity.BLOCK: 'block'>, message='too few', pointer=''); expected "
    "findings with codes ['few']",
    8: "rule moody raised SystemExit: enough",
    9: "rule moody raised RuntimeError: in the middle",
    11: "a rule hasn't come back within 10 s; it stands at ksbb_unruly/__init__.py, line 27",
}
"""What is told of the rule of the program `unruly`, by the quantity of the commitment."""
WELL = 10
"""The quantity with which the rule has no trouble."""

_FLOW = """
from prefect import flow

@flow(name=__package__ + "-assess")
async def assess(items: list[str]) -> None:
"""
CRASHING = {
    "crashing": (
        f"{_FLOW}    raise RuntimeError(f'no room for {{len(items)}} items')",
        "RuntimeError: flow ksbb_crashing-assess ended Failed: Flow run encountered an exception: RuntimeError: no room for 1 items",
    ),
    "exiting": (
        f"{_FLOW}    raise SystemExit('enough')",
        "RuntimeError: flow ksbb_exiting-assess ended Crashed: sys.exit('enough') was called",
    ),
    "step_exits": (
        f"""
from ksbb.program import workbench
{_FLOW}
    async def one(case):
        raise SystemExit("enough")

    await workbench().each(items, one)
""",
        "ExitCalled: sys.exit('enough') was called",
    ),
    "undone": (f"{_FLOW}    pass", "RuntimeError: the flow left this item undone"),
    "unwritten": ("def assess(:", "RuntimeError: SyntaxError: invalid syntax (flows.py, line 1)"),
    "unimported": ("import nothing_here", "RuntimeError: ModuleNotFoundError: No module named 'nothing_here'"),
    "import_exits": ("raise SystemExit('no flows')", "RuntimeError: ExitCalled: sys.exit('no flows') was called"),
    "unflowing": (
        "def assess(items):\n    pass",
        "RuntimeError: TypeError: ksbb_unflowing.flows:assess is function, expected a Prefect flow",
    ),
}
"""Programs whose flow fails: the module of the flow, and what is told of an item of it."""
_HOOK = """
@hookimpl
def ksbb_lifecycle(event):
"""
LISTENING = {
    "shouting": f"{_HOOK}    raise RuntimeError(f'{{event.stage}}!')",
    "deaf": f"import threading\n{_HOOK}    threading.Event().wait()",
    "hearing": f"""
from pathlib import Path
{_HOOK}
    with Path(__file__).with_name("heard").open("a") as file:
        file.write(f"{{event.stage}} {{event.commitment_id}}\\n")
""",
}
"""Programs with a life-cycle hook: one that raises, one that never returns, and one that notes what it hears."""
IDS = ("unruly", *CRASHING, *LISTENING)


def put(shelf: Shelf) -> None:
    """Put them on a shelf."""
    rules = "(Rule(id='moody', title=NAME, source='-', codes=('few',), check=_check),)"
    shelf.put("unruly", program("unruly", before=_RULE, given={"rules": rules}))
    for program_id, (flows, _) in CRASHING.items():
        shelf.put(program_id, program(program_id), files={"flows.py": flows})
    for program_id, hook in LISTENING.items():
        shelf.put(program_id, program(program_id, after=hook))
