"""Open any audio file as blocks of samples: by libsndfile, else by ffmpeg where it is installed.

Every file that the package reads comes through here, so that what is broken is refused in the
same words everywhere.
"""

from __future__ import annotations

import stat
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np
import numpy.typing as npt

from mgc.audio.ffmpeg import DecoderError, by_ffmpeg, find_ffmpeg
from mgc.errors import AudioError

LOWEST_RATE, HIGHEST_RATE = 1_000, 768_000
BLOCK_VALUES = 1 << 18
"""Values of a block, all channels together: about a megabyte."""

TOLERATED_LOSS = 0.01
"""Share of the sound that may be missing: encoders and taggers often miscount by a frame."""

# Sizes that programs writing to a pipe put into a header when they do not know the length.
_UNKNOWN_SIZES = (0, 0x7FFFFFFF, 0xFFFFFFFF)
_UNKNOWN_FRAMES = 1 << 62

Block = npt.NDArray[np.float32]


@dataclass
class Sound:
    """An open audio file.

    Attributes
    ----------
    path : Path
    sample_rate : int, Hz, in [1000, 768000]
    channels : int, at least 1
    promised : int
        Frames that the header speaks of; 0 where it leaves that open.
    take : callable
        Gives the next frames, at most so many [shape=(n, channels)]; none at the end.
    frames : int
        Frames read so far.
    """

    path: Path
    sample_rate: int
    channels: int
    promised: int
    take: Callable[[int], Block]
    frames: int = 0

    def blocks(self) -> Iterator[Block]:
        """Read to the end, block by block [shape=(n, channels)], float32.

        Raises
        ------
        AudioError
            If the decoder gives up on the way.
        """
        size = max(1, BLOCK_VALUES // self.channels)
        while len(block := self._next(size)):
            self.frames += len(block)
            yield block

    def _next(self, size: int) -> Block:
        try:
            return self.take(size)
        except DecoderError as problem:
            done = self.frames / self.sample_rate
            _refuse(self.path, f"damaged after {done:.2f} s ({problem})")

    def lost(self) -> float:
        """Share of the sound that is missing once all blocks are read, from 0 to 1.

        0 up to 1 %, where a header leaves the size open, and for formats without a length (a cut
        .ogg shows only by its duration).
        """
        # Of .wav and .au libsndfile has shortened what is promised to what the file holds.
        lost = _missing_by_header(self.path)
        if lost == 0 and 0 < self.frames < self.promised:
            lost = 1 - self.frames / self.promised
        return lost if lost > TOLERATED_LOSS else 0.0


@contextmanager
def open_sound(path: Path) -> Iterator[Sound]:
    """Open an audio file.

    Parameters
    ----------
    path : Path
        A file in any format that libsndfile reads (WAV, AU, AIFF, FLAC, Ogg, MP3 and others),
        or ffmpeg where it is on the PATH (M4A, WMA, WebM and others).

    Yields
    ------
    sound : Sound

    Raises
    ------
    AudioError
        If there is no such file, it may not be read, nothing decodes it, or its sample rate lies
        outside of 1,000 to 768,000 Hz.
    """
    with ExitStack() as opened:
        stream = opened.enter_context(_opened(path))
        try:
            sound = opened.enter_context(_by_libsndfile(path, stream))
        except DecoderError as refused:
            program = find_ffmpeg()
            if program is None:
                _refuse(
                    path,
                    f"not readable as audio ({refused}); if it plays elsewhere, install ffmpeg,"
                    " which reads M4A, WMA, WebM and more",
                )
            try:
                rate, channels, take = opened.enter_context(by_ffmpeg(program, path))
            except (DecoderError, OSError) as again:  # OSError: it cannot be started
                _refuse(path, f"not readable as audio (libsndfile: {refused}; ffmpeg: {again})")
            sound = Sound(path, rate, channels, 0, take)
        if not LOWEST_RATE <= sound.sample_rate <= HIGHEST_RATE:
            raise AudioError(
                f"{path}: the sample rate is {sound.sample_rate:,} Hz; convert the file to a rate"
                f" from {LOWEST_RATE:,} to {HIGHEST_RATE:,} Hz, or remove it"
            )
        yield sound


def mono_blocks(sound: Sound) -> Iterator[Block]:
    """Read the mean of the channels to the end, and refuse what is no sound.

    Yields
    ------
    block : ndarray [shape=(n,)], float32, nominally in [-1, 1]

    Raises
    ------
    AudioError
        If a sample is not finite or the decoder gives up; at the end, if there was no sample or
        more than 1 % of the sound is missing.
    """
    for block in sound.blocks():
        samples = block[:, 0] if sound.channels == 1 else block.mean(axis=1)
        if not np.isfinite(samples).all():
            _refuse(sound.path, "holds samples that are not finite")
        yield np.ascontiguousarray(samples, dtype=np.float32)
    if sound.frames == 0:
        _refuse(sound.path, "holds no samples")
    if (lost := sound.lost()) > 0:
        _refuse(sound.path, f"truncated: {lost:.0%} of the sound is missing")


def _missing_by_header(path: Path) -> float:
    """Share of the sample bytes that a .wav or .au header promises and the file lacks."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(12)
        if head[:4] == b".snd" and len(head) == 12:
            start, promised = struct.unpack(">II", head[4:12])
        elif head[:4] == b"RIFF" and head[8:12] == b"WAVE":
            start = 12
            while True:
                stream.seek(start)
                chunk = stream.read(8)
                if len(chunk) < 8:
                    return 0.0
                start, promised = start + 8, struct.unpack("<I", chunk[4:])[0]
                if chunk[:4] == b"data":
                    break
                start += promised + promised % 2  # chunks are padded to even sizes
        else:
            return 0.0
    if promised in _UNKNOWN_SIZES:
        return 0.0
    return float(max(0.0, 1.0 - max(0, size - start) / promised))


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file, or say why not; a pipe or a device, on which reading may wait, is refused."""
    try:
        # Before it is opened: opening a pipe that nobody writes to would wait for ever.
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise AudioError(f"{path}: is no regular file; name an audio file")
        stream = path.open("rb", buffering=0)
    except (OSError, ValueError) as problem:  # ValueError: a name with a null byte
        reason = problem.strerror if isinstance(problem, OSError) else str(problem)
        raise AudioError(
            f"{path}: cannot be opened ({reason}); check its name and its permissions"
        ) from problem
    with stream:
        if status.st_size == 0:
            _refuse(path, "not readable as audio (the file is empty)")
        yield stream


@contextmanager
def _by_libsndfile(path: Path, stream: BinaryIO) -> Iterator[Sound]:
    """Decode an open file with libsndfile; its name may be no text."""
    import soundfile

    failures = (soundfile.SoundFileError, OSError, RuntimeError, TypeError, ValueError)

    def decoded(call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        try:
            return call(*arguments, **named)
        except failures as problem:
            raise DecoderError(_reason(problem)) from problem

    with decoded(soundfile.SoundFile, stream) as sound:
        # libsndfile guesses the length of an MP3 file by its first frame, and stops there.
        guessed = sound.format == "MP3" and not _counts_its_frames(path)
        if sound.frames >= _UNKNOWN_FRAMES or (guessed and find_ffmpeg()):
            raise DecoderError("the header leaves the length open, which takes ffmpeg")

        enough = (1 - TOLERATED_LOSS) * path.stat().st_size

        def take(size: int) -> Block:
            block: Block = decoded(sound.read, size, dtype="float32", always_2d=True)
            if guessed and not len(block) and stream.tell() < enough:
                raise AudioError(
                    f"{path}: an MP3 file whose length no header tells, and it is longer than its"
                    " first frame suggests; install ffmpeg, which reads it to the end"
                )
            return block

        promised = 0 if guessed else int(sound.frames)
        yield Sound(path, int(sound.samplerate), int(sound.channels), promised, take)


def _counts_its_frames(path: Path) -> bool:
    """Tell whether the first frame of an MP3 file says how many there are.

    Encoders of variable bit rate write the marks of Xing (or LAME's ``Info``) or of Fraunhofer
    (``VBRI``); where these are missing, only all frames together tell the length.
    """
    with path.open("rb") as stream:  # not the one where libsndfile reads on
        head, start = stream.read(10), 0
        if head[:3] == b"ID3" and len(head) == 10:  # seven bits of a byte, as ID3v2 writes sizes
            sizes = zip(head[6:], (21, 14, 7, 0), strict=True)
            start = 10 + sum(byte << shift for byte, shift in sizes)
        stream.seek(start)
        first = stream.read(1024)
    return any(mark in first for mark in (b"Xing", b"Info", b"VBRI"))


def _refuse(path: Path, what: str) -> NoReturn:
    raise AudioError(f"{path}: {what}; replace the file with an intact copy or remove it")


def _reason(error: Exception) -> str:
    text = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
    return text.split(": ")[-1].rstrip(".")
