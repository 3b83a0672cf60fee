"""Files of other people's packages for the pages: from npm's registry, pinned, checked, kept.

A page may use no other host, so what it runs is put beside it when the book is built. Nothing of
a package is ever executed by the build.
"""

from __future__ import annotations

import base64
import logging
import os
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mgc.errors import BookError
from mgc.util.cache import cache_folder

REGISTRY = "https://registry.npmjs.org"
TIMEOUT_S = 30


class UnreachableError(BookError):
    """The registry gives no answer, and the cache does not have the package."""


@dataclass(frozen=True)
class Package:
    """One release of a package in npm's registry."""

    name: str  # with its scope: @scope/name
    version: str
    integrity: str
    """``sha512-`` and the checksum of the archive in base64, as ``npm view NAME@VERSION
    dist.integrity`` prints it."""


def read(package: Package, files: Sequence[str], cache: Path | None = None) -> list[bytes]:
    """Read files of a package, whose archive is fetched if the cache does not have it.

    Parameters
    ----------
    package : Package
    files : sequence of str
        Paths inside of the package, such as ``dist/axe.min.js``.
    cache : Path, optional
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
    import pooch

    folder = cache or cache_folder() / "vendor"
    settings = {name.lower(): value for name, value in os.environ.items()}  # as npm reads them
    registry = settings.get("npm_config_registry") or REGISTRY
    archive = f"{package.name.rpartition('/')[2]}-{package.version}.tgz"
    url = f"{registry.rstrip('/')}/{package.name}/-/{archive}"
    digest = base64.b64decode(package.integrity.removeprefix("sha512-")).hex()
    pooch.get_logger().setLevel(logging.ERROR)  # a build prints what it does by itself
    try:
        kept = pooch.retrieve(
            url,
            known_hash=f"sha512:{digest}",
            fname=f"{digest[:16]}-{archive}",  # the name of a scoped package alone is not unique
            path=folder,
            downloader=pooch.HTTPDownloader(timeout=TIMEOUT_S),
        )
    except OSError as problem:  # those of requests are of this kind
        raise UnreachableError(
            f"{package.name} {package.version} is not in {folder}, and {url} cannot be"
            f" fetched ({type(problem).__name__}); build once with a connection"
        ) from problem
    except ValueError as problem:
        raise BookError(
            f"{url} is not the archive that the book expects (its sha512 differs), and nothing of"
            " it was used; look at npm_config_registry, or try again"
        ) from problem
    with tarfile.open(kept, "r:gz") as content:
        members = {member.name: member for member in content.getmembers() if member.isfile()}
        if lost := [name for name in files if f"package/{name}" not in members]:
            raise BookError(f"{package.name} {package.version} holds no file {lost[0]}")
        streams = (content.extractfile(members[f"package/{name}"]) for name in files)
        return [stream.read() for stream in streams if stream is not None]
