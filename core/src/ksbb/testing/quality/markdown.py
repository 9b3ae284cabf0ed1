"""What rules need to know of a Markdown text."""

import re
from collections.abc import Iterator

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$", re.MULTILINE)
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]*)>?(?:\s+\"[^\"]*\")?\s*\)")
_REFERENCE = re.compile(r"^\[[^\]]+\]:\s*<?(\S+?)>?(?:\s+\".*\")?\s*$", re.MULTILINE)
_AUTOMATIC = re.compile(r"<((?:https?|mailto):[^>]*)>")


def headings(text: str) -> list[tuple[int, str]]:
    """The headings with their levels, in order."""
    return [(len(marks), title) for marks, title in _HEADING.findall(_FENCED.sub("", text))]


def anchors(text: str) -> set[str]:
    """The names that a link within the text can lead to, as Markdown's readers make them from headings."""
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for _, title in headings(text)}


def links(text: str) -> Iterator[str]:
    """The targets of all links and pictures, code left out."""
    prose = _INLINE.sub("", _FENCED.sub("", text))
    for pattern in (_LINK, _REFERENCE, _AUTOMATIC):
        yield from pattern.findall(prose)
