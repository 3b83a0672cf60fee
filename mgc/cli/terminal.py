"""What the terminal cannot show is written in letters that it can, and stops no command."""

from __future__ import annotations

import codecs
import io
import sys
from types import MappingProxyType

_HANDLER = "plain where needed"

_PLAIN = MappingProxyType(
    str.maketrans({"–": "-", "−": "-", "\xa0": " ", "’": "'", "…": "...", "·": "."})
    | dict.fromkeys(map(ord, "▌▋▊▉█"), "#")
    | dict.fromkeys(map(ord, "▏▎▍"), " ")
)
"""Stand-ins of the same width for what the package itself draws and writes."""


def plain_where_needed() -> None:
    r"""Let both outputs write what their encoding lacks as a stand-in, else as an escape.

    Latin-1 and Windows code pages lack most letters that a file name may have. A name is
    then shown as ``\u66f2.mp3``, which tells names apart; a question mark would not.
    """
    codecs.register_error(_HANDLER, _written_plainly)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # not what a notebook or a test puts there
            # ASCII mostly means that nobody set a locale, and click writes UTF-8 in its place.
            bare = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding="utf-8" if bare else None, errors=_HANDLER)


def _written_plainly(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_PLAIN)
    return text.encode("ascii", "backslashreplace").decode("ascii"), error.end
