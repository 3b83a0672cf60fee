"""The chain from seven `.py` chapters to a web site, failing at the first error.

    book/NN_name.py -> jupytext -> papermill -> checks -> staged source -> jupyter-book -> HTML

`mgc.book.chapters` executes, `mgc.book.checks` refuses what must not be published,
`mgc.book.pages` stages the sources and writes the generated pages, `mgc.book.site` runs
Jupyter Book, `mgc.book.chain` puts them in order, `mgc.book.live` serves while an author edits.
`python -m mgc.book` and `mgc book` are the same command.
"""

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command of the chain: build, replay, live, references or check.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line without the program's name; by default that of the process.

    Returns
    -------
    int
        Exit status: 0, or 1 after an error that was printed in one line.
    """
    from mgc.book.command import run  # heavy modules stay out of `import mgc.book`

    return run(arguments)
