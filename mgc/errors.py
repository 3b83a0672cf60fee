"""The errors that a user can meet: each names the thing that is wrong and the remedy."""

from __future__ import annotations

import errno
from pathlib import Path


class MgcError(Exception):
    """Base of all errors raised on purpose; the command line prints it as one sentence."""


class DataError(MgcError):
    """A data set, a folder or a table that cannot be used as it is."""


class AudioError(MgcError):
    """An audio file that cannot be decoded, or samples that hold no usable signal."""


class FeatureError(MgcError):
    """Samples from which no features can be computed."""


class RecordError(MgcError):
    """A record that is damaged, incomplete or does not match its own hash."""


class WeightsError(MgcError):
    """Pre-trained weights that are missing or are not what they should be."""


class ClusterError(MgcError):
    """Workers that cannot be reached or do not fit, or a package that they need and is missing."""


class BookError(MgcError):
    """A chapter or a page that could not be built."""


class NetworkError(MgcError):
    """A file that holds no network, or one that cannot be trusted or used here."""


def why(path: Path, error: MgcError | OSError) -> str:
    """Say why a file gave nothing, as one of many of which it is left out.

    Parameters
    ----------
    path : Path
        The file, which the reason does not name again.
    error : MgcError or OSError
        What happened when it was read.

    Returns
    -------
    reason : str

    Raises
    ------
    OSError
        `error` itself, where it is about another file: a full disk is not the music's fault.
    """
    if isinstance(error, MgcError):
        return str(error).removeprefix(f"{path}: ")
    if error.filename is not None and str(error.filename) != str(path):
        raise error
    return f"not readable ({error.strerror}); check the file's permissions"


def sentence(error: MgcError | OSError) -> str:
    """Say on one line what stopped a command, and the remedy.

    Parameters
    ----------
    error : MgcError or OSError

    Returns
    -------
    text : str
    """
    text = str(error)
    if isinstance(error, OSError):
        what = f"{error.filename}: {error.strerror}" if error.filename else text
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        text = f"{what}; {'free some space' if full else 'check the path and its permissions'}"
    return " ".join(text.split())
