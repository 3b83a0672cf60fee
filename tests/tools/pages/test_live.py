"""The server that an author looks at while editing."""

import threading
import time
import urllib.error
import urllib.request
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from mgc.errors import BookError, MgcError
from tools.pages import live
from tools.pages.project import Options, Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.sources.mkdir()
    (project.sources / "01_first.py").write_text("# one")
    project.html.mkdir(parents=True)
    (project.html / "index.html").write_text("<body><p>Front</p></body>")
    (project.html / "style.css").write_text("p {}")
    return project


def fetch(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return answer.read().decode()


def wait_for(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "nothing happened within ten seconds"
        time.sleep(0.02)


def test_pages_get_the_script_that_reloads_and_other_files_stay_as_they_are(project):
    version = live.Version()
    with live.start_server(project, 0, version) as server:
        port = server.server_address[1]
        for path in ("/", "/index.html", "/index.html?x=1"):
            page = fetch(port, path)
            assert "<p>Front</p>" in page
            assert live.VERSION in page
        assert fetch(port, "/style.css") == "p {}"
        assert fetch(port, live.VERSION) == "0"
        version.advance()
        assert fetch(port, live.VERSION) == "1"
        with pytest.raises(urllib.error.HTTPError, match="404"):
            fetch(port, "/../../book/01_first.py")
        with pytest.raises(MgcError, match="--port"):
            live.start_server(project, port, version)
        server.shutdown()


def test_a_saved_chapter_is_built_again_and_a_failing_one_keeps_the_server_up(
    project, monkeypatch
):
    monkeypatch.setattr(live, "POLL_S", 0.02)
    builds: list[str] = []

    def build(*_: object, **__: object) -> None:
        text = (project.sources / "01_first.py").read_text()
        builds.append(text)
        if text == "# broken":
            raise BookError("01_first stops [here]")

    stop, said = threading.Event(), StringIO()
    console = Console(file=said)
    arguments = (project, Options(), 0, console, build, stop)
    thread = threading.Thread(target=live.serve, args=arguments)
    thread.start()
    try:
        wait_for(lambda: builds == ["# one"])
        for text in ("# broken", "# mended!"):
            (project.sources / "01_first.py").write_text(text)
            wait_for(lambda text=text: builds[-1] == text)
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
    assert builds == ["# one", "# broken", "# mended!"]
    assert "changed: 01_first.py" in said.getvalue()
    assert "01_first stops [here]" in said.getvalue()


def test_added_saved_and_removed_files_are_changes(project):
    first = project.sources / "01_first.py"
    before = live.snapshot(project)
    assert set(before) == {first}
    second = project.sources / "02_second.py"
    second.write_text("")
    after = live.snapshot(project)
    assert live.changed(before, after) == [second]
    assert live.changed(before, before) == []
    assert live.changed(after, {second: after[second] + 1}) == [first, second]
