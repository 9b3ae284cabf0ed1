"""`ksbb programs new`: a package to start a program from."""

import re
import sys
from importlib import resources
from pathlib import Path

import click

from ksbb.programs.discovery import installed_programs

_ID = re.compile(r"[a-z][a-z0-9_]{1,39}")
_MOST_CHARACTERS = 60
_LONG = 30
"""A longer text isn't the same in both languages."""
_UNFIT = re.compile(r'["\\{}]')
"""What a name can't hold, because it is written into Python, TOML and Markdown as it stands."""


def _program_id(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not _ID.fullmatch(value) or value.endswith("_") or "__" in value:
        raise click.BadParameter(
            f"{value!r} can't be a program's id: 2 to 40 lower-case letters, digits and single underscores between them, "
            "a letter first, such as seni_budaya"
        )
    claimed = installed_programs().get(value)
    if claimed:
        raise click.BadParameter(
            f"a program {value!r} is installed already, by {', '.join(one.label for one in claimed)}; "
            "choose another id, or uninstall it first"
        )
    return value


def _name(value: str) -> str:
    value = value.strip()
    if not 0 < len(value) <= _MOST_CHARACTERS or not value.isprintable() or _UNFIT.search(value):
        raise click.BadParameter(
            f'{value!r} must be 1 to {_MOST_CHARACTERS} characters in one line, none of " \\ {{ }}'
        )
    return value


def _given(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    return None if value is None else _name(value)


@click.command(name="new")
@click.argument("program_id", metavar="ID", callback=_program_id)
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="The folder to make (default: ksbb-<id>, with hyphens).",
)
@click.option("--name-id", callback=_given, help="The program's name in Indonesian (default: from the id).")
@click.option("--name-en", callback=_given, help="Its name in English (default: as in Indonesian).")
@click.option("--agency", callback=_given, help="The agency that leads it, in Indonesian (default: Pokja KSBB).")
@click.option("--agency-en", callback=_given, help="The same in English (default: as in Indonesian).")
def new(
    program_id: str,
    into: Path | None,
    name_id: str | None,
    name_en: str | None,
    agency: str | None,
    agency_en: str | None,
) -> None:
    """Write a new program's package: typed, tested, complete. On a terminal, asks for the names that aren't given."""
    words = program_id.split("_")
    distribution = f"ksbb-{'-'.join(words)}"
    folder = into or Path(distribution)
    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} exists and isn't empty; name another folder by --into")
    name = name_id or _asked("Name in Indonesian", " ".join(words).title())
    translated = name_en or _in_english("Name in English", name, "--name-en")
    leader = agency or _asked("Leading agency in Indonesian", "Pokja KSBB")
    values = {
        "program_id": program_id,
        "package": f"ksbb_{program_id}",
        "distribution": distribution,
        "name_id": name,
        "name_en": translated,
        "agency_id": leader,
        "agency_en": agency_en or _in_english("Leading agency in English", leader, "--agency-en"),
    }
    _write(folder, values)
    click.echo(
        f"Wrote {folder}: the program {values['name_en']} with one aid type, one rule, one flow, its guides and tests.\n"
        "\n"
        "Next:\n"
        f"  cd {folder}\n"
        "  pip install -e .\n"
        "  pytest\n"
        "  ksbb programs check .\n"
        f"Then make it yours: start in src/{values['package']}/aid.py. "
        f'To switch it on, add "{program_id}" to programs.enabled in ksbb.toml.'
    )


def _asked(question: str, default: str | None) -> str:
    """What the person at the terminal answers; where there is none, the default."""
    if default is not None and not sys.stdin.isatty():
        return default
    answer: str = click.prompt(question, default=default, value_proc=_name)
    return answer


def _in_english(question: str, indonesian: str, option: str) -> str:
    """The answer; by default the Indonesian text, unless it is so long that it must be translated."""
    if len(indonesian) <= _LONG:
        return _asked(question, indonesian)
    if not sys.stdin.isatty():
        raise click.UsageError(f"give {option}, too: {indonesian!r} is too long to be the same in both languages")
    return _asked(question, None)


def _write(folder: Path, values: dict[str, str]) -> None:
    try:
        from copier import run_copy  # noqa: PLC0415 - of the extra `author`
    except ModuleNotFoundError as error:
        raise click.ClickException("this needs Copier; install ksbb with its extra `author`: ksbb[author]") from error
    with resources.as_file(resources.files("ksbb").joinpath("testing", "template")) as template:
        run_copy(str(template), folder, data=values, defaults=True, quiet=True)
