"""What the container of a sound promises, to notice what was cut off and what lies behind it.

Decoders read what is there and say nothing of the rest: libsndfile shortens what a header promises
to what the file holds, and ends an MP3 file where the count in its first frame does.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from mgc.audio.files import SoundFileIO, open_regular

SPARE_BYTES = 4096
"""Behind the sound, for what writers leave without a chunk of its own."""
OPEN_LIMITS = (1 << 31, 1 << 32)
"""Up to 64 KiB below these, a size only says that the writer, into a pipe, did not know it."""
FAR_BEYOND = 100
"""Times what is there: a size that speaks of more is as good as none."""
HEADS = (b"RIFF", b"RF64", b"BW64", b"FORM", b"caff", b"riff", b".snd")
"""Beginnings of containers; behind the sound of one, another file was joined to it."""
FLAC_HEAD = b"fLaC\0\0\0\x22"
ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
ASF_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
"""Names of WMA's header, and of its part that holds the size of the file."""
COPYRIGHT = 0xA9
"""A letter that some names of chunks begin with."""
OGG_PAGE = 65_307
"""Bytes of the longest page."""


class Chunks(NamedTuple):
    """How a container lines up its chunks: name, size, content."""

    first: int
    name: int  # bytes
    size: str  # format of struct
    counts_itself: bool  # whether a size includes name and size
    pad: int  # chunks begin at multiples of it
    sound: bytes
    """Beginning of the name of the chunk that holds the samples."""


class Extent(NamedTuple):
    """Bytes of samples: promised by the header (0 where it leaves that open), and there.

    ``beyond`` counts bytes behind the promised ones that belong to no chunk. ``cut`` says that the
    file ends within a unit of its container that promises nothing of the whole.
    """

    promised: int = 0
    there: int = 0
    beyond: int = 0
    cut: bool = False

    @property
    def missing(self) -> float:
        """Share of the promised bytes that the file lacks, 0 to 1."""
        return max(0.0, 1.0 - self.there / self.promised) if self.promised else 0.0

    @property
    def untold(self) -> float:
        """Share of the sound, 0 to 1, that lies behind what the header speaks of."""
        if self.beyond <= SPARE_BYTES:
            return 0.0
        return self.beyond / (self.there + self.beyond)


def extent(path: Path) -> Extent:
    """Read how much the header of a WAV, RF64, W64, AIFF, CAF, AU, AVI or WMA file speaks of.

    Of Ogg files, whose pages know nothing of the whole, it tells whether the last one is complete.
    Files of other kinds, and those without a chunk of samples, promise nothing.
    """
    with open_at_sound(path) as stream:
        size = path.stat().st_size - stream.start
        head = stream.read(40)
        if head[:4] == b".snd" and len(head) >= 12:
            start, promised = struct.unpack(">II", head[4:12])
            return _extent(promised, start, size, size)
        if head[:4] == b"OggS":
            return Extent(cut=_ends_in_page(stream, size))
        if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
            return _extent(int.from_bytes(head[4:8], "little"), 8, size, size)
        if head[:16] == ASF_HEADER:
            return _extent(_asf_size(stream), 0, size, 0)
        second = _second_file(stream, head, size)
        if second:
            return Extent(there=second, beyond=size - second)
        chunks = _chunks(head)
        if chunks is None:
            return Extent()
        wide = 0
        for name, start, length in _walk(stream, chunks, size):
            if name == b"ds64":  # the sizes that are too large for 32 bits
                stream.seek(start + 8)
                wide = int.from_bytes(stream.read(8), "little")
            elif name.startswith(chunks.sound):
                promised = wide if wide and length == 0xFFFFFFFF else length
                last = _end_of_known(stream, chunks, start + max(0, promised), size)
                return _extent(promised, start, size, last)
    return Extent()


def open_at_sound(path: Path) -> SoundFileIO:
    """Open a file as `mgc.audio.files.open_regular` does, behind a tag that hides its header.

    Tags of MP3 files stand before other containers, too. Decoders that read on behind one would
    count it as sound, and end as much too early.
    """
    stream = open_regular(path)
    start = _behind_tag(stream, 0, path.stat().st_size)
    stream.seek(start)
    stream.start = start if stream.read(4) in HEADS else 0
    stream.seek(0)
    return stream


def _second_file(stream: BinaryIO, head: bytes, size: int) -> int:
    """Find where another FLAC or MP4 file begins that was joined to this one; 0 if none does."""
    if head[:4] == FLAC_HEAD[:4]:
        at, before = 4, b""
        stream.seek(at)
        while block := stream.read(1 << 20):
            if (found := (before + block).find(FLAC_HEAD)) >= 0:
                return at - len(before) + found
            at, before = at + len(block), block[1 - len(FLAC_HEAD) :]
    elif head[4:8] == b"ftyp":
        at = 0
        while at + 8 <= size:
            stream.seek(at)
            box = stream.read(16)
            if at and box[4:8] == b"ftyp":
                return at
            length = int.from_bytes(box[:4], "big")
            length = int.from_bytes(box[8:], "big") if length == 1 else length
            if length < 8:
                break
            at += length
    return 0


def _end_of_known(stream: BinaryIO, chunks: Chunks, at: int, size: int) -> int:
    """Go past the chunks, tags and zeros that follow the sound; writers forget to pad at times."""
    before = -1
    while at != before:
        before = at
        for place in dict.fromkeys((at + -at % chunks.pad, at)):
            if (behind := _behind_known(stream, chunks, place, size)) != place:
                at = behind
                break
    return _behind_zeros(stream, at, size)


def _behind_known(stream: BinaryIO, chunks: Chunks, at: int, size: int) -> int:
    """Go past one tag or chunk; stay where samples happen to be letters, or another file is."""
    if (behind := _behind_tag(stream, at, size)) > at:
        return behind
    chunk = _chunk_at(stream, chunks, at)
    if chunk is None or at >= size:
        return at
    name, begin, length = chunk
    sound = name.startswith((*HEADS, chunks.sound))
    return at if sound or begin + length > size + 1 else begin + length


def _behind_tag(stream: BinaryIO, at: int, size: int) -> int:
    """Go past one tag as MP3 files have them: ID3v1, ID3v2, APE or Lyrics3."""
    stream.seek(at)
    head = stream.read(32)
    length = 0
    if head[:3] == b"ID3" and len(head) >= 10:  # seven bits of a byte, as ID3v2 writes sizes
        sizes = zip(head[6:10], (21, 14, 7, 0), strict=True)
        length = 10 + sum(byte << shift for byte, shift in sizes)
    elif head[:3] == b"TAG":
        length = 128
    elif head[:8] == b"APETAGEX" and len(head) == 32:
        length = 32 + int.from_bytes(head[12:16], "little")
    elif head[:11] == b"LYRICSBEGIN":
        stream.seek(at)
        text = stream.read(1 << 20)
        length = max(text.find(b"LYRICS200"), text.find(b"LYRICSEND")) + 9
    return min(size, at + max(0, length))


def _behind_zeros(stream: BinaryIO, at: int, size: int) -> int:
    """Give the end of the file where only zeros follow, else the same place."""
    stream.seek(at)
    while block := stream.read(1 << 20):
        if block.count(0) != len(block):
            return at
    return max(at, size)


def _chunks(head: bytes) -> Chunks | None:
    """Recognise a container by its first bytes."""
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return Chunks(12, 4, "<I", counts_itself=False, pad=2, sound=b"data")
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return Chunks(12, 4, ">I", counts_itself=False, pad=2, sound=b"SSND")
    if head[:4] == b"caff":
        return Chunks(8, 4, ">q", counts_itself=False, pad=1, sound=b"data")
    if head[:4] == b"riff" and head[24:28] == b"wave":  # W64, whose names are GUIDs
        return Chunks(40, 16, "<Q", counts_itself=True, pad=8, sound=b"data")
    return None


def _walk(stream: BinaryIO, chunks: Chunks, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and length of each chunk; one that leaves its length open, -1, is the last."""
    at = chunks.first
    while at < size:
        chunk = _chunk_at(stream, chunks, at + -at % chunks.pad)
        if chunk is None:
            return
        yield chunk
        _, begin, length = chunk
        if length < 0:
            return
        at = begin + length


def _chunk_at(stream: BinaryIO, chunks: Chunks, at: int) -> tuple[bytes, int, int] | None:
    """Name, start and length (-1 where it is left open) of the chunk at a place, if one is."""
    width = chunks.name + struct.calcsize(chunks.size)
    stream.seek(at)
    head = stream.read(width)
    letters = all(32 <= letter < 127 or letter == COPYRIGHT for letter in head[:4])
    if len(head) < width or not letters:
        return None
    (length,) = struct.unpack(chunks.size, head[chunks.name :])
    length -= width if chunks.counts_itself else 0
    return head[: chunks.name], at + width, max(-1, length)


def _ends_in_page(stream: BinaryIO, size: int) -> bool:
    """Tell whether an Ogg file (RFC 3533) ends before its last page does."""
    tail = max(0, size - OGG_PAGE)
    stream.seek(tail)
    content = stream.read(OGG_PAGE)
    at = content.rfind(b"OggS\0")
    if at < 0:
        return True
    segments = content[at + 26] if at + 26 < len(content) else 255
    lacing = content[at + 27 : at + 27 + segments]
    return len(lacing) < segments or at + 27 + segments + sum(lacing) > len(content)


def _asf_size(stream: BinaryIO) -> int:
    """Size of a WMA file as its header knows it; 0 where it was written as a stream."""
    stream.seek(0)
    head = stream.read(1 << 16)
    at = head.find(ASF_FILE)
    if at < 0 or len(head) < at + 92 or head[at + 88] & 1:  # the flag of a broadcast
        return 0
    return int.from_bytes(head[at + 40 : at + 48], "little")


def _extent(promised: int, start: int, size: int, last: int) -> Extent:
    there = max(0, size - start)
    limits = any(limit - (1 << 16) <= promised <= limit for limit in OPEN_LIMITS)
    if promised <= 0 or limits or promised > FAR_BEYOND * max(1, there):
        return Extent(there=there)
    return Extent(promised, min(promised, there), max(0, size - max(last, start + promised)))


def counts_all_frames(path: Path) -> bool:
    """Tell whether the first frame of an MP3 file counts all frames that follow.

    Encoders of variable bit rate write the marks of Xing (or LAME's ``Info``) or of Fraunhofer
    (``VBRI``), with the number of frames and of bytes. Where these are missing, or files were
    joined, only all frames together tell the length.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        start = _behind_tag(stream, 0, size)
        stream.seek(start)
        first = stream.read(1024)
        counted = _counted_bytes(first)
        if counted is None:
            return False
        at, before = start + counted, -1
        while at != before:
            before, at = at, _behind_tag(stream, at, size)
        beyond = size - _behind_zeros(stream, at, size)
    return not counted or beyond <= max(SPARE_BYTES, size // 100)


def _counted_bytes(first: bytes) -> int | None:
    """Bytes that the first frame counts; 0 where it counts frames alone, None for neither."""
    for mark in (b"Xing", b"Info"):
        if (at := first.find(mark)) >= 0 and len(first) >= at + 16:
            flags, _, n_bytes = struct.unpack_from(">III", first, at + 4)
            return (n_bytes if flags & 2 else 0) if flags & 1 else None
    if (at := first.find(b"VBRI")) >= 0 and len(first) >= at + 18:
        return int.from_bytes(first[at + 10 : at + 14], "big")
    return None
