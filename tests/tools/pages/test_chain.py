"""The chain from `.py` chapters to HTML, on a book of two small chapters."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path

import nbformat
import pytest
import yaml
from rich.console import Console

from mgc.errors import BookError, MgcError
from tools.pages import chain, command, html_build, staging
from tools.pages.content.evidence import Evidence, describe
from tools.pages.execute import chapters, checks
from tools.pages.execute.chapters import parameters, this_interpreter
from tools.pages.project import Options, Project, find_project

HEADER = """\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # {title}
# What {{glue:text}}`01_first.ipynb::answer:s` means.

# %% tags=["parameters"]
data = "gtzan-mini"
records = ""
protocol = "cv5"
variant = "quick"
seed = 0

# %%
{code}
"""
GLUE = "from mgc.display.glue import Glue\n"
GLUE += 'Glue("a thought")("answer", "forty-two")\nprint(data, seed)'
EVIDENCE = Evidence("demo", "ab" * 32, 90, "cv5", "quick", 5, ("CPU",), (("keras", "3.9"),), 1.5)


def write_chapter(project: Project, name: str, code: str) -> Path:
    path = project.sources / f"{name}.py"
    path.write_text(HEADER.format(title=name, code=code), encoding="utf-8")
    return path


def make_project(root: Path) -> Project:
    project = Project(root)
    (project.sources / "records").mkdir(parents=True)
    write_chapter(project, "01_first", GLUE)
    write_chapter(project, "02_second", "print('second')")
    (project.sources / "index.md").write_text("# Front\n\n```{include} _generated/build.md\n```\n")
    status = "# Status\n\n## This build\n\n```{include} _generated/status.md\n```\n"
    (project.sources / "status.md").write_text(status)
    toc = {"format": "jb-book", "root": "index"}
    toc["chapters"] = [{"file": name} for name in ("01_first", "02_second", "numbers", "status")]
    (root / "_toc.yml").write_text(yaml.safe_dump(toc))
    settings = {"title": "Two chapters", "execute": {"execute_notebooks": "off"}}
    settings |= {"only_build_toc_files": True, "exclude_patterns": ["_generated", "_extra"]}
    (root / "_config.yml").write_text(yaml.safe_dump(settings))
    return project


def run(project: Project, **options: object) -> chain.Built:
    console = Console(file=StringIO())
    chosen = Options(**({"jobs": 2} | options))
    return chain.build(project, chosen, prepare=lambda *_: EVIDENCE, console=console)


def run_one(project: Project, code: str) -> None:
    """Execute chapter 02 with this code; the site is never reached."""
    write_chapter(project, "02_second", code)
    run(project, only=("02",))


@pytest.fixture(scope="module", autouse=True)
def _steady_package() -> Iterator[None]:
    """Leave out of the fingerprint the modules that an author may be saving at this moment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chapters, "PACKAGE_FILES", ("project.py",))
        yield


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, chain.Built]:
    project = make_project(tmp_path_factory.mktemp("book"))
    return project, run(project, data="demo", working=True)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path)


def test_both_chapters_are_executed_and_the_site_stands(built):
    project, first = built
    assert first.executed == ("01_first", "02_second")
    assert first.index == project.html / "index.html"
    page = (project.html / "02_second.html").read_text()
    assert "forty-two" in page, "a number glued in chapter 1 shows in chapter 2"


def test_parameters_reach_the_chapter_and_stay_off_the_page(built):
    project, _ = built
    page = (project.html / "01_first.html").read_text()
    assert "demo 0" in page
    assert "gtzan-mini" not in page, "the chapter's own parameters cell is hidden"
    assert str(project.root) not in page, "the injected parameters cell is hidden"


def test_the_front_page_and_the_status_page_say_what_the_build_rests_on(built):
    project, _ = built
    front = (project.html / "index.html").read_text()
    assert "demo, 90 tracks" in front
    assert "keras 3.9" in front
    status = (project.html / "status.html").read_text()
    assert "02_second" in status
    assert "Processors" in status


def test_staged_notebooks_carry_no_trace_of_the_execution(built):
    project, _ = built
    for path in project.source.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        assert not {"papermill", "mgc"} & set(notebook.metadata)
        assert all("execution" not in cell.metadata for cell in notebook.cells)
        assert str(project.root) not in "".join(
            checks.shown_text(output)
            for cell in notebook.cells
            for output in cell.get("outputs", [])
        )


def test_a_second_build_executes_nothing_and_an_edit_only_its_own_chapter(built):
    project, _ = built
    options = {"data": "demo", "working": True}
    stamp = (project.html / html_build.STAMP).stat().st_mtime_ns
    assert run(project, **options).executed == ()
    assert (project.html / html_build.STAMP).stat().st_mtime_ns == stamp, (
        "nor is the site built again"
    )
    write_chapter(project, "02_second", "print('edited')")
    assert run(project, **options).executed == ("02_second",)
    assert "edited" in (project.html / "02_second.html").read_text()


def test_new_parameters_and_new_records_execute_every_chapter(project):
    write_chapter(project, "01_first", "print(seed)")
    assert run(project, only=("1",)).executed == ("01_first",)
    assert run(project, only=("1",)).executed == ()
    assert run(project, only=("1",), seed=7).executed == ("01_first",)
    (project.sources / "records" / "config.json").write_text("{}")
    assert run(project, only=("01_first",), seed=7).executed == ("01_first",)
    assert run(project, only=("01_first.py",), seed=7, fresh=True).executed == ("01_first",)


def test_only_builds_no_site_from_chapters_that_were_never_executed(project):
    done = run(project, only=("02",))
    assert done.executed == ("02_second",)
    assert done.index is None
    assert not project.html.exists()


def test_a_chapter_that_raises_stops_the_build_with_its_name_and_error(project):
    write_chapter(project, "02_second", "x = 1\nraise ValueError('first line\\nthe last line')")
    with pytest.raises(BookError, match=r"02_second .*ValueError: the last line$"):
        run(project)
    assert not (project.notebooks(Options()) / "02_second.ipynb").exists()
    assert not project.html.exists()


def test_a_chapter_whose_process_dies_is_named(project):
    with pytest.raises(BookError, match=r"02_second: its Python process died"):
        run_one(project, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys\nprint('careful', file=sys.stderr)", r"02_second, code cell 2 .*careful"),
        ("import warnings\nwarnings.warn('old')", r"02_second, code cell 2 .*old"),
        ("for i in range(41):\n    print(i)", r"02_second, code cell 2 prints 41 lines"),
        ("import pathlib\nprint(pathlib.Path.cwd())", r"shows a path of this machine"),
    ],
)
def test_output_that_is_no_result_is_refused(project, code, message):
    with pytest.raises(BookError, match=message):
        run_one(project, code)
    assert not list(project.notebooks(Options()).glob("*.ipynb"))


def test_an_error_that_papermill_only_recorded_is_refused():
    failed = nbformat.v4.new_output("error", ename="KeyError", evalue="'x'", traceback=[])
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("d['x']", outputs=[failed])]
    )
    with pytest.raises(BookError, match=r"05_x, code cell 1: KeyError: 'x'"):
        checks.check_executed(notebook, "05_x")
    notebook.cells[0].outputs = []
    checks.check_executed(notebook, "05_x")
    notebook.cells[0].metadata["papermill"] = {"exception": True}
    with pytest.raises(BookError, match="05_x, code cell 1"):
        checks.check_executed(notebook, "05_x")
    notebook.cells[0].metadata.clear()
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


def test_a_warning_of_the_site_is_an_error(project):
    write_chapter(project, "02_second", "print('no glue here')")
    index = project.sources / "index.md"
    index.write_text(index.read_text() + "\n{glue:text}`01_first.ipynb::missing:s`\n")
    with pytest.raises(BookError, match=r"(?s)could not be built.*WARNING.*missing"):
        run(project)
    assert not project.html.exists()


def test_a_killed_build_leaves_no_half_chapter_and_the_next_one_continues(project, monkeypatch):
    write_chapter(project, "02_second", "import time\nprint('half', flush=True)\ntime.sleep(60)")
    script = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[2]);"
        "from tests.tools.pages.test_chain import chapters, run, Project;"
        "chapters.PACKAGE_FILES = ('project.py',);"
        "run(Project(pathlib.Path(sys.argv[1])))"
    )
    here = str(Path(__file__).parents[3])
    command_line = [sys.executable, "-c", script, str(project.root), here]
    process = subprocess.Popen(command_line, start_new_session=True)
    folder = project.notebooks(Options())
    try:
        deadline = time.monotonic() + 120
        while not (folder / "01_first.ipynb").exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert [path.name for path in folder.glob("*.ipynb")] == ["01_first.ipynb"]
    assert list(folder.glob(".mgc-*.part")), "it was killed at work"
    write_chapter(project, "02_second", "print('whole')")
    monkeypatch.setattr(html_build, "make_site", lambda *_, **__: True)  # built in other tests
    assert run(project).executed == ("02_second",)
    assert not list(project.build.rglob(".mgc-*.part")), "nothing half-made stays"
    assert (project.source / "02_second.ipynb").is_file()


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
    drawing = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nprint('drawn')"
    write_chapter(project, "02_second", drawing)
    target = project.root / "tests" / "notebooks"
    target.mkdir(parents=True)
    (target / "09_gone.ipynb").write_text("{}")
    chain.references(project, Options(), Console(file=StringIO()))
    assert sorted(path.name for path in target.iterdir()) == ["01_first.ipynb", "02_second.ipynb"]
    text = (target / "02_second.ipynb").read_text()
    assert "drawn" in text
    assert "image/png" not in text
    assert "forty-two" in (target / "01_first.ipynb").read_text()
    before = text
    chain.references(project, Options(only=("2",)), Console(file=StringIO()))
    assert (target / "02_second.ipynb").read_text() == before, "the same chapter, the same file"


def test_a_clip_that_a_page_plays_is_staged(tmp_path, monkeypatch):
    clip = tmp_path / "blues.00001.ogg"
    clip.write_bytes(b"OggS")
    monkeypatch.setattr("mgc.datasets.demo.clip_path", lambda name: tmp_path / f"{name}.ogg")
    (tmp_path / "staged").mkdir()
    page = tmp_path / "staged" / "02.md"
    page.write_text('<audio src="_static/audio/blues.00001.ogg"></audio>')
    assert staging.copy_clips(tmp_path / "staged") == ["blues.00001"]
    copied = tmp_path / "staged" / "_static" / "audio" / "blues.00001.ogg"
    assert copied.read_bytes() == b"OggS"
    page.write_text("_static/audio/blues.00099.ogg")
    with pytest.raises(BookError, match=r"blues\.00099"):
        staging.copy_clips(tmp_path / "staged")


def test_repository_and_address_come_from_the_environment_or_stay_out(monkeypatch):
    for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "MGC_REPOSITORY_URL", "MGC_SITE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert staging.site_settings({}) == {"html": {}}
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.example.org")
    monkeypatch.setenv("GITHUB_REPOSITORY", "someone/book")
    monkeypatch.setenv("MGC_SITE_URL", "https://example.org/book/")
    settings = staging.site_settings({})
    assert settings["repository"]["url"] == "https://github.example.org/someone/book"
    assert settings["html"]["baseurl"] == "https://example.org/book/"


def test_the_build_names_its_commit_and_whether_files_differ(tmp_path):
    assert "not a git checkout" in staging.commit_of(tmp_path)

    def git(*arguments: str) -> None:
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", "-C", str(tmp_path), *who, *arguments], check=True)

    git("init", "-q")
    (tmp_path / "a").write_text("1")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    clean = staging.commit_of(tmp_path)
    assert len(clean) == 12
    (tmp_path / "a").write_text("2")
    assert staging.commit_of(tmp_path) == f"{clean}, with changes not committed"


def test_evidence_counts_records_and_joins_their_versions():
    class Fit:
        def __init__(self, device: str, keras: str) -> None:
            packages = {"keras": keras}
            self.environment = {"device": device, "packages": packages, "duration_s": 90.0}

    class Data:
        name, content_hash, n_tracks = "demo", "cd" * 32, 90

    said = describe(Data(), [Fit("CPU", "3.9"), Fit("GPU", "3.10"), Fit("CPU", "3.9")], Options())
    assert (said.records, said.devices, said.minutes) == (3, ("CPU", "GPU"), 4.5)
    assert said.packages == (("keras", "3.10, 3.9"),)


def test_the_command_line_chooses_the_mode_the_data_and_the_store(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MGC_RECORDS", raising=False)
    (tmp_path / "music").mkdir()
    parse = command.parser().parse_args
    project = Project(tmp_path)

    demo = command.options_of(parse(["build"]))
    assert (demo.working, demo.data) == (True, "demo")
    assert parameters(project, demo)["records"] == str(tmp_path / "_build" / "records")
    folder = command.options_of(parse(["build", "--data", "music", "--only", "05", "--jobs", "1"]))
    assert (folder.data, folder.only, folder.jobs) == (str(tmp_path / "music"), ("05",), 1)
    replay = command.options_of(parse(["replay"]))
    assert (replay.working, replay.data) == (False, "gtzan-archive")
    assert (replay.protocol, replay.variant) == ("fault_filtered", "tuned")
    assert parameters(project, replay)["records"] == ""
    assert command.options_of(parse(["live", "--data", "demo"])).working
    assert not command.options_of(parse(["live"])).working
    with pytest.raises(MgcError, match="--jobs"):
        command.options_of(parse(["build", "--jobs", "0"]))


def test_a_mistake_is_one_line_and_exit_status_one(project, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(project.sources)
    assert command.run(["check"]) == 0
    (project.sources / "stray.ipynb").write_text("{}")
    assert command.run(["check"]) == 1
    assert "book/stray.ipynb" in capsys.readouterr().err
    assert command.run(["references", "--only", "44"]) == 1
    assert "no chapter is called 44; there are 01_first, 02_second" in capsys.readouterr().err
    outside = tmp_path.parent
    with pytest.raises(BookError, match="not in"):
        find_project(outside)
