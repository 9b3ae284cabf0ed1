"""Log lines: one JSON object each, with the request or run that they belong to, without personal data and secrets."""

import logging
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec
import structlog
from structlog.typing import Processor

from ksbb.telemetry.tracing import traceparent

MASK = "***"
_HIDDEN_WORDS = frozenset(
    {
        *("password", "passwords", "passwd", "pwd", "secret", "secrets", "token", "tokens", "authorization", "cookie"),
        *("cookies", "credential", "credentials", "apikey", "key"),
        *("email", "emails", "phone", "phones", "telephone", "telp", "hp", "whatsapp", "nik", "npwp"),
        *(
            "name",
            "names",
            "address",
            "alamat",
            "contact",
            "contacts",
            "recipient",
            "recipients",
            "witness",
            "witnesses",
        ),
    }
)
"""A key with one of these words hides its value, unless it ends in `id`: an id leads to the record, for those who may
read it.
"""
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_PERSONAL = re.compile(
    r"""
    [\w.+-]+@[\w-]+(?:\.[\w-]+)+                                        # e-mail address
    | (?<![\w-])\d{16}(?![\w-])                                         # NIK (or the number of a family card)
    | (?<![\w-])(?:\+?62|0)[\s.-]?8\d{1,3}(?:[\s.-]?\d{3,5}){2}(?![\w-])  # mobile number
    | \bksbb_(?=[\w-]*[A-Z])[\w-]{8,}                                    # API token; packages of programs have no capitals
    | \beyJ[\w-]+\.[\w-]+\.[\w-]+                                       # JSON Web Token
    | (?<=\[parameters:\ ).*?(?=\]\n|\]$)                               # values of a statement, by SQLAlchemy
    | (?<=DETAIL:\ \ ).*                                                # values of a row, by PostgreSQL
    | (?<=://)[^\s/@:]+:[^\s/@]+(?=@)                                   # user and password in an address
    """,
    re.VERBOSE,
)
_UUID_LENGTH = 36
_SHORT = 200
_SMALLEST_NIK, _LARGEST_NIK = 10**15, 10**16


def mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of structlog: hides secrets and personal data by the name of their key and by their look.

    Runs after tracebacks were made into text, so that messages of errors are covered too.
    """
    return {key: value if key == "timestamp" else _masked(key, value) for key, value in event.items()}


def _masked(key: str, value: Any) -> Any:
    if value is None or isinstance(value, (bool, float, date)):
        return value
    if _hides(key):
        return MASK
    if isinstance(value, int):
        return MASK if _SMALLEST_NIK <= value < _LARGEST_NIK else value
    if isinstance(value, Mapping):
        return {str(inner): _masked(str(inner), one) for inner, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_masked("", one) for one in value]
    return _cleaned(value if isinstance(value, str) else str(value))


def _cleaned(value: str) -> str:
    if len(value) == _UUID_LENGTH and value[8] == value[13] == value[18] == value[23] == "-":
        return value
    return _cleaned_before(value) if len(value) <= _SHORT else _PERSONAL.sub(MASK, value)


@lru_cache(maxsize=1024)
def _cleaned_before(value: str) -> str:
    """As names of events and paths come again and again."""
    return _PERSONAL.sub(MASK, value)


@lru_cache(maxsize=1024)
def _hides(key: str) -> bool:
    words = [word.lower() for word in _WORDS.findall(key)]
    return bool(words) and words[-1] not in ("id", "ids") and not _HIDDEN_WORDS.isdisjoint(words)


def configure(level: int, *, for_people: bool) -> None:
    """Let logs go to stderr, ours from `level` on, those of libraries from WARNING on.

    `for_people`: as readable lines, else as JSON, one object per line. Tracebacks come without the values of variables.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        structlog.processors.format_exc_info,
        mask,
    ]
    renderer: Processor = structlog.dev.ConsoleRenderer() if for_people else _as_json
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _ToStderr)]:
        root.removeHandler(handler)
    bridge = _ToStderr(logging.WARNING)
    bridge.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root.addHandler(bridge)


@contextmanager
def context_of(**values: str) -> Iterator[None]:
    """In the block all log lines carry `values`, and what `bind` adds, and nothing of before."""
    before = structlog.contextvars.get_contextvars()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**values)
    try:
        yield
    finally:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(**before)


def bind(**values: str) -> None:
    """All further log lines of this request or run carry `values`: ids, never personal data."""
    structlog.contextvars.bind_contextvars(**values)


def _as_json(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    return msgspec.json.encode(event).decode()


class _ToStderr(logging.Handler):
    """Writes to what stderr is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:  # noqa: BLE001 - as every handler of the standard library: a log line must not stop its writer
            self.handleError(record)


def _add_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    parent = traceparent()
    if parent is not None:
        event["trace_id"] = parent.split("-")[1]
    return event
