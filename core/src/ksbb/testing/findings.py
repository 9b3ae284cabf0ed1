"""Findings to expect of one rule: each function answers with a list of just one."""

from ksbb.domain.text import Text
from ksbb.program.rules import Finding, Severity


def at(attribute: str) -> str:
    """The JSON Pointer of an attribute of the first line, such as `consent/signed_on`."""
    return f"/lines/0/attributes/{attribute}"


def block(code: str, pointer: str, indonesian: str, english: str) -> list[Finding]:
    """One finding that stops the approval."""
    return [Finding(code=code, severity=Severity.BLOCK, message=Text(indonesian, english), pointer=pointer)]


def warn(code: str, pointer: str, indonesian: str, english: str) -> list[Finding]:
    """One finding for the assessor to weigh."""
    return [Finding(code=code, severity=Severity.WARN, message=Text(indonesian, english), pointer=pointer)]
