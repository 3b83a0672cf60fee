"""Decode with the program ffmpeg what libsndfile cannot; a helper of `mgc.audio.decoders`."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

# Containers of sound and film. Lists of other files (m3u8, concat) are not among them: they would
# let a file that is called .wav make ffmpeg open others.
FORMATS = (
    "mov,matroska,asf,aac,mp3,ogg,flac,wav,w64,aiff,caf,au,ape,wv,tta,tak,mpc,mpc8,dsf,ac3,eac3,"
    "dts,amr,mpegts,mpeg,avi,flv,rm"
)
_FLOAT_CODE = 6  # of 32-bit floats in the header of an .au file

_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)")
_GUESSED = "Estimating duration from bitrate"
_PICTURES = re.compile(r"Stream #0:.* Video: (?!.*\(attached pic\))")
_NO_SOUND = re.compile("Stream map '.*' matches no streams")
_CUT = re.compile(r"partial file|ended prematurely|[Tt]runcat")

Take = Callable[[int], npt.NDArray[np.float32]]
Promise = Callable[[], float]


class DecoderError(Exception):
    """A decoder gives up; its text is the decoder's reason."""


class NoSoundError(DecoderError):
    """A film or a picture without sound."""


def find_ffmpeg() -> str | None:
    """Path of ffmpeg, or None where it is not on the PATH."""
    return shutil.which("ffmpeg")


@contextmanager
def by_ffmpeg(program: str, path: Path) -> Iterator[tuple[int, int, Promise, Take]]:
    """Decode the first sound of an existing file through a pipe from ffmpeg, in flat memory.

    Yields
    ------
    sample_rate : int, Hz
    channels : int
    promised : callable
        Seconds that the container speaks of, 0 where it does not; asked for at the end, when
        ffmpeg has said all. The sound of a film may be shorter than its pictures: there the
        container is believed only where ffmpeg, too, says that the file is cut.
    take : callable
        Gives the next frames, at most so many [shape=(n, channels)], float32; none at the end.

    Raises
    ------
    DecoderError
        When ffmpeg finds no sound; from `take`, when it fails before the end.
    """
    command = [
        program, "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info",
        "-threads", "1", "-protocol_whitelist", "file", "-format_whitelist", FORMATS,
        "-i", f"file:{path}",
        # The header of .au tells rate and channels, which bare samples would not.
        "-map", "0:a:0", "-map_metadata", "-1", "-c:a", "pcm_f32be", "-f", "au", "pipe:1",
    ]  # fmt: skip
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
        )
        assert process.stdout is not None
        output = process.stdout
        try:
            rate, channels = _header(process, output, said)

            def take(size: int) -> npt.NDArray[np.float32]:
                content = output.read(size * channels * 4)
                if not content and process.wait() != 0:
                    raise DecoderError(_last_line(said))
                whole = len(content) // (channels * 4)
                values = np.frombuffer(content, ">f4", whole * channels)
                return values.reshape(whole, channels).astype(np.float32)

            yield rate, channels, lambda: _promised(said), take
        finally:
            process.kill()
            process.wait()
            output.close()


def _header(
    process: subprocess.Popen[bytes], output: IO[bytes], said: IO[bytes]
) -> tuple[int, int]:
    """Read the header of the .au stream: sample rate and channels."""
    head = output.read(24)
    if len(head) < 24:
        process.wait()
        if any(map(_NO_SOUND.search, _lines(said))):
            raise NoSoundError
        raise DecoderError(_last_line(said))
    magic, start, _, code, rate, channels = struct.unpack(">4s5I", head)
    if magic != b".snd" or code != _FLOAT_CODE or start < 24 or channels == 0:
        raise DecoderError("its output is not the one asked for")
    output.read(start - 24)
    return rate, channels


def _lines(said: IO[bytes]) -> list[str]:
    """Read what ffmpeg, which has ended, said line by line; of a very long tale the beginning."""
    said.seek(0)
    text = said.read(1 << 20).decode("utf-8", "replace")
    return [line.strip() for line in text.split("\n") if line.strip()]


def _promised(said: IO[bytes]) -> float:
    lines = _lines(said)
    told = next(filter(None, map(_DURATION.search, lines)), None)
    guessed = any(_GUESSED in line for line in lines)
    film = any(map(_PICTURES.search, lines)) and not any(map(_CUT.search, lines))
    if told is None or guessed or film:
        return 0.0
    hours, minutes, seconds = told.groups()
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)


def _last_line(said: IO[bytes]) -> str:
    """Last complaint of ffmpeg, without the address of its object."""
    lines = _lines(said)
    complaints = [line for line in lines if "[error]" in line or "[fatal]" in line] or lines
    return (
        complaints[-1].split("] ")[-1].rpartition(": ")[2].rstrip(".")
        if lines
        else "no reason given"
    )
