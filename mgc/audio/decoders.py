"""Open any audio file as blocks of samples: by libsndfile, else by ffmpeg where it is installed.

Every file that the package reads comes through here, so that what is broken is refused in the
same words everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np
import numpy.typing as npt

from mgc.audio.containers import Extent, counts_all_frames, extent, open_at_sound
from mgc.audio.ffmpeg import DecoderError, NoSoundError, Take, by_ffmpeg, find_ffmpeg
from mgc.errors import AudioError

LOWEST_RATE, HIGHEST_RATE = 1_000, 768_000
BLOCK_VALUES = 1 << 18
"""Values of a block, all channels together: about a megabyte."""

LARGEST = 1e9
"""Far above what any scale of integers asks for; the power of larger samples overflows."""
CANCELLED = 1e-3
"""Share of the channels' power below which their mean is no picture of them."""
TOLERATED_LOSS = 0.01
"""Share of the sound that may be missing: encoders and taggers often miscount by a frame."""

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
    promised : callable
        Frames that the header speaks of, known at the end; 0 where it leaves that open.
    take : callable
        Gives the next frames, at most so many [shape=(n, channels)]; none at the end.
    rescue : callable, optional
        Lets another decoder go on after so many frames, and gives its `take`.
    frames : int
        Frames read so far.
    """

    path: Path
    sample_rate: int
    channels: int
    promised: Callable[[], float]
    take: Take
    rescue: Callable[[int], Take] | None = None
    frames: int = 0

    def blocks(self) -> Iterator[Block]:
        """Read to the end, block by block [shape=(n, channels)], float32.

        Raises
        ------
        AudioError
            If the decoder gives up on the way, or a sample is not finite or absurdly large.
        """
        size = max(1, BLOCK_VALUES // self.channels)
        while len(block := self._next(size)):
            self.frames += len(block)
            if not np.isfinite(block).all():
                _refuse(self.path, "holds samples that are not finite")
            if (largest := float(np.abs(block).max())) > LARGEST:
                _refuse(self.path, f"holds a sample of {largest:.0e}, where full scale is 1")
            yield block

    def _next(self, size: int) -> Block:
        """Read on; where one decoder gives up, or ends early, another may know more."""
        problem = None
        try:
            block = self.take(size)
        except DecoderError as raised:
            block, problem = np.empty((0, self.channels), np.float32), raised
        if self.rescue is not None and not len(block) and (problem or self.lost()):
            rescue, self.rescue = self.rescue, None
            with suppress(DecoderError, OSError):
                self.take = rescue(self.frames)
                return self._next(size)
        if problem is not None:
            done = self.frames / self.sample_rate
            _refuse(self.path, f"damaged after {done:.2f} s ({problem})")
        return block

    @cached_property
    def held(self) -> Extent:
        """What the container speaks of, read once: libsndfile shortens it to what is there."""
        return extent(self.path)

    def lost(self) -> float:
        """Share of the sound that is missing once all blocks are read, from 0 to 1.

        0 up to 1 %, where a header leaves the size open, and for formats without a length.
        """
        if self.frames == 0:
            return float(self.held.there > 0)
        lost = self.held.missing
        promised = self.promised()
        if lost == 0 and self.frames < promised:
            lost = 1 - self.frames / promised
        return lost if lost > TOLERATED_LOSS else 0.0

    def fault(self) -> str:
        """Say what of the sound was not heard, once all blocks are read; empty if nothing."""
        if (lost := self.lost()) > 0:
            return f"truncated: {lost:.0%} of the sound is missing"
        if self.held.cut:
            return "truncated: the file ends within a page of its sound"
        if self.held.untold > TOLERATED_LOSS:
            return f"its header leaves out {self.held.untold:.0%} of the sound behind it"
        return "" if self.frames else "holds no samples"


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
        program = find_ffmpeg()
        try:
            sound = opened.enter_context(_by_libsndfile(path, stream))
        except DecoderError as refused:
            if program is None:
                _refuse(
                    path,
                    f"not readable as audio ({refused}); if it plays elsewhere, install ffmpeg,"
                    " which reads M4A, WMA, WebM and more",
                )
            try:
                rate, channels, seconds, take = opened.enter_context(by_ffmpeg(program, path))
            except NoSoundError:
                raise AudioError(
                    f"{path}: is a film without sound; give a file that holds music"
                ) from None
            except (DecoderError, OSError) as again:  # OSError: it cannot be started
                _refuse(path, f"not readable as audio (libsndfile: {refused}; ffmpeg: {again})")
            sound = Sound(path, rate, channels, lambda: rate * seconds(), take)
        else:
            if program is not None:
                sound.rescue = partial(_go_on, opened, program, sound)
        if not LOWEST_RATE <= sound.sample_rate <= HIGHEST_RATE:
            raise AudioError(
                f"{path}: the sample rate is {sound.sample_rate:,} Hz; convert the file to a rate"
                f" from {LOWEST_RATE:,} to {HIGHEST_RATE:,} Hz, or remove it"
            )
        yield sound


def _go_on(opened: ExitStack, program: str, sound: Sound, frames: int) -> Take:
    """Let ffmpeg read on where libsndfile stopped after so many frames."""
    decoded = opened.enter_context(by_ffmpeg(program, sound.path))
    rate, channels, _, take = decoded
    if (rate, channels) != (sound.sample_rate, sound.channels):
        raise DecoderError("ffmpeg finds another sound in it")
    while frames > 0 and len(block := take(min(frames, BLOCK_VALUES))):
        frames -= len(block)
    return take


def mono_blocks(sound: Sound) -> Iterator[Block]:
    """Read the mean of the channels to the end, and refuse what is no sound.

    Where channels cancel in the mean, as when one is the other upside down, the first loud channel
    stands for all.

    Yields
    ------
    block : ndarray [shape=(n,)], float32, nominally in [-1, 1]

    Raises
    ------
    AudioError
        If a sample is not finite or the decoder gives up; at the end, if there was no sample, or
        more than 1 % of the sound is missing or was not heard.
    """
    for block in sound.blocks():
        samples = block[:, 0] if sound.channels == 1 else _mix(block)
        yield np.ascontiguousarray(samples, dtype=np.float32)
    if fault := sound.fault():
        _refuse(sound.path, fault)


def _mix(block: Block) -> Block:
    """Mean of the channels [shape=(n,)], or the first loud one where the mean holds nothing."""
    mean: Block = block.mean(axis=1)
    power = np.einsum("ij,ij->j", block, block)
    if np.dot(mean, mean) >= CANCELLED * power.mean():
        return mean
    return block[:, int(np.argmax(power > power.max() / 2))]


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file, or say why not."""
    try:
        stream = open_at_sound(path)
    except (OSError, ValueError) as problem:  # ValueError: a name with a null byte
        reason = problem.strerror if isinstance(problem, OSError) else str(problem)
        raise AudioError(
            f"{path}: cannot be opened ({reason}); check its name and its permissions"
        ) from problem
    with stream:
        if path.stat().st_size == 0:
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
        guessed = sound.format == "MP3" and not counts_all_frames(path)
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
        yield Sound(path, int(sound.samplerate), int(sound.channels), lambda: promised, take)


def _refuse(path: Path, what: str) -> NoReturn:
    raise AudioError(f"{path}: {what}; replace the file with an intact copy or remove it")


def _reason(error: Exception) -> str:
    text = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
    return text.split(": ")[-1].rstrip(".")
