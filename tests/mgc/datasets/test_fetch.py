"""Downloading over a real connection to a local server, and unpacking what cannot be trusted."""

from __future__ import annotations

import hashlib
import io
import stat
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mgc.datasets import fetch, opening
from mgc.errors import DataError
from mgc.util.safe_zip import unzip

CONTENT = bytes(range(256)) * 4000  # 1 MB


@dataclass
class Server:
    """What the server sends, how it misbehaves, and what it was asked for."""

    url: str = ""
    content: bytes = CONTENT
    break_after: int | None = None
    ranges: bool = True
    status: int | None = None
    wrong_part: bool = False
    asked: list[str | None] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            state.asked.append(wanted)
            if state.status is not None:
                self.send_error(state.status)
                return
            start = 0
            if wanted and state.ranges:
                start = int(wanted.removeprefix("bytes=").removesuffix("-"))
                if start >= len(state.content):
                    self.send_error(416)
                    return
                self.send_response(206)
                told = start + 1 if state.wrong_part else start
                size = len(state.content)
                self.send_header("Content-Range", f"bytes {told}-{size - 1}/{size}")
            else:
                self.send_response(200)
            body = state.content[start:]
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: state.break_after])

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        state.url = f"http://127.0.0.1:{httpd.server_address[1]}/main.zip"
        yield state
        httpd.shutdown()
        thread.join()


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def listing(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# Downloading


def test_a_whole_file_arrives(server: Server, tmp_path: Path) -> None:
    target = fetch.download(server.url, tmp_path / "file", md5(CONTENT))
    assert target.read_bytes() == CONTENT
    assert listing(tmp_path) == ["file"]
    fetch.download(server.url, tmp_path / "file", md5(CONTENT))
    assert len(server.asked) == 1  # what is there is not fetched again


def test_an_interrupted_download_continues_where_it_stopped(
    server: Server, tmp_path: Path
) -> None:
    server.break_after = 300_000
    with pytest.raises(DataError, match=r"0\.3 MB are kept") as caught:
        fetch.download(server.url, tmp_path / "file", md5(CONTENT))
    assert server.url in str(caught.value)
    assert listing(tmp_path) == ["file.part"]
    server.break_after = None
    target = fetch.download(server.url, tmp_path / "file", md5(CONTENT))
    assert target.read_bytes() == CONTENT
    assert server.asked == [None, "bytes=300000-"]
    assert listing(tmp_path) == ["file"]


def test_a_server_without_ranges_sends_the_whole_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(CONTENT[:1000])
    server.ranges = False
    assert fetch.download(server.url, tmp_path / "file", md5(CONTENT)).read_bytes() == CONTENT


def test_a_complete_part_needs_no_connection(tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(CONTENT)
    target = fetch.download("http://127.0.0.1:9/none", tmp_path / "file", md5(CONTENT))
    assert target.read_bytes() == CONTENT


def test_a_part_that_is_too_long_is_given_up(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(CONTENT + b"more")
    with pytest.raises(DataError, match="Run the command again"):
        fetch.download(server.url, tmp_path / "file", md5(CONTENT))
    assert fetch.download(server.url, tmp_path / "file", md5(CONTENT)).read_bytes() == CONTENT


def test_another_part_than_asked_for_is_not_glued_on(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file.part").write_bytes(CONTENT[:1000])
    server.wrong_part = True
    with pytest.raises(DataError, match="another part"):
        fetch.download(server.url, tmp_path / "file", md5(CONTENT))
    assert fetch.download(server.url, tmp_path / "file", md5(CONTENT)).read_bytes() == CONTENT


def test_a_wrong_checksum_is_refused_and_nothing_kept(server: Server, tmp_path: Path) -> None:
    server.content = CONTENT[:-1] + b"x"
    with pytest.raises(DataError, match=md5(CONTENT)) as caught:
        fetch.download(server.url, tmp_path / "file", md5(CONTENT))
    assert md5(server.content) in str(caught.value)
    assert listing(tmp_path) == []


@pytest.mark.parametrize(("status", "remedy"), [(404, "mgc data where"), (503, "try again later")])
def test_an_answer_of_the_server_is_explained(
    server: Server, tmp_path: Path, status: int, remedy: str
) -> None:
    server.status = status
    with pytest.raises(DataError, match=remedy) as caught:
        fetch.download(server.url, tmp_path / "file", md5(CONTENT))
    assert str(status) in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/main.zip", "http://host.invalid/main.zip"])
def test_offline_says_what_to_do_instead(tmp_path: Path, url: str) -> None:
    with pytest.raises(DataError) as caught:
        fetch.fetch_mini(tmp_path / "mini", url=url)
    message = str(caught.value)
    assert url in message
    assert "demo edition needs no download" in message
    assert "mgc data where" in message
    assert not (tmp_path / "mini").exists()


# The mini set


def test_the_mini_set_arrives_whole(server: Server, tmp_path: Path, gtzan_mini: Path) -> None:
    files = {
        f"gtzan_mini-main/genres/{t.genre}/{t.path.name}": t.path.read_bytes()
        for t in opening.open_edition(gtzan_mini).tracks
    }
    server.content = zipped({"gtzan_mini-main/.gitattributes": b"", **files})
    target = tmp_path / "new" / "mini"
    server.break_after = 1_000_000
    with pytest.raises(DataError, match="are kept"):
        fetch.fetch_mini(target, url=server.url, md5=md5(server.content))
    assert not target.exists()
    server.break_after = None
    assert fetch.fetch_mini(target, url=server.url, md5=md5(server.content)) == target
    assert opening.open_edition(target).name == "gtzan-mini"
    assert [path.name for path in target.parent.iterdir()] == ["mini"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o755
    asked = len(server.asked)
    fetch.fetch_mini(target, url=server.url, md5=md5(server.content))
    assert len(server.asked) == asked  # already there


def test_other_tracks_are_not_taken_for_the_mini_set(
    server: Server, tmp_path: Path, small_edition: Path
) -> None:
    server.content = zipped(
        {
            f"x/genres/{p.parent.name}/{p.name}": p.read_bytes()
            for p in small_edition.rglob("*.wav")
        }
    )
    with pytest.raises(DataError, match="not the 100"):
        fetch.fetch_mini(tmp_path / "mini", url=server.url, md5=md5(server.content))
    assert not (tmp_path / "mini").exists()
    assert not list(tmp_path.glob(".mini-*"))


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mini").mkdir()
    (tmp_path / "mini" / "letter.txt").write_text("mine")
    with pytest.raises(DataError, match="name another folder"):
        fetch.fetch_mini(tmp_path / "mini", url="http://127.0.0.1:9/")
    assert listing(tmp_path) == ["mini", "mini/letter.txt"]
    with pytest.raises(DataError, match="is a file"):
        fetch.fetch_mini(tmp_path / "mini" / "letter.txt", url="http://127.0.0.1:9/")


def test_the_address_and_checksum_are_those_of_mirdata() -> None:
    # mirdata/datasets/gtzan_genre.py, REMOTES["mini"], the same in 0.3.7 and in 1.0.0
    assert fetch.MINI_URL == (
        "https://github.com/TempoBeatDownbeat/gtzan_mini/archive/refs/heads/main.zip"
    )
    assert fetch.MINI_MD5 == "44f7f23af8363d96c59663a987f29a4c"


def test_where_explains_each_step() -> None:
    text = fetch.where_text()
    for word in ("fetch mini", "Kaggle", "jazz.00054", "genres_original", "verify", "licence"):
        assert word in text
    assert all(line.endswith(".") for line in text.splitlines())


# Unpacking


def member(name: str, mode: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        (member("../evil.wav"), "out of the folder"),
        (member("genres/../../evil.wav"), "out of the folder"),
        (member("genres\\..\\..\\evil.wav"), "out of the folder"),
        (member("/tmp/evil.wav"), "absolute"),
        (member("C:/evil.wav"), "absolute"),
        (member("genres/evil", stat.S_IFLNK | 0o777), "a link"),
        (member("genres/evil", stat.S_IFIFO | 0o644), "special file"),
    ],
)
def test_a_hostile_zip_writes_nothing(tmp_path: Path, info: zipfile.ZipInfo, reason: str) -> None:
    archive = tmp_path / "in" / "bad.zip"
    archive.parent.mkdir()
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("genres/pop/pop.00000.wav", b"good")
        out.writestr(info, b"/etc/passwd")
    with pytest.raises(DataError, match=reason) as caught:
        unzip(archive, tmp_path / "in" / "out")
    assert str(archive) in str(caught.value)
    assert listing(tmp_path) == ["in", "in/bad.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_that_names_a_file_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as out:
        out.writestr("genres/a", b"1")
        out.writestr("genres/a", b"2")
    with pytest.raises(DataError, match="twice"):
        unzip(tmp_path / "bad.zip", tmp_path / "out")


@pytest.mark.parametrize("change", ["cut", "flip", "text", "empty"])
def test_a_damaged_zip_leaves_nothing(tmp_path: Path, change: str) -> None:
    content = zipped({"genres/a": CONTENT, "genres/b": CONTENT})
    middle = len(CONTENT) // 2
    damaged = {
        "cut": content[: len(content) // 2],
        "flip": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        "text": b"<html>Sign in</html>",
        "empty": zipped({}),
    }[change]
    (tmp_path / "bad.zip").write_bytes(damaged)
    with pytest.raises(DataError, match="fetch it again"):
        unzip(tmp_path / "bad.zip", tmp_path / "out")
    assert listing(tmp_path) == ["bad.zip"]


def test_a_zip_bomb_is_refused_before_unpacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mgc.util.safe_zip.MAX_UNPACKED_BYTES", 1_000)
    (tmp_path / "bad.zip").write_bytes(zipped({"genres/a": CONTENT}))
    with pytest.raises(DataError, match="more than"):
        unzip(tmp_path / "bad.zip", tmp_path / "out")
    assert listing(tmp_path) == ["bad.zip"]


@pytest.mark.parametrize(
    ("names", "root"),
    [
        (["repo-main/genres/a", "repo-main/b"], "repo-main"),
        (["genres/a", "genres/b"], "."),
        (["a", "genres/b"], "."),
    ],
)
def test_one_wrapping_folder_is_dropped(tmp_path: Path, names: list[str], root: str) -> None:
    (tmp_path / "good.zip").write_bytes(zipped(dict.fromkeys(names, b"content")))
    assert unzip(tmp_path / "good.zip", tmp_path / "out") == tmp_path / "out" / root
    assert all((tmp_path / "out" / name).read_bytes() == b"content" for name in names)
