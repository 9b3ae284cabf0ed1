# /// script
# requires-python = ">=3.11"
# dependencies = ["django==5.2.19", "django-fsm-2==4.2.4", "psycopg[binary]==3.3.9"]
# ///
# The libraries stand in the script's own environment, out of the type checker's sight.
# mypy: disable-error-code="import-not-found, import-untyped, misc, untyped-decorator"
"""django-fsm: a protected state field on a model, a method for each transition, a history row beside it."""

import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import django
from django.conf import settings
from tests.bench.child import ACTOR, DATA, STATES, Hands, own_stdout, serve
from tests.bench.peers.address import django as database

answers = own_stdout()
settings.configure(
    DATABASES={"default": database(sys.argv[1])}, USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField"
)
django.setup()

from django.db import connection, models, transaction  # noqa: E402 - models need the settings
from django_fsm import FSMField, transition  # noqa: E402


def moves(field: Any) -> dict[str, Callable[[Any], None]]:
    """A method for each transition, named for the state that it leads to."""

    def move(before: str, after: str) -> Callable[[Any], None]:
        def body(self: Any) -> None:
            self.version += 1

        body.__name__ = after
        decorated: Callable[[Any], None] = transition(field=field, source=before, target=after)(body)
        return decorated

    return {after: move(before, after) for before, after in pairwise(STATES)}


class Case(models.Model):
    """A case in a state."""

    state = FSMField(default=STATES[0], protected=True)
    version = models.IntegerField(default=1)
    data = models.JSONField(default=dict)
    changed_at = models.DateTimeField(auto_now=True)
    vars().update(moves(state))

    class Meta:
        app_label = "bench"


class History(models.Model):
    """A transition that was made."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    sequence = models.IntegerField()
    state = models.CharField(max_length=20)
    actor = models.CharField(max_length=36)
    at = models.DateTimeField(auto_now_add=True)
    data = models.JSONField(default=dict)

    class Meta:
        app_label = "bench"
        unique_together = (("case", "sequence"),)


def life() -> Iterator[None]:
    """One case, a transaction for each transition."""
    with transaction.atomic():
        case = Case.objects.create(data=DATA)
        History.objects.create(case=case, sequence=1, state=case.state, actor=ACTOR, data=DATA)
    yield
    for state in STATES[1:]:
        with transaction.atomic():
            case = Case.objects.select_for_update().get(pk=case.pk)
            getattr(case, state)()
            case.save()
            History.objects.create(case=case, sequence=case.version, state=case.state, actor=ACTOR, data=DATA)
        yield


with connection.schema_editor() as editor:
    editor.create_model(Case)
    editor.create_model(History)
serve(Hands(life).run, answers)
