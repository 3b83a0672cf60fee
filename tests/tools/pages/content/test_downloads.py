"""A chapter that a reader took home runs outside of the build."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.helpers.book import write_chapter
from tests.helpers.outside import ROOT
from tools.pages.content import downloads
from tools.pages.execute import chapters
from tools.pages.execute.chapters import this_interpreter
from tools.pages.place import Place
from tools.pages.project import Project

CODE = """\
from mgc.records.study import open_study

study = open_study(data, records=records, protocol=protocol, variant=variant, seeds=(seed,))
study.edition_record.n_tracks"""
PLAIN = {"data": "gtzan-archive", "records": "", "protocol": "random", "variant": "tuned"}


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chapter's notebook, executed as the build does."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "book").mkdir()
    source = write_chapter(Project(folder), "01_chapter", CODE)
    with pytest.MonkeyPatch.context() as patch, this_interpreter(folder):
        patch.setenv("MGC_RECORDS", str(ROOT / "book" / "records"))
        values = PLAIN | {"seed": 1}
        return chapters.execute(source, folder / "out", values, "mark", None).notebook


def test_the_notebook_keeps_its_results_and_carries_its_parameters(executed: Path) -> None:
    book = nbformat.read(executed, as_version=4)
    downloads.make_portable(book, Place("https://github.com/someone/book"), "abc123")
    nbformat.validate(book)
    _, setup, parameters, code = book.cells
    assert "'https://github.com/someone/book', 'abc123'" in setup.source
    assert parameters.source.splitlines() == [
        'data = "gtzan-archive"', 'records = ""', 'protocol = "random"', 'variant = "tuned"',
        "seed = 1",
    ]  # fmt: skip
    assert all("remove-cell" in cell.metadata["tags"] for cell in (setup, parameters))
    assert code.outputs[-1].data["text/plain"] == "999"


@pytest.mark.parametrize("home", ["/home/me", "C:\\\\Users\\\\me"])
def test_no_path_of_the_machine_leaves_the_house(executed: Path, home: str) -> None:
    book: Any = nbformat.read(executed, as_version=4)
    for cell in book.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = f'data = "{home}/gtzan"\nrecords = "{home}/_build/records"\nseed = 0'
    downloads.make_portable(book, Place())
    text = nbformat.writes(book)
    assert home not in text
    assert "nox -s build" in text, "it says how to make the records"
    exec(book.cells[2].source, names := {})
    assert names["records"] == "../_build/records"


def test_a_downloaded_notebook_runs_in_another_folder(executed: Path, tmp_path: Path) -> None:
    """It clones the repository that it names, beside itself, and gives the same result."""
    papermill = pytest.importorskip("papermill")
    git = ["git", "clone", "-q", "--bare", "--depth=1", ROOT.as_uri(), str(tmp_path / "r.git")]
    if not (ROOT / ".git").exists() or subprocess.run(git, check=False).returncode:
        pytest.skip("not a git checkout")
    book = nbformat.read(executed, as_version=4)
    downloads.make_portable(book, Place((tmp_path / "r.git").as_uri()), "0" * 12)
    home = tmp_path / "home"
    home.mkdir()
    nbformat.write(book, home / "01_chapter.ipynb")
    with this_interpreter(tmp_path):
        papermill.execute_notebook(
            str(home / "01_chapter.ipynb"), str(tmp_path / "run.ipynb"), cwd=str(home),
            progress_bar=False, kernel_name="python3",
        )  # fmt: skip
    run = nbformat.read(tmp_path / "run.ipynb", as_version=4)
    assert run.cells[-1].outputs[-1].data["text/plain"] == "999"
    assert (home / downloads.CLONE / "book" / "records").is_dir()


def test_without_a_repository_the_notebook_says_where_it_must_stand(tmp_path: Path) -> None:
    code = downloads.SETUP.format(repository="", commit="", clone=downloads.CLONE)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode
    assert "no clone of the book around" in done.stderr
