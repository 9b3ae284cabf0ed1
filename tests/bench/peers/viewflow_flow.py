# The libraries stand in the script's own environment, out of the type checker's sight.
# mypy: disable-error-code="import-not-found, import-untyped, misc, untyped-decorator"
"""The flow of the Viewflow peer; imported once Django is set up."""

from typing import Any

from tests.bench.child import STATES
from viewflow import this
from viewflow.workflow import flow, lock


class CaseFlow(flow.Flow):
    """A start, then a task for each transition that is carried out from outside."""

    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle(this.begin).Next(getattr(this, STATES[1]))
    vars().update(
        {
            state: flow.Handle().Next(getattr(this, following))
            for state, following in zip(STATES[1:], (*STATES[2:], "end"), strict=True)
        }
    )
    end = flow.End()

    def begin(self, activation: Any, data: dict[str, Any]) -> Any:
        """The first transition: a process with its data."""
        activation.process.data = data
        return activation.process
