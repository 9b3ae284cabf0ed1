# /// script
# requires-python = ">=3.11"
# dependencies = ["django==5.2.19", "django-viewflow==2.4.0", "psycopg[binary]==3.3.9"]
# ///
# The libraries stand in the script's own environment, out of the type checker's sight.
# mypy: disable-error-code="import-not-found, import-untyped, misc, untyped-decorator"
"""Viewflow: a flow of tasks that are carried out from outside; its task rows are the history."""

import sys
from collections.abc import Iterator

import django
from django.conf import settings
from tests.bench.child import DATA, STATES, Hands, own_stdout, serve
from tests.bench.peers.address import django as database

answers = own_stdout()
settings.configure(
    DATABASES={"default": database(sys.argv[1])},
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "viewflow",
        "viewflow.workflow",
        "tests.bench.peers",
    ],
)
django.setup()

from django.core.management import call_command  # noqa: E402 - needs the settings
from django.db import transaction  # noqa: E402
from tests.bench.peers.viewflow_flow import CaseFlow  # noqa: E402


def life() -> Iterator[None]:
    """One process, a transaction for each of its tasks."""
    process = CaseFlow.start.run(data=DATA)
    yield
    for state in STATES[1:]:
        with transaction.atomic():
            node = getattr(CaseFlow, state)
            node.run(CaseFlow.task_class.objects.get(process=process, flow_task=node))
        yield


call_command("migrate", verbosity=0)
serve(Hands(life).run, answers)
