"""A chapter that a reader took home is legible and runs outside of the build."""

import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest

from mgc.display import glue
from tools.pages.content import downloads
from tools.pages.content.plain import citations, readable
from tools.pages.execute import chapters
from tools.pages.execute.chapters import Outcome, this_interpreter
from tools.pages.place import Place
from tools.pages.project import Project

ROOT = Path(__file__).resolve().parents[4]
TITLES = {"04_models": "Training"}


@pytest.mark.parametrize(
    ("myst", "plain"),
    [
        ("It is {glue:text}`a` of {glue:text}`05_x.ipynb::b:s`.", "It is 41 % of 290."),
        ("A {term}`record`, two {term}`records <record>`.", "A record, two records."),
        ("See {doc}`04_models` or {doc}`there <04_models>`.", "See Training or there."),
        ("As said {cite:p}`one, two`, {cite:t}`one` did.", "As said (Ann 1; Bob 2), Ann 1 did."),
        ("```{note}\nText.\n```", "> **Note**\n>\n> Text."),
        (":::{admonition} Why\n:class: tip\n\nA {term}`b`.\n:::\nC", "> **Why**\n>\n> A b.\nC"),
        ("````{a} T\n```{b} U\nx\n```\ny\n````", "> **T**\n>\n> > **U**\n> >\n> > x\n> y"),
        ("```{math}\n:label: e\nx^2\n```", "$$\nx^2\n$$"),
        ("```python\n{term}\n```", "```python\n{term}\n```"),
        ("```{code-block} python\nx = 1\n```", "```python\nx = 1\n```"),
    ],
)
def test_a_downloaded_text_has_words_for_roles_and_quotations_for_boxes(myst, plain):
    cited = {"one": "Ann 1", "two": "Bob 2"}
    assert readable(myst, {"a": "41 %", "b": "290"}, TITLES, cited.__getitem__) == plain


def test_no_role_and_no_directive_of_any_chapter_is_left(tmp_path):
    for chapter in Project(ROOT).chapters():
        for cell in jupytext.read(chapter, fmt="py:percent").cells:
            if cell.cell_type == "markdown":
                text = readable(cell.source, dict.fromkeys(keys(cell.source), "1"), {})
                assert "{glue" not in text, chapter.name
                assert "`{" not in text.replace("`{name}`", ""), chapter.name
                assert ":::" not in text, chapter.name


def keys(text: str) -> list[str]:
    return [part.split("`")[0].split("::")[-1].split(":")[0] for part in text.split("text}`")[1:]]


def test_sources_are_named_by_author_and_year():
    cited = citations(ROOT / "book" / "references.bib")
    assert cited("tzanetakis2002") == "Tzanetakis and Cook 2002"
    assert cited("kereliuk2015") == "Kereliuk et al. 2015"
    assert cited("nobody") == "nobody"


def test_values_are_marked_as_mystnb_marks_them():
    from myst_nb.ext.glue import GLUE_PREFIX

    assert glue.PREFIX == GLUE_PREFIX


CHAPTER = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A chapter
#
# It read {glue:text}`n_tracks` tracks.

# %% tags=["parameters", "remove-cell"]
data = "demo"
records = ""
protocol = "cv5"
variant = "quick"
seed = 0

# %% tags=["hide-input"]
from mgc.display import glue
from mgc.records.study import open_study

study = open_study(data, records=records, protocol=protocol, variant=variant, seeds=(seed,))
glue.Glue(study.edition_record)("n_tracks", str(study.edition_record.n_tracks))
study.edition_record.n_tracks
"""


def executed(folder: Path, values: dict[str, object]) -> Outcome:
    """Execute the chapter below the repository, as the build does."""
    source = folder / "01_chapter.py"
    source.write_text(CHAPTER, encoding="utf-8")
    with this_interpreter(folder):
        return chapters.execute(source, folder / "out", values, "mark", None)


PLAIN = {"data": "gtzan-archive", "records": "", "protocol": "random", "variant": "tuned"}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MGC_RECORDS", str(ROOT / "book" / "records"))
        return executed(tmp_path_factory.mktemp("made"), PLAIN | {"seed": 1})


def test_the_notebook_says_what_it_needs_and_keeps_the_results(outcome, tmp_path):
    place = Place("https://github.com/someone/book", "https://example.org/b/")
    (made,) = downloads.stage(tmp_path, [outcome], outcome.notebook.parents[1], place, "abc123")
    book = nbformat.read(made, as_version=4)
    title, needs, setup, parameters, code = book.cells
    assert title.source == "# A chapter\n\nIt read 999 tracks."
    for said in ("clone of `https://github.com/someone/book`", "`abc123`", "example.org/b/01_"):
        assert said in needs.source
    assert "'https://github.com/someone/book', 'abc123'" in setup.source
    assert parameters.source.splitlines() == [
        'data = "gtzan-archive"', 'records = ""', 'protocol = "random"', 'variant = "tuned"',
        "seed = 1",
    ]  # fmt: skip
    assert code.metadata["jupyter"]["source_hidden"]
    assert code.outputs[-1].data["text/plain"] == "999"
    assert (tmp_path / "01_chapter.py").read_text() == CHAPTER


def test_no_path_of_the_machine_leaves_the_house(outcome, tmp_path):
    book = nbformat.read(outcome.notebook, as_version=4)
    for cell in book.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = 'data = "/home/me/gtzan"\nrecords = "/home/me/book/_build/records"'
    nbformat.write(book, tmp_path / "01_chapter.ipynb")
    mine = Outcome("01_chapter", tmp_path / "01_chapter.ipynb", 1.0, executed=True)
    sources = outcome.notebook.parents[1]
    (made,) = downloads.stage(tmp_path / "out", [mine], sources, Place())
    text = made.read_text(encoding="utf-8")
    assert "/home/me" not in text
    assert "nox -s build" in text, "it says how to make the records"
    assert downloads.WORKING in text


def test_a_downloaded_notebook_runs_in_another_folder(outcome, tmp_path):
    """It clones the repository that it names, beside itself, and gives the same result."""
    papermill = pytest.importorskip("papermill")
    git = ["git", "clone", "-q", "--bare", "--depth=1", ROOT.as_uri(), str(tmp_path / "r.git")]
    if not (ROOT / ".git").exists() or subprocess.run(git, check=False).returncode:
        pytest.skip("not a git checkout")
    place = Place((tmp_path / "r.git").as_uri())
    sources = outcome.notebook.parents[1]
    (made,) = downloads.stage(tmp_path / "home", [outcome], sources, place, "0" * 12)
    with this_interpreter(tmp_path):
        papermill.execute_notebook(
            str(made), str(tmp_path / "run.ipynb"), cwd=str(made.parent), progress_bar=False,
            kernel_name="python3",
        )  # fmt: skip
    book = nbformat.read(tmp_path / "run.ipynb", as_version=4)
    assert book.cells[-1].outputs[-1].data["text/plain"] == "999"
    assert (made.parent / downloads.CLONE / "book" / "records").is_dir()


def test_without_a_repository_the_notebook_says_where_it_must_stand(tmp_path):
    code = downloads.SETUP.format(repository="", commit="", clone=downloads.CLONE)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode
    assert "no clone of the book around" in done.stderr
