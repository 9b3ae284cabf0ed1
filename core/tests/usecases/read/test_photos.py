"""Photos keep their picture and which way up it is, and tell nothing else."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from ksbb.testing import tiny_png
from ksbb.usecases.read.photos import without_metadata

ORIENTATION, ARTIST, GPS = 0x0112, 0x013B, 0x8825


def _jpeg(orientation: int | None, *, big_endian: bool = False) -> bytes:
    image = Image.new("RGB", (8, 4), (200, 30, 30))
    image.putpixel((0, 0), (0, 0, 255))
    exif = Image.Exif()
    exif.endian = ">" if big_endian else "<"
    exif[ARTIST] = "Siti Contoh"
    exif.get_ifd(GPS)[2] = (6.0, 12.0, 0.0)
    if orientation is not None:
        exif[ORIENTATION] = orientation
    target = io.BytesIO()
    image.save(target, "JPEG", exif=exif, comment=b"rahasia")
    return target.getvalue()


@pytest.mark.parametrize("big_endian", [True, False])
@pytest.mark.parametrize("orientation", [None, 1, 3, 6, 8])
def test_a_jpeg_keeps_picture_and_orientation(orientation: int | None, big_endian: bool) -> None:  # noqa: FBT001
    content = _jpeg(orientation, big_endian=big_endian)
    bare = without_metadata(content, "image/jpeg")
    assert bare is not None
    for secret in (b"Siti", b"rahasia"):
        assert secret in content
        assert secret not in bare
    with Image.open(io.BytesIO(bare)) as after, Image.open(io.BytesIO(content)) as before:
        assert after.tobytes() == before.tobytes()
        expected = {} if orientation in {None, 1} else {ORIENTATION: orientation}
        assert dict(after.getexif()) == expected


def test_a_png_keeps_its_picture() -> None:
    image = Image.new("RGBA", (3, 3), (1, 2, 3, 4))
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "Siti Contoh")
    target = io.BytesIO()
    image.save(target, "PNG", pnginfo=text)
    bare = without_metadata(target.getvalue(), "image/png")
    assert bare is not None
    assert b"Siti" in target.getvalue()
    assert b"Siti" not in bare
    with Image.open(io.BytesIO(bare)) as after:
        assert after.tobytes() == image.tobytes()


def test_a_bare_png_stays_as_it_is() -> None:
    assert without_metadata(tiny_png(), "image/png") == tiny_png()


def test_what_is_no_sound_picture_is_none() -> None:
    assert without_metadata(b"%PDF-1.7", "application/pdf") is None
    assert without_metadata(b"\xff\xd8\xff", "image/jpeg") is None
    assert without_metadata(_jpeg(6)[:40], "image/jpeg") is None
    assert without_metadata(tiny_png()[:-1], "image/png") is None
    endless = b"\xff\xd8" + b"\xff\xe1" + struct.pack(">H", 0) + b"\xff\xd9"
    assert without_metadata(endless, "image/jpeg") is None


@given(st.binary(max_size=300), st.sampled_from([b"\xff\xd8\xff\xe1", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b""]))
def test_any_bytes_are_read_to_their_end(rest: bytes, start: bytes) -> None:
    for media_type in ("image/jpeg", "image/png"):
        without_metadata(start + rest, media_type)
