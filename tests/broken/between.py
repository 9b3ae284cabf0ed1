"""Faults between programs, and of the configuration: claims on one id, programs that aren't there, settings that are refused."""

from typing import Any

from tests.broken.at_loading import status
from tests.broken.shelf import Shelf, program

MARK = "from pathlib import Path\nPath(__file__).with_name('imported').touch()\n"
"""Code that leaves a file when it is run."""
ENABLED = ("twin", "original", "alias", "left", "right", "pangen", "unsettled", "chatty")
VARIABLES = {
    "KSBB_PROGRAMS__UNSETTLED__LIMIT": "0",
    "KSBB_PROGRAMS__UNSETTLED__LIMTI": "4",
    "KSBB_PROGRAMS__UNSETTLED__MAIL__TOKEN": "xyz",
    "KSBB_PROGRAMS__UNSETTLED__MAIL__HOTS": "mail.example",
    "KSBB_PROGRAMS__UNSETTLED__RELAYS": '[{"prot": 25}]',
    "KSBB_PROGRAMS__RESTIG__LIMIT": "1",
}
_SETTINGS = """
from pydantic import BaseModel

class Relay(ProgramSettings):
    port: int = 25

class Mail(ProgramSettings):
    host: str = "localhost"
    token: SecretStr = Field(default=SecretStr("none"), min_length=8)

class Settings(ProgramSettings):
    limit: int = Field(default=3, ge=1)
    mail: Mail | None = None
    relays: tuple[Relay, ...] = ()
"""
_CHATTY = """
print("welcome to chatty")

class Settings(ProgramSettings):
    limit: int = 3
    key: SecretStr = SecretStr("sesame")
"""


def put(shelf: Shelf) -> None:
    """Put them on a shelf."""
    shelf.put("twin", MARK)
    shelf.put("twin", MARK, distribution="other-twin")
    shelf.put("original", program("original"))
    shelf.put("alias", program("original"))
    shelf.put("left", program("shared"))
    shelf.put("right", program("shared"))
    shelf.put("resting", MARK + "raise RuntimeError('imported')")
    shelf.put("unsettled", program("unsettled", before=_SETTINGS, given={"settings": "Settings"}))
    shelf.put("chatty", program("chatty", before=_CHATTY, given={"settings": "Settings"}))


def expected() -> dict[str, dict[str, Any]]:
    """The whole status of each."""
    return {
        "twin": _conflict(
            "twin",
            "ksbb-twin, other-twin",
            "beberapa paket mengaku sebagai program twin: ksbb-twin 1.2.3, other-twin 1.2.3",
            "several packages claim to be program twin: ksbb-twin 1.2.3, other-twin 1.2.3",
            (
                "sisakan satu: pip uninstall ksbb-twin atau pip uninstall other-twin, lalu mulai ulang",
                "leave one of them: pip uninstall ksbb-twin or pip uninstall other-twin, then restart",
            ),
        ),
        **{
            name: _conflict(
                name,
                f"ksbb-{name}",
                f"beberapa entry point mendaftarkan program {claimed}: {both}",
                f"several entry points register the program {claimed}: {both}",
                (
                    f"sisakan satu di programs.enabled: {' atau '.join(names)}, lalu mulai ulang",
                    f"leave one of them in programs.enabled: {' or '.join(names)}, then restart",
                ),
            )
            for claimed, names in (("original", ("original", "alias")), ("shared", ("left", "right")))
            for both in (", ".join(f"{one} (ksbb-{one} 1.2.3)" for one in names),)
            for name in names
        },
        "pangen": status(
            "pangen",
            "missing",
            None,
            (
                "program pangen tidak terpasang; mungkin maksud Anda pangan?",
                "program pangen is not installed; did you mean pangan?",
            ),
            (
                "perbaiki programs.enabled, lalu mulai ulang; bila pangen benar, pasang paketnya",
                "correct programs.enabled, then restart; if pangen is right, install its package",
            ),
        ),
        "restig": status(
            "restig",
            "missing",
            None,
            (
                "program restig tidak terpasang; mungkin maksud Anda resting?",
                "program restig is not installed; did you mean resting?",
            ),
            (
                "perbaiki tabel [programs.restig] atau variabel KSBB_PROGRAMS__RESTIG__…, lalu mulai ulang; "
                "bila restig benar, pasang paketnya",
                "correct the table [programs.restig] or the variables KSBB_PROGRAMS__RESTIG__…, then restart; "
                "if restig is right, install its package",
            ),
        ),
        "resting": status(
            "resting",
            "disabled",
            "ksbb-resting",
            ("terpasang, tetapi tidak ada di programs.enabled", "installed, but not in programs.enabled"),
            (
                "tambahkan resting ke programs.enabled lalu mulai ulang",
                "add resting to programs.enabled, then restart",
            ),
        ),
        "unsettled": status(
            "unsettled",
            "broken",
            "ksbb-unsettled",
            _unsettled(),
            (
                "perbaiki di tempat yang disebut, tabel [programs.unsettled] atau variabel lingkungan, lalu mulai ulang",
                "correct it where it stands, in the table [programs.unsettled] or a variable, then restart",
            ),
        ),
        "chatty": {
            "id": "chatty",
            "state": "active",
            "distribution": "ksbb-chatty",
            "version": "1.2.3",
            "reason": None,
            "remedy": None,
        },
    }


def _conflict(
    program_id: str, distribution: str, reason: str, reason_en: str, remedy: tuple[str, str]
) -> dict[str, Any]:
    return status(program_id, "conflict", distribution, (reason, reason_en), remedy)


def _unsettled() -> tuple[str, str]:
    at, variable = "programs.unsettled", "KSBB_PROGRAMS__UNSETTLED__"
    indonesian = (
        f"pengaturan {at}.limit '0' (variabel lingkungan {variable}LIMIT) tidak sah: "
        "paling sedikit 1; "
        f"pengaturan {at}.mail.token (variabel lingkungan {variable}MAIL__TOKEN) tidak sah: "
        "panjangnya paling sedikit 8, diberikan 3; "
        f"pengaturan {at}.mail.hots (variabel lingkungan {variable}MAIL__HOTS) tidak dikenal; mungkin maksud Anda host?; "
        f"pengaturan {at}.relays.0.prot (variabel lingkungan {variable}RELAYS) tidak dikenal; mungkin maksud Anda port?; "
        f"pengaturan {at}.limti (variabel lingkungan {variable}LIMTI) tidak dikenal; mungkin maksud Anda limit?"
    )
    english = (
        f"setting {at}.limit '0' (environment variable {variable}LIMIT) is not valid: "
        "Input should be greater than or equal to 1; "
        f"setting {at}.mail.token (environment variable {variable}MAIL__TOKEN) is not valid: "
        "Value should have at least 8 items after validation, not 3; "
        f"setting {at}.mail.hots (environment variable {variable}MAIL__HOTS) is not known; did you mean host?; "
        f"setting {at}.relays.0.prot (environment variable {variable}RELAYS) is not known; did you mean port?; "
        f"setting {at}.limti (environment variable {variable}LIMTI) is not known; did you mean limit?"
    )
    return indonesian, english
