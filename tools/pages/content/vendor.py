"""Files of other people's packages for the pages: from npm's registry, pinned, checked, kept.

A page may use no other host, so what it runs is put beside it when the book is built. A package is
named here or by its user with a version and the checksum of its archive; the archive is fetched
once and kept in the cache, and nothing in it is ever executed by the build.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import os
import tarfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mgc.errors import BookError
from mgc.util.atomic import write_whole
from mgc.util.cache import cache_folder

REGISTRY = "https://registry.npmjs.org"
TIMEOUT_S = 30
LARGEST = 256 * 2**20  # bytes that a file of an archive may unpack to


class UnreachableError(BookError):
    """The registry gives no answer, and the cache does not have the package."""


@dataclass(frozen=True)
class Package:
    """One release of a package.

    Attributes
    ----------
    name, version : str
        As in npm's registry; a scope belongs to the name (``@scope/name``).
    integrity : str
        ``sha512-`` and the checksum of the archive in base64, as ``npm view NAME@VERSION
        dist.integrity`` prints it.
    """

    name: str
    version: str
    integrity: str

    @property
    def archive(self) -> str:
        """Name of its archive in the registry."""
        return f"{self.name.rpartition('/')[2]}-{self.version}.tgz"

    @property
    def url(self) -> str:
        """Address of its archive; ``npm_config_registry`` may name another registry."""
        settings = {name.lower(): value for name, value in os.environ.items()}  # as npm reads them
        base = settings.get("npm_config_registry") or REGISTRY
        return f"{base.rstrip('/')}/{self.name}/-/{self.archive}"

    @property
    def digest(self) -> str:
        """SHA-512 of the archive, hexadecimal.

        Raises
        ------
        BookError
            `integrity` is not what it should be.
        """
        kind, _, text = self.integrity.partition("-")
        try:
            raw = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        if kind != "sha512" or len(raw) != hashlib.sha512().digest_size:
            raise BookError(f"{self.name}: {self.integrity!r} is no sha512 checksum; copy npm's")
        return raw.hex()


def read(package: Package, files: Sequence[str], cache: str | Path | None = None) -> list[bytes]:
    """Read files of a package, which is fetched if the cache does not have it.

    Parameters
    ----------
    package : Package
    files : sequence of str
        Paths inside of the package, such as ``dist/axe.min.js``.
    cache : str or Path, optional
        By default the folder `vendor` in ``MGC_CACHE``, or in ``~/.cache/mgc``.

    Returns
    -------
    contents : list of bytes
        One a file.

    Raises
    ------
    UnreachableError
        No connection, and the cache does not have the package. Who can do without goes on.
    BookError
        The registry's archive has another checksum, or lacks a file.
    """
    archive = fetch(package, cache)
    with tarfile.open(archive, "r:gz") as content:
        return [_one(package, content, name) for name in files]


def stage(
    package: Package, files: Sequence[str], folder: Path, cache: str | Path | None = None
) -> list[Path]:
    """Write files of a package, under their own names, to ``folder/NAME-VERSION``; see `read`.

    Returns
    -------
    written : list of Path
    """
    target = folder / package.archive.removesuffix(".tgz")
    contents = read(package, files, cache)
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in zip(files, contents, strict=True):
        written.append(target / Path(name).name)
        write_whole(written[-1], content)
    return written


def fetch(package: Package, cache: str | Path | None = None) -> Path:
    """Give the archive of a package, from the cache or the registry, its checksum verified.

    Parameters
    ----------
    package : Package
    cache : str or Path, optional
        As for `read`.

    Returns
    -------
    archive : Path

    Raises
    ------
    UnreachableError, BookError
        As `read`.
    """
    import pooch

    folder = Path(cache) if cache is not None else cache_folder() / "vendor"
    # The name of a scoped package alone is not unique; the checksum is.
    name = f"{package.digest[:16]}-{package.archive}"
    pooch.get_logger().setLevel(logging.ERROR)  # a build prints what it does by itself
    try:
        kept = pooch.retrieve(
            package.url,
            known_hash=f"sha512:{package.digest}",
            fname=name,
            path=folder,
            downloader=pooch.HTTPDownloader(timeout=TIMEOUT_S),
        )
    except OSError as problem:  # those of requests are of this kind
        with suppress(OSError):
            folder.rmdir()  # leave no empty folder behind
        raise UnreachableError(
            f"{package.name} {package.version} is not in {folder}, and {package.url} cannot be"
            f" fetched ({type(problem).__name__}); build once with a connection"
        ) from problem
    except ValueError as problem:
        raise BookError(
            f"{package.url} is not the archive that the book expects (its sha512 differs), and"
            " nothing of it was used; look at npm_config_registry, or try again"
        ) from problem
    return Path(kept)


def _one(package: Package, content: tarfile.TarFile, name: str) -> bytes:
    try:
        stream = content.extractfile(f"package/{name}")
    except KeyError:
        stream = None
    if stream is None:
        raise BookError(f"{package.name} {package.version} holds no file {name}")
    found = stream.read(LARGEST + 1)
    if len(found) > LARGEST:
        raise BookError(f"{package.name} {package.version}: {name} is too large")
    return found
