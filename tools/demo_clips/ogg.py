"""Give an Ogg stream a fixed serial number, so that encoding the same sound gives the same bytes.

libsndfile draws the serial number of each stream at random; the sound does not depend on it.
"""

from __future__ import annotations

import struct


def _crc_table() -> tuple[int, ...]:
    """Return the table of Ogg's CRC-32 (polynomial 0x04c11db7, not reflected; RFC 3533)."""
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
        table.append(value & 0xFFFFFFFF)
    return tuple(table)


_TABLE = _crc_table()


def crc32(data: bytes) -> int:
    """Return Ogg's checksum of a page whose checksum field is zero."""
    value = 0
    for byte in data:
        value = ((value << 8) & 0xFFFFFFFF) ^ _TABLE[(value >> 24) ^ byte]
    return value


def with_serial(stream: bytes, serial: int) -> bytes:
    """Rewrite the serial number and checksum of every page of a file with one logical stream.

    Raises
    ------
    ValueError
        If the bytes are no sequence of Ogg pages.
    """
    pages = []
    place = 0
    while place < len(stream):
        if stream[place : place + 4] != b"OggS":
            raise ValueError(f"no Ogg page at byte {place}")
        count = stream[place + 26]
        lacing = stream[place + 27 : place + 27 + count]
        end = place + 27 + count + sum(lacing)
        page = bytearray(stream[place:end])
        page[14:18] = struct.pack("<I", serial)
        page[22:26] = bytes(4)
        page[22:26] = struct.pack("<I", crc32(bytes(page)))
        pages.append(bytes(page))
        place = end
    return b"".join(pages)
