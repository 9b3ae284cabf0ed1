"""Photos keep their picture and which way up it is, and tell nothing else."""

import base64
import struct
import zlib

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from ksbb.testing import tiny_png
from ksbb.usecases.read.photos import without_metadata

# A grey picture of 8 by 4 pixels with JFIF, without metadata
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5mo"
    "q6T/wAALCAAEAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAABP/EABcQAQADAAAAAAAAAAAAAAAAAAEAESH/2gAIAQEAAD8ACYUT/9k="
)


def _segment(kind: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, kind, 2 + len(content)) + content


def _exif(orientation: int | None, order: str) -> bytes:
    """EXIF with an artist, and where given an orientation."""
    artist = b"Siti Contoh\0"
    tags = 1 + (orientation is not None)
    entries = b""
    if orientation is not None:
        entries += struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    entries += struct.pack(order + "HHII", 0x013B, 2, len(artist), 8 + 2 + 12 * tags + 4)
    head = (b"MM" if order == ">" else b"II") + struct.pack(order + "HI", 42, 8)
    tiff = head + struct.pack(order + "H", tags) + entries + struct.pack(order + "I", 0) + artist
    return _segment(0xE1, b"Exif\0\0" + tiff)


def _telling(orientation: int | None, order: str = ">") -> bytes:
    """The picture with EXIF, XMP, IPTC and a comment about who took it."""
    others = _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0Siti") + _segment(0xED, b"Siti") + _segment(0xFE, b"Siti")
    return JPEG[:2] + _exif(orientation, order) + others + JPEG[2:]


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("orientation", [None, 1, 3, 6, 8])
def test_a_jpeg_keeps_picture_and_orientation(orientation: int | None, order: str) -> None:
    bare = without_metadata(_telling(orientation, order), "image/jpeg")
    upright = _segment(
        0xE1,
        b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation or 1, 0, 0),
    )
    assert bare == JPEG[:2] + (b"" if orientation in {None, 1} else upright) + JPEG[2:]


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_bare_jpeg_can_be_printed(orientation: int) -> None:
    """Typst reads the size, which a quarter turn exchanges: the orientation is still understood."""
    bare = without_metadata(_telling(orientation), "image/jpeg")
    assert bare is not None
    page = (
        b"#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(("
        + b",".join(b"%d" % byte for byte in bare)
        + b")))"
    )
    svg = typst.compile(page, format="svg").decode()
    width, height = (float(svg.split(f'{name}="')[1].split("pt")[0]) for name in ("width", "height"))
    assert (width > height) == (orientation == 1)


def test_a_png_keeps_its_picture() -> None:
    content = tiny_png(9)
    body = b"tEXtAuthor\0Siti"
    note = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    end = content.index(b"IEND") - 4
    assert without_metadata(content[:end] + note + content[end:], "image/png") == content


def test_a_bare_picture_stays_as_it_is() -> None:
    assert without_metadata(tiny_png(), "image/png") == tiny_png()
    assert without_metadata(JPEG, "image/jpeg") == JPEG


def test_what_is_no_sound_picture_is_none() -> None:
    assert without_metadata(b"%PDF-1.7", "application/pdf") is None
    assert without_metadata(b"\xff\xd8\xff", "image/jpeg") is None
    assert without_metadata(_telling(6)[:40], "image/jpeg") is None
    assert without_metadata(tiny_png()[:-1], "image/png") is None
    assert without_metadata(JPEG[:2] + b"\xff\xe1\0\0" + b"\xff\xd9", "image/jpeg") is None


@given(st.binary(max_size=300), st.sampled_from([b"\xff\xd8\xff\xe1", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b""]))
def test_any_bytes_are_read_to_their_end(rest: bytes, start: bytes) -> None:
    for media_type in ("image/jpeg", "image/png"):
        without_metadata(start + rest, media_type)
