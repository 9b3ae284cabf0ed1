"""Links in the guide lead somewhere."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from ksbb.testing.quality.markdown import anchors, links
from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """The targets of all links of the guide, in either language; nothing is fetched."""
    for language, text in (("id", subject.program.guide.id), ("en", subject.program.guide.en)):
        for target in links(text):
            wrong = _wrong(subject, text, target)
            if wrong:
                yield Flaw(
                    where=f"guide.{language}.md",
                    expected="links that lead somewhere",
                    given=f"{target!r}: {wrong}",
                    remedy="Correct the link, or take it out",
                )


def _wrong(subject: Subject, text: str, target: str) -> str:
    """Why a link leads nowhere; nothing where it leads somewhere."""
    try:
        parts = urlsplit(target)
    except ValueError as error:
        return str(error)
    match parts.scheme:
        case "http" | "https":
            return "" if parts.hostname and "." in parts.hostname else "no host"
        case "mailto":
            return "" if "@" in parts.path else "no address"
        case "":
            # An address of the platform itself starts with a slash
            return "" if parts.path.startswith("/") else _wrong_inside(subject, text, parts.path, parts.fragment)
    return f"the scheme {parts.scheme} is none of http, https and mailto"


def _wrong_inside(subject: Subject, text: str, path: str, anchor: str) -> str:
    """Why a link to a file of the package, or to a heading, leads nowhere."""
    if not path and not anchor:
        return "nothing is given"
    if path and not (subject.package / path).is_file():
        return f"no such file in {subject.package.name}"
    aimed = (subject.package / path).read_text("utf-8", errors="replace") if path else text
    return f"no heading makes the anchor {anchor}" if anchor and anchor not in anchors(aimed) else ""


RULE = QualityRule(
    id="guide_links",
    tier=Tier.SILVER,
    title="Links in the guide lead somewhere",
    asks="Anchors are headings of the guide, relative links are files of the package, and addresses are whole. Nothing is fetched.",
    why="A dead link is a promise not kept.",
    check=check,
)
