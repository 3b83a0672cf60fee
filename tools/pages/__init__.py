"""The chain from `.py` chapters to a web site, failing at the first error.

    book/NN_name.py -> jupytext -> papermill -> checks -> staged source -> jupyter-book -> HTML

`execute.chapters` executes, `execute.checks` refuses what must not be published, `staging` stages
the sources and writes what is generated, `html_build` runs Jupyter Book, `chain` puts them in
order, `live` serves while an author edits. `command` is the door: `python -m tools.pages`.
"""
