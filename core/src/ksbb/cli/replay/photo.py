"""The picture that stands for a photo of a handover: made up, and clearly so."""

import struct
import zlib


def _photo(width: int = 240, height: int = 160) -> bytes:
    """A made-up picture as PNG: a plain, striped area, clearly no photograph."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(
        b"\x00" + b"".join(b"\xd8\xe2\xdc" if (x + y) // 20 % 2 else b"\xb4\xc8\xbc" for x in range(width))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


PHOTO = _photo()
"""PNG."""
