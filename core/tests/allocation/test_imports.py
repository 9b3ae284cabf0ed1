"""What proves, tells and stores a plan is cheap to import; the solver is loaded where a plan is made, and nowhere else."""

import subprocess
import sys

import pytest

HEAVY = ("numpy", "ortools", "pandas", "scipy")


@pytest.mark.parametrize(
    ("modules", "loaded"),
    [(("problem", "plan", "certificate", "reasons", "refusals", "stored"), []), (("solve",), ["numpy", "ortools"])],
    ids=["all but the solver", "the solver"],
)
def test_only_solving_loads_the_solver(modules: tuple[str, ...], loaded: list[str]) -> None:
    names = ", ".join(f"ksbb.allocation.{module}" for module in modules)
    script = f"import sys, ksbb.allocation, {names}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == f"{loaded}\n"
