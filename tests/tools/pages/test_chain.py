"""The chain from `.py` chapters to staged sources, on a book of two small chapters."""

import json
import os
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from rich.console import Console

from mgc.errors import BookError
from mgc.evaluation import metrics
from tests.helpers.book import DRAWING, build, make_project, write_chapter
from tests.helpers.outside import git, invoke
from tools.pages import chain, command, html_build, staging
from tools.pages.content.evidence import describe
from tools.pages.execute import chapters, checks
from tools.pages.execute.chapters import code_folders, parameters, surroundings, this_interpreter
from tools.pages.place import Place
from tools.pages.project import Options, Project, find_project


@pytest.fixture(scope="module", autouse=True)
def _no_site() -> Iterator[None]:
    """Leave out Jupyter Book, and the modules that an author may be saving at this moment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chapters, "code_folders", tuple)
        patch.setattr(html_build, "make_site", lambda *_, **__: True)
        yield


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path)


def run_one(project: Project, code: str) -> None:
    """Execute chapter 02 with this code."""
    write_chapter(project, "02_second", code)
    build(project, only=("02",))


def test_an_edit_executes_its_own_chapter_and_new_parameters_and_records_every_one(project):
    write_chapter(project, "02_second", "print(seed)")
    assert build(project).executed == ("01_first", "02_second")
    assert build(project).executed == ()
    write_chapter(project, "02_second", "print('edited')")
    assert build(project).executed == ("02_second",)
    assert "edited" in (project.source / "02_second.ipynb").read_text()
    assert build(project, only=("1",), seed=7).executed == ("01_first",)
    (project.sources / "records" / "config.json").write_text("{}")
    assert build(project, only=("01_first",), seed=7).executed == ("01_first",)
    assert build(project, only=("01_first.py",), seed=7, fresh=True).executed == ("01_first",)


def test_chapters_side_by_side_work_in_their_folder_and_leave_this_process_where_it_is(
    project, monkeypatch
):
    """One that papermill moved aside came back into the folder of another build."""
    visited: list[Path] = []
    change = os.chdir

    def chdir(folder: str) -> None:
        change(folder)
        visited.append(Path.cwd())

    monkeypatch.setattr(os, "chdir", chdir)
    write_chapter(project, "02_second", "import os\nassert os.path.isfile('02_second.py')")
    before = Path.cwd()
    assert build(project).executed == ("01_first", "02_second")
    assert set(visited) <= {before}


def test_whatever_decides_an_output_is_part_of_the_hashes(project, tmp_path, monkeypatch):
    """Code of the package in any folder, files that are no code, and code that makes pages."""
    code = tmp_path / "code"
    (code / "room").mkdir(parents=True)
    monkeypatch.setattr(chapters, "code_folders", lambda: (code,))
    seen = [surroundings(project, Options())]
    for name in ("top.py", "room/deep.py", "room/network.keras"):
        for content in ("one", "two"):
            (code / name).write_text(content)
            seen.append(surroundings(project, Options()))
    (code / "room/deep.py").rename(code / "deep.py")
    seen.append(surroundings(project, Options()))
    assert len(set(seen)) == len(seen)
    for file in (metrics.__file__, checks.__file__):
        assert any(folder in Path(file).parents for folder in code_folders()), file
    monkeypatch.setattr(html_build, "__file__", str(code / "html_build.py"))
    before = html_build.source_hash(project.sources)
    (code / "room" / "offers.py").write_text("new")
    assert html_build.source_hash(project.sources) != before


def test_only_builds_no_site_from_chapters_that_were_never_executed(project):
    done = build(project, only=("02",))
    assert done.executed == ("02_second",)
    assert done.index is None


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise ValueError('first line\\nthe last line')", r"02_second .*: the last line$"),
        ("import os\nos.kill(os.getpid(), 15)", r"02_second: its Python process died"),
        ("import sys\nprint('careful', file=sys.stderr)", r"02_second, code cell 2 .*careful"),
        ("import warnings\nwarnings.warn('old')", r"02_second, code cell 2 .*old"),
        ("for i in range(41):\n    print(i)", r"02_second, code cell 2 prints 41 lines"),
        ("import pathlib\nprint(pathlib.Path.cwd())", r"shows a path of this machine"),
    ],
)
def test_a_failure_and_output_that_is_no_result_stop_the_build(project, code, message):
    with pytest.raises(BookError, match=message):
        run_one(project, code)
    assert not list(project.notebooks(Options()).glob("*.ipynb"))


def test_an_error_that_papermill_only_recorded_is_refused():
    failed = nbformat.v4.new_output("error", ename="KeyError", evalue="'x'", traceback=[])
    cells = [nbformat.v4.new_code_cell("d['x']", outputs=[failed])]
    notebook = nbformat.v4.new_notebook(cells=cells)
    with pytest.raises(BookError, match=r"05_x, code cell 1: KeyError: 'x'"):
        checks.check_executed(notebook, "05_x")
    notebook.cells[0].outputs = []
    checks.check_executed(notebook, "05_x")
    notebook.metadata["papermill"] = {"exception": True}
    with pytest.raises(BookError, match="05_x: papermill"):
        checks.check_executed(notebook, "05_x")


def test_a_chapter_without_its_header_or_its_parameters_is_refused(project):
    path = project.sources / "02_second.py"
    whole = path.read_text()
    for broken, message in (
        (whole.replace("name: python3", "name: ir"), "kernelspec"),
        (whole.replace(' tags=["parameters"]', ""), "0 cells tagged"),
        (whole.replace("seed = 0\n", ""), "the parameters are"),
    ):
        path.write_text(broken)
        with pytest.raises(BookError, match=f"02_second: .*{message}"):
            chain.check_sources(project)


def test_kernels_run_in_this_interpreter_whatever_is_registered(project, monkeypatch, tmp_path):
    foreign = tmp_path / "home" / "kernels" / "python3"
    foreign.mkdir(parents=True)
    (foreign / "kernel.json").write_text(json.dumps({"argv": ["/bin/false"], "display_name": "x"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "home"))
    run_one(project, f"import sys\nassert sys.executable == {sys.executable!r}, sys.executable")
    with this_interpreter(tmp_path):
        assert os.environ["JUPYTER_PATH"] != str(tmp_path / "home")
    assert os.environ["JUPYTER_PATH"] == str(tmp_path / "home")


def test_references_hold_text_but_no_pictures_and_drop_forgotten_chapters(project):
    target = project.root / "tests" / "notebooks"
    target.mkdir(parents=True)
    (target / "09_gone.ipynb").write_text("{}")
    chain.references(project, Options(), Console(file=StringIO()))
    assert sorted(path.name for path in target.iterdir()) == ["01_first.ipynb", "02_second.ipynb"]
    text = (target / "02_second.ipynb").read_text()
    assert "drawn" in text
    assert "image/" not in text
    assert "forty-*two*" in (target / "01_first.ipynb").read_text()
    assert DRAWING.splitlines()[0] in text
    chain.references(project, Options(only=("2",)), Console(file=StringIO()))
    assert (target / "02_second.ipynb").read_text() == text, "the same chapter, the same file"


def test_a_clip_that_a_page_plays_is_staged(tmp_path, monkeypatch):
    clip = tmp_path / "blues.00001.ogg"
    clip.write_bytes(b"OggS")
    monkeypatch.setattr("mgc.datasets.demo.clip_path", lambda name: tmp_path / f"{name}.ogg")
    (tmp_path / "staged").mkdir()
    page = tmp_path / "staged" / "02.md"
    page.write_text('<audio src="_static/audio/blues.00001.ogg"></audio>')
    assert staging.copy_clips(tmp_path / "staged") == ["blues.00001"]
    copied = tmp_path / "staged" / staging.STATIC / "audio" / "blues.00001.ogg"
    assert copied.read_bytes() == b"OggS"
    page.write_text("_static/audio/blues.00099.ogg")
    with pytest.raises(BookError, match=r"blues\.00099"):
        staging.copy_clips(tmp_path / "staged")


def test_repository_and_address_enter_the_settings_or_stay_out():
    assert staging.site_settings({}, Place()) == {"html": {}}
    place = Place("https://github.example.org/someone/book", "https://example.org/book/")
    settings = staging.site_settings({}, place)
    assert settings["repository"]["url"] == "https://github.example.org/someone/book"
    assert settings["html"]["baseurl"] == "https://example.org/book/"


def test_the_build_names_its_commit_and_whether_files_differ(tmp_path):
    assert "not a git checkout" in staging.commit_of(tmp_path)
    (tmp_path / "a").write_text("1")
    for line in ("init -q", "add .", "commit -q -m one"):
        git(tmp_path, *line.split())
    clean = staging.commit_of(tmp_path)
    assert len(clean) == 12
    (tmp_path / "a").write_text("2")
    assert staging.commit_of(tmp_path) == f"{clean}, with changes not committed"


def test_evidence_counts_records_and_joins_their_versions():
    def fit(device: str, keras: str) -> SimpleNamespace:
        facts = {"device": device, "packages": {"keras": keras}, "duration_s": 90.0}
        return SimpleNamespace(environment=facts)

    data = SimpleNamespace(name="demo", content_hash="cd" * 32, n_tracks=90)
    said = describe(data, [fit("CPU", "3.9"), fit("GPU", "3.10"), fit("CPU", "3.9")], Options())
    assert (said.records, said.devices, said.minutes) == (3, ("CPU", "GPU"), 4.5)
    assert said.packages == (("keras", "3.10, 3.9"),)


def chosen(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Options:
    """Options that a command line gives to the chain."""
    given: list[Options] = []
    monkeypatch.setattr(command, "_make", given.append)
    monkeypatch.setattr("tools.pages.live.serve", lambda _, options, *__: given.append(options))
    done = invoke(command.main, *arguments)
    assert done.exit_code == 0, done.output
    return given[0]


def test_the_command_line_chooses_the_mode_the_data_and_the_store(project, monkeypatch):
    monkeypatch.chdir(project.root)
    monkeypatch.delenv("MGC_RECORDS", raising=False)
    (project.root / "music").mkdir()
    demo = chosen(monkeypatch, "build")
    assert (demo.working, demo.data) == (True, "demo")
    assert parameters(project, demo)["records"] == str(project.root / "_build" / "records")
    line = ("build", "--data", "music", "--only", "05", "--only", "6", "--jobs", "1", "--fresh")
    folder = chosen(monkeypatch, *line)
    assert folder.data == str(project.root / "music")
    assert (folder.only, folder.jobs, folder.fresh) == (("05", "6"), 1, True)
    replay = chosen(monkeypatch, "replay")
    assert (replay.working, replay.data) == (False, "gtzan-archive")
    assert (replay.protocol, replay.variant) == ("artist_cv", "tuned")
    assert parameters(project, replay)["records"] == ""
    assert chosen(monkeypatch, "live", "--data", "demo").working
    assert not chosen(monkeypatch, "live").working


def test_a_mistake_is_one_message_and_a_status(project, monkeypatch, tmp_path):
    monkeypatch.chdir(project.sources)
    assert invoke(command.main, "check").exit_code == 0
    (project.sources / "stray.ipynb").write_text("{}")
    for line, status, message in (
        ("check", 1, "book/stray.ipynb"),
        ("references --only 44", 1, "no chapter is called 44; there are 01_first, 02_second"),
        ("build --jobs 0", 2, "--jobs"),
    ):
        done = invoke(command.main, *line.split())
        assert done.exit_code == status
        assert message in done.output
    with pytest.raises(BookError, match="not in"):
        find_project(tmp_path.parent)
