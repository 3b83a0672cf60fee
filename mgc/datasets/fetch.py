"""Download the 100-track GTZAN mini set, and say where the full set is."""

from __future__ import annotations

import hashlib
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import cast

from mgc.errors import DataError
from mgc.util.atomic import scratch
from mgc.util.safe_zip import unzip

# As named by the `mini` version in mirdata/datasets/gtzan_genre.py, mirdata 0.3.7 to 1.0.0.
MINI_URL = "https://github.com/TempoBeatDownbeat/gtzan_mini/archive/refs/heads/main.zip"
MINI_MD5 = "44f7f23af8363d96c59663a987f29a4c"
MINI_TRACKS = 100
TIMEOUT_SECONDS = 30.0
_BLOCK = 1 << 18
_TEMPORARY_STATUS = (408, 425, 429, 500, 502, 503, 504)


def where_text() -> str:
    """Say in a sentence each how to get GTZAN and where to put it.

    Returns
    -------
    str
        Lines ready to print.
    """
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


def fetch_mini(
    target: str | Path,
    *,
    url: str = MINI_URL,
    md5: str = MINI_MD5,
    progress: bool = True,
) -> Path:
    """Download, check and unpack the 100-track mini set.

    An interrupted download continues at the next call where it stopped. The set appears in
    `target` whole or not at all.

    Parameters
    ----------
    target : str or Path
        Folder to create. A folder that already holds the mini set is left as it is.
    url, md5 : str
        The zip and its MD5 (hexadecimal), as mirdata names them.
    progress : bool
        Show a progress bar on the terminal.

    Returns
    -------
    Path
        `target`, ready for `mgc.datasets.opening.open_edition`.

    Raises
    ------
    DataError
        No connection, wrong checksum, an unsafe zip, other tracks than the table lists, or a
        `target` that holds something else.
    """
    from mgc.datasets import opening

    folder = Path(target).expanduser()
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder} is a file; name a folder that does not exist yet")
    if folder.is_dir() and any(folder.iterdir()):
        if _holds_mini(folder):
            return folder
        raise DataError(f"{folder} is not empty and is not the mini set; name another folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    archive = folder.parent / f".{folder.name}.{md5[:8]}.zip"
    download(url, archive, md5, progress=progress)
    with scratch(folder.parent) as staging:
        unpacked = unzip(archive, staging / "set")
        edition = opening.open_edition(unpacked)
        if edition.name != "gtzan-mini":
            raise DataError(
                f"{url} holds {edition.n_tracks} tracks that are not the {MINI_TRACKS} of the mini"
                " set; get the full set instead (`mgc data where`)"
            )
        if folder.is_dir():
            folder.rmdir()
        unpacked.replace(folder)
    archive.unlink(missing_ok=True)
    return folder


def _holds_mini(folder: Path) -> bool:
    from mgc.datasets import opening

    try:
        return opening.open_edition(folder).name == "gtzan-mini"
    except DataError:
        return False


def download(url: str, target: Path, md5: str, *, progress: bool = True) -> Path:
    """Download a file, continuing a part of it that is already there, and check it.

    Parameters
    ----------
    url : str
        Address of the file.
    target : str or Path
        Where to put it. While incomplete it is called ``<target>.part``.
    md5 : str
        Its MD5, hexadecimal.
    progress : bool
        Show a progress bar on standard error.

    Returns
    -------
    Path
        `target`, whose checksum is right.

    Raises
    ------
    DataError
        No connection or an interrupted one (what came is kept), an answer other than success, or
        the wrong checksum (what came is removed, so that the next call begins anew).
    """
    part = target.with_name(target.name + ".part")
    if target.is_file() and _md5(target) == md5:
        return target
    if not (part.is_file() and _md5(part) == md5):
        _continue(url, part, progress)
        if (got := _md5(part)) != md5:
            part.unlink()
            raise DataError(
                f"{url}: the download has MD5 {got} and should have {md5}; it was removed. Run the"
                " command again; if it fails again, the file has changed: see `mgc data where`"
            )
    part.replace(target)
    return target


def _continue(url: str, part: Path, progress: bool) -> None:
    """Append what is missing to `part`."""
    have = part.stat().st_size if part.is_file() else 0
    headers = {"User-Agent": "mgc", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        request = urllib.request.Request(url, headers=headers)
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            _receive(cast("HTTPResponse", answer), part, have, progress)
    except urllib.error.HTTPError as problem:
        problem.close()
        if problem.code == 416:  # nothing lies beyond what we have: the checksum decides
            return
        again = problem.code in _TEMPORARY_STATUS
        remedy = "try again later" if again else "get the full set instead (`mgc data where`)"
        raise DataError(f"{url}: the server answers {problem.code}; {remedy}") from problem
    except (OSError, HTTPException, ValueError) as problem:
        reason = getattr(problem, "reason", None) or problem
        kept = part.stat().st_size if part.is_file() else 0
        state = f"{kept / 1e6:.1f} MB are kept and the next try continues there" if kept else ""
        raise DataError(
            f"cannot download {url} ({reason}){'; ' + state if state else ''}. Run the command"
            " again when online, or work without it: the embedded demo edition needs no download,"
            " and `mgc data where` tells how to use a copy from elsewhere"
        ) from problem


def _receive(answer: HTTPResponse, part: Path, have: int, progress: bool) -> None:
    """Write the body of an answer to the end of `part`, or anew if it is the whole file."""
    resumed = have > 0 and answer.status == 206 and _starts_at(answer, have)
    if answer.status == 206 and not resumed:
        part.unlink()  # or every further try would meet the same answer
        raise OSError("the server sent another part of the file than asked for")
    length = answer.headers.get("Content-Length")
    start = have if resumed else 0
    expected = start + int(length) if length else None
    done = start
    with part.open("ab" if resumed else "wb") as stream, _bar(start, expected, progress) as tell:
        while block := answer.read(_BLOCK):
            stream.write(block)
            done += len(block)
            tell(done)
    if expected is not None and done < expected:
        raise OSError(f"the connection ended after {done} of {expected} bytes")


def _starts_at(answer: HTTPResponse, have: int) -> bool:
    return str(answer.headers.get("Content-Range", "")).startswith(f"bytes {have}-")


@contextmanager
def _bar(start: int, total: int | None, show: bool) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on standard error and give a function to call with the bytes done."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

    columns = ("Downloading", BarColumn(), DownloadColumn(), TransferSpeedColumn())
    hidden = not (show and sys.stderr.isatty())
    with Progress(*columns, console=Console(stderr=True), disable=hidden) as progress:
        task = progress.add_task("", total=total, completed=start)
        yield lambda done: progress.update(task, completed=done)


def _md5(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
