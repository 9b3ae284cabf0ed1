"""The machine: settings, data folder, secret, disk, time zone."""

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ksbb.cli.checks.line import Line, fault, ok, told, warning
from ksbb.domain.errors import InvalidInput
from ksbb.settings import Settings

_GIBIBYTE = 1024**3
_LITTLE, _TOO_LITTLE = 2 * _GIBIBYTE, _GIBIBYTE // 5
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def refused_settings(error: InvalidInput) -> Iterator[Line]:
    """A line for every setting that is wrong or unknown."""
    for problem in error.problems:
        message = problem.message.en
        yield fault("configuration", message, f"correct {problem.pointer.strip('/').replace('/', '.') or 'the file'}")


def machine(settings: Settings) -> Iterator[Line]:
    """All lines about the machine."""
    yield _configuration(settings)
    yield from _folder(settings.data_dir)
    yield _secret(settings)
    yield _time_zone()
    yield from _traces()


def _configuration(settings: Settings) -> Line:
    given = {name: values for name, values in settings.sources.items() if values}
    places = {"": "arguments", "KSBB_": "environment"}
    named = ", ".join(
        f"{places.get(name, f'file {name}')} ({', '.join(sorted(values))})" for name, values in given.items()
    )
    return ok("configuration", f"from {named}" if named else "all defaults")


def _folder(folder: Path) -> Iterator[Line]:
    where = folder.resolve()
    if not where.is_dir():
        yield fault("data folder", f"{where} doesn't exist", "run `ksbb init`, or name the right folder with --data")
        return
    if not os.access(where, os.W_OK | os.X_OK):
        yield fault("data folder", f"{where} can't be written to", f"give the user that runs ksbb rights on {where}")
    else:
        yield ok("data folder", str(where))
    free = shutil.disk_usage(where).free
    message = f"{free / _GIBIBYTE:.1f} GiB free at {where}"
    if free < _TOO_LITTLE:
        yield fault("disk", message, "free space now: without it nothing can be stored")
    elif free < _LITTLE:
        yield warning("disk", message, "free space, or move the data folder to a larger disk")
    else:
        yield ok("disk", message)


def _secret(settings: Settings) -> Line:
    try:
        settings.read_secret()
    except InvalidInput as error:
        return told("secret", error.problems[0].message.en)
    except OSError as error:
        remedy = "give the user that runs ksbb the right to read it"
        return fault("secret", f"{settings.secret_file} can't be read ({error.strerror})", remedy)
    if settings.secret is not None:
        return ok("secret", "from the settings")
    mode = stat.S_IMODE(settings.secret_file.stat().st_mode)
    if mode & _OTHERS:
        message = f"{settings.secret_file} may be read by others (mode {mode:04o}): they can sign in as anybody"
        return fault("secret", message, f"run `chmod 600 {settings.secret_file}`")
    return ok("secret", f"{settings.secret_file}, for its owner only")


def _time_zone() -> Line:
    try:
        offset = datetime.now(UTC).astimezone(ZoneInfo("Asia/Jakarta")).utcoffset()
    except ZoneInfoNotFoundError:
        return fault("time zone", "no data for Asia/Jakarta", "run `pip install tzdata`")
    if offset != timedelta(hours=7):
        return fault(
            "time zone", f"Asia/Jakarta is {offset} ahead of UTC, expected 7:00:00", "run `pip install -U tzdata`"
        )
    return ok("time zone", "Asia/Jakarta is 7 h ahead of UTC")


def _traces() -> Iterator[Line]:
    endpoint = next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), None)
    if endpoint is None:
        return
    if find_spec("opentelemetry.sdk") and find_spec("opentelemetry.exporter"):
        yield ok("traces", f"sent to {endpoint}")
    else:
        yield warning(
            "traces", f"{endpoint} is set, but OpenTelemetry isn't installed", "run `pip install 'ksbb[otel]'`"
        )
