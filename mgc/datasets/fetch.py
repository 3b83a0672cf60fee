"""Download the 100-track GTZAN mini set, and say where the full set is."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from mgc.errors import DataError
from mgc.util.atomic import scratch
from mgc.util.places import place

# As named by the `mini` version in mirdata/datasets/gtzan_genre.py, mirdata 0.3.7 to 1.0.0.
MINI_URL = "https://github.com/TempoBeatDownbeat/gtzan_mini/archive/refs/heads/main.zip"
MINI_MD5 = "44f7f23af8363d96c59663a987f29a4c"
MINI_TRACKS = 100
TIMEOUT_S = 30
UNPACKED = "set"


def where_text() -> str:
    """Say in a line each how to get GTZAN and where to put it."""
    return "\n".join(
        (
            "Nothing is needed for the embedded demo edition: it ships with the package, and"
            " every command uses it by default.",
            "The 100-track mini set comes with `mgc data fetch mini FOLDER` (132 MB unpacked).",
            "The full set of 1,000 tracks (1.2 GB) is on Kaggle as"
            " andradaolteanu/gtzan-dataset-music-genre-classification (in it, jazz.00054.wav is"
            " damaged and will be left out) and on Hugging Face as marsyas/gtzan; its first home,"
            " marsyas.info, no longer serves it.",
            "Put it anywhere outside this repository, so that the files are"
            " FOLDER/<genre>/<genre>.00000.wav, or the same below FOLDER/genres or"
            " FOLDER/genres_original, and leave the file names as they are.",
            "Check it with `mgc data verify FOLDER`, then pass it on: `nox -s build -- --data"
            " FOLDER`.",
            "The recordings carry no known licence: keep them to yourself, and commit or"
            " publish none of them.",
        )
    )


def fetch_mini(target: str | Path, *, url: str = MINI_URL, md5: str = MINI_MD5) -> Path:
    """Download, check and unpack the 100-track mini set; it appears whole or not at all.

    Parameters
    ----------
    target : str or Path
        Folder to create. A folder that already holds the mini set is left as it is.
    url, md5 : str
        The zip and its MD5 (hexadecimal), as mirdata names them.

    Returns
    -------
    Path
        `target`, ready for `mgc.datasets.opening.open_edition`.

    Raises
    ------
    DataError
        No connection, wrong checksum, other tracks than the table lists, or a `target` that holds
        something else.
    """
    folder = place(target)
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder} is a file; name a folder that does not exist yet")
    if folder.is_dir() and any(folder.iterdir()):
        if _holds_mini(folder):
            return folder
        raise DataError(f"{folder} is not empty and is not the mini set; name another folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with scratch(folder.parent) as staging:
        _download(url, md5, staging)
        unpacked = staging / UNPACKED
        inside = list(unpacked.iterdir())
        if len(inside) == 1 and inside[0].is_dir():  # GitHub wraps all in a folder
            (unpacked,) = inside
        if not _holds_mini(unpacked):
            raise DataError(
                f"{url} does not hold the {MINI_TRACKS} tracks of the mini set; get the full set"
                " instead (`mgc data where`)"
            )
        if folder.is_dir():
            folder.rmdir()
        unpacked.rename(folder)
    return folder


def _holds_mini(folder: Path) -> bool:
    from mgc.datasets.opening import open_edition

    try:
        return open_edition(folder).name == "gtzan-mini"
    except DataError:
        return False


def _download(url: str, md5: str, folder: Path) -> None:
    """Download a zip and unpack it into the folder `UNPACKED` of a folder.

    No entry gets outside: `zipfile` drops roots and ``..`` of names, and writes links as files.
    """
    import pooch

    pooch.get_logger().setLevel(logging.ERROR)
    downloader = pooch.HTTPDownloader(progressbar=sys.stderr.isatty(), timeout=TIMEOUT_S)
    try:
        pooch.retrieve(
            url,
            known_hash=f"md5:{md5}",
            fname="set.zip",
            path=folder,
            processor=pooch.Unzip(extract_dir=UNPACKED),
            downloader=downloader,
        )
    except OSError as problem:  # those of requests are of this kind, and have no number
        if problem.errno is not None:
            raise
        answer = getattr(problem, "response", None)
        what = "the connection failed" if answer is None else f"it answers {answer.status_code}"
        raise DataError(
            f"cannot download {url} ({what}); run the command again when online, or work without"
            " it: the embedded demo edition needs no download, and `mgc data where` tells how to"
            " use a copy from elsewhere"
        ) from problem
    except ValueError as problem:
        raise DataError(
            f"{url}: what came has not the MD5 {md5} and was removed; run the command again, and"
            " if it fails again, the file has changed: see `mgc data where`"
        ) from problem
