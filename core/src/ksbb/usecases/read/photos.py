"""Photos without what they tell besides the picture: place, device and person (EXIF and its kin, UU 27/2022)."""

import struct

_MARKER = 0xFF
_START_OF_SCAN = 0xDA
_ALONE = {0x01, *range(0xD0, 0xD9)}
_APP1 = 0xE1
_TELLING = {_APP1, *range(0xE3, 0xEE), 0xEF, 0xFE}
"""JPEG segments with metadata: APP1 (EXIF, XMP), APP3 to APP13, APP15, comments. JFIF, ICC and Adobe stay."""

_EXIF = b"Exif\0\0"
_ORIENTATION = 0x0112
_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD"}
_PNG_HEAD = 8


def without_metadata(content: bytes, media_type: str) -> bytes | None:
    """The picture without its metadata; a JPEG keeps which way up it is. None for what isn't a sound JPEG or PNG."""
    try:
        if media_type == "image/jpeg":
            return _bare_jpeg(content)
        if media_type == "image/png":
            return _bare_png(content)
    except (IndexError, struct.error):
        return None
    return None


def _bare_jpeg(content: bytes) -> bytes | None:
    kept = [content[:2]]
    turned = 1
    at = 2
    while content[at] == _MARKER:
        kind = content[at + 1]
        if kind == _MARKER:
            at += 1
            continue
        if kind in _ALONE:
            kept.append(content[at : at + 2])
            at += 2
            continue
        end = at + 2 + struct.unpack_from(">H", content, at + 2)[0]
        segment = content[at:end]
        if kind == _APP1 and segment[4:10] == _EXIF:
            turned = _orientation(segment[10:])
        if kind == _START_OF_SCAN:
            upright = [] if turned == 1 else [_only_orientation(turned)]
            return b"".join([kept[0], *upright, *kept[1:], content[at:]])
        if kind not in _TELLING:
            kept.append(segment)
        at = end
    return None


def _orientation(tiff: bytes) -> int:
    order = ">" if tiff[:2] == b"MM" else "<"
    try:
        directory = struct.unpack_from(order + "I", tiff, 4)[0]
        count = struct.unpack_from(order + "H", tiff, directory)[0]
        for number in range(count):
            tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, directory + 2 + 12 * number)
            if tag == _ORIENTATION:
                return int(value) if 1 <= value <= 8 else 1  # noqa: PLR2004 - the eight orientations of EXIF
    except struct.error:
        return 1
    return 1


def _only_orientation(turned: int) -> bytes:
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, turned, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", 2 + len(_EXIF) + len(tiff)) + _EXIF + tiff


def _bare_png(content: bytes) -> bytes | None:
    kept = [content[:_PNG_HEAD]]
    at = _PNG_HEAD
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if end > len(content):
            return None
        if kind in _PNG_KEPT:
            kept.append(content[at:end])
        if kind == b"IEND":
            return b"".join(kept)
        at = end
    return None
