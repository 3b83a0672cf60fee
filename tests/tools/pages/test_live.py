"""What an author looks at while editing."""

import asyncio
import socket
import threading
import time
import urllib.error
import urllib.request
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from tornado.ioloop import IOLoop

from mgc.errors import BookError, MgcError
from tests.helpers.book import EVIDENCE, make_project
from tests.helpers.outside import until
from tools.pages import live
from tools.pages.content import evidence
from tools.pages.execute import chapters, checks
from tools.pages.project import Options, Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.sources.mkdir()
    (project.sources / "01_first.py").write_text("# one")
    project.html.mkdir(parents=True)
    (project.html / "index.html").write_text("<head></head><body><p>Front</p></body>")
    (project.html / "style.css").write_text("p {}")
    return project


# Tornado leaves the socket open that finds its port taken.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_saved_chapter_is_built_again_and_a_failing_one_keeps_the_server_up(
    project, monkeypatch
):
    monkeypatch.setattr(live.Workshop, "warm_up", lambda _: None)
    builds: list[str] = []

    def build(*_: object, **__: object) -> None:
        builds.append((project.sources / "01_first.py").read_text())
        if builds[-1] == "# broken":
            raise BookError("01_first stops [here]")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said, loops = StringIO(), []

    def serve() -> None:
        asyncio.set_event_loop(asyncio.new_event_loop())
        loops.append(IOLoop.current())
        live.serve(project, Options(), port, Console(file=said), build)

    def fetch(path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return answer.read().decode()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        until(lambda: "Serving" in said.getvalue())
        time.sleep(1.5)  # it has seen what there is
        page = fetch("/")
        assert "<p>Front</p>" in page
        assert "livereload.js" in page, "pages get the script that reloads them"
        assert "//" not in page.replace('"//"+window.location.hostname', ""), "from nowhere else"
        assert fetch("/style.css") == "p {}"
        with pytest.raises(urllib.error.HTTPError, match=r"40[34]"):
            fetch("/../../book/01_first.py")
        for text in ("# broken", "# mended!"):
            (project.sources / "01_first.py").write_text(text)
            until(lambda text=text: builds[-1] == text)
        (project.sources / "02_second.py").touch()
        until(lambda: len(builds) == 4)
        with pytest.raises(MgcError, match="--port"):
            live.serve(project, Options(), port, Console(file=StringIO()), lambda *_, **__: None)
    finally:
        loops[0].add_callback(loops[0].stop)
        thread.join(20)
    assert not thread.is_alive()
    assert builds == ["# one", "# broken", "# mended!", "# mended!"]
    assert "changed: 01_first.py" in said.getvalue()
    assert "01_first stops [here]" in said.getvalue()


def test_evidence_is_gathered_once_for_the_same_records(project, monkeypatch):
    monkeypatch.setattr(chapters, "code_folders", tuple)
    asked = []
    monkeypatch.setattr(evidence, "prepare", lambda *_: asked.append(1) or EVIDENCE)
    workshop = live.Workshop(project.sources)
    for _ in range(2):
        assert workshop.prepare(project, Options()) is EVIDENCE
    assert len(asked) == 1
    (project.sources / "records").mkdir()
    (project.sources / "records" / "config.json").write_text("{}")
    workshop.prepare(project, Options())
    assert len(asked) == 2


def test_a_waiting_kernel_gives_what_a_fresh_one_gives(tmp_path):
    project = make_project(tmp_path)
    chapter = project.sources / "02_second.py"
    text = chapter.read_text() + "\n# %%\n'mgc' in dir(), 'pd' in dir(), __import__('sys').argv[0]"
    chapter.write_text(text)
    workshop = live.Workshop(project.sources)
    results = []
    with chapters.this_interpreter(project.build):
        try:
            for warm in (False, True):
                if warm:
                    workshop.warm_up()
                kernel = workshop.kernel()
                assert (kernel is not None) is warm
                done = chapters.execute(chapter, tmp_path / "out", {}, "", None, kernel)
                assert kernel is None or not kernel.is_alive()
                results.append(done.notebook.read_text().split('"metadata": {\n  "kernelspec"')[0])
        finally:
            workshop.close()
    assert checks.text_of(results[0]) == results[1]
