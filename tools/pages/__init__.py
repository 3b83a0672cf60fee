"""The chain from seven `.py` chapters to a web site, failing at the first error.

    book/NN_name.py -> jupytext -> papermill -> checks -> staged source -> jupyter-book -> HTML

`tools.pages.execute.chapters` executes, `tools.pages.execute.checks` refuses what must not be
published, `tools.pages.staging` stages the sources and writes the generated pages,
`tools.pages.html_build` runs Jupyter Book, `tools.pages.chain` puts them in order,
`tools.pages.live` serves while an author edits. `python -m tools.pages` and `mgc book` are the
same command.
"""

from collections.abc import Sequence


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
    from tools.pages.command import run  # heavy modules stay out of `import tools.pages`

    return run(arguments)
