"""The mini set over a real connection to a local server, and zips that cannot be trusted."""

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


@dataclass
class Server:
    """What the server sends, how it misbehaves, and what it was asked for."""

    url: str = ""
    content: bytes = b""
    break_after: int | None = None
    status: int = 200
    asked: list[str] = field(default_factory=list)

    @property
    def md5(self) -> str:
        """Checksum of what it sends."""
        return hashlib.md5(self.content).hexdigest()


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            self.send_response(state.status)
            self.send_header("Content-Length", str(len(state.content)))
            self.end_headers()
            self.wfile.write(state.content[: state.break_after])

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        state.url = f"http://127.0.0.1:{httpd.server_address[1]}/main.zip"
        yield state
        httpd.shutdown()
        thread.join()


def zipped(members: dict[str | zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def listing(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def mini_set(folder: Path) -> bytes:
    """Zip the set as GitHub does, below a folder of the repository's name."""
    tracks = opening.open_edition(folder).tracks
    files = {
        f"genres/{track.genre}/{track.path.name}": track.path.read_bytes() for track in tracks
    }
    files |= {".gitattributes": b"", "README.md": b""}
    return zipped({f"gtzan_mini-main/{name}": content for name, content in files.items()})


def test_the_mini_set_arrives_whole(server: Server, tmp_path: Path, gtzan_mini: Path) -> None:
    server.content = mini_set(gtzan_mini)
    target = tmp_path / "new" / "mini"
    server.break_after = 1_000_000
    with pytest.raises(DataError, match="the connection failed"):
        fetch.fetch_mini(target, url=server.url, md5=server.md5)
    assert listing(tmp_path) == ["new"]
    server.break_after = None
    assert fetch.fetch_mini(target, url=server.url, md5=server.md5) == target
    edition = opening.open_edition(target)
    assert edition.content_hash == opening.open_edition(gtzan_mini).content_hash
    assert [path.name for path in target.parent.iterdir()] == ["mini"]
    assert stat.S_IMODE(target.stat().st_mode) == stat.S_IMODE(target.parent.stat().st_mode)
    asked = len(server.asked)
    fetch.fetch_mini(target, url=server.url, md5=server.md5)
    assert len(server.asked) == asked  # already there


def test_a_wrong_checksum_is_refused_and_nothing_kept(server: Server, tmp_path: Path) -> None:
    server.content = zipped({"genres/pop/pop.00000.wav": b"RIFF"})
    right = 32 * "0"
    with pytest.raises(DataError, match=rf"MD5 {right}.*mgc data where"):
        fetch.fetch_mini(tmp_path / "mini", url=server.url, md5=right)
    assert server.asked
    assert listing(tmp_path) == []


def test_an_answer_of_the_server_is_named(server: Server, tmp_path: Path) -> None:
    server.status = 404
    with pytest.raises(DataError, match=r"it answers 404.*mgc data where"):
        fetch.fetch_mini(tmp_path / "mini", url=server.url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/main.zip", "http://host.invalid/main.zip"])
def test_offline_says_in_one_sentence_what_to_do_instead(
    tmp_path: Path, url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DataError) as caught:
        fetch.fetch_mini(tmp_path / "mini", url=url)
    message = str(caught.value)
    assert url in message
    assert "demo edition needs no download" in message
    assert "mgc data where" in message
    assert "\n" not in message
    assert capfd.readouterr() == ("", "")
    assert listing(tmp_path) == []


def member(name: str, mode: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    "info",
    [
        member("../evil.wav"),
        member("../../../evil.wav"),
        member("genres/../../evil.wav"),
        member("genres\\..\\..\\evil.wav"),
        member("{outside}/evil.wav"),
        member("C:/evil.wav"),
        member("genres", stat.S_IFLNK | 0o777),
    ],
    ids=lambda info: info.filename,
)
def test_a_hostile_zip_writes_nothing_outside(
    server: Server, tmp_path: Path, info: zipfile.ZipInfo
) -> None:
    """Not even where its checksum is the one that was asked for."""
    outside = tmp_path / "outside"
    outside.mkdir()
    info.filename = info.filename.format(outside=outside)
    server.content = zipped({info: str(outside).encode(), "genres/pop/pop.00000.wav": b"good"})
    with pytest.raises((DataError, OSError)):
        fetch.fetch_mini(tmp_path / "in" / "mini", url=server.url, md5=server.md5)
    assert listing(tmp_path) == ["in", "outside"]


def test_other_tracks_are_not_taken_for_the_mini_set(
    server: Server, tmp_path: Path, small_edition: Path
) -> None:
    files = {f"x/genres/{p.parent.name}/{p.name}": p for p in small_edition.rglob("*.wav")}
    server.content = zipped({name: path.read_bytes() for name, path in files.items()})
    with pytest.raises(DataError, match="does not hold the 100 tracks"):
        fetch.fetch_mini(tmp_path / "mini", url=server.url, md5=server.md5)
    assert listing(tmp_path) == []


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mini").mkdir()
    (tmp_path / "mini" / "letter.txt").write_text("mine")
    with pytest.raises(DataError, match="name another folder"):
        fetch.fetch_mini(tmp_path / "mini", url="http://127.0.0.1:9/")
    assert listing(tmp_path) == ["mini", str(Path("mini", "letter.txt"))]
    with pytest.raises(DataError, match="is a file"):
        fetch.fetch_mini(tmp_path / "mini" / "letter.txt", url="http://127.0.0.1:9/")


def test_where_explains_each_step() -> None:
    text = fetch.where_text()
    for word in ("fetch mini", "Kaggle", "jazz.00054", "genres_original", "verify", "licence"):
        assert word in text
    assert all(line.endswith(".") for line in text.splitlines())
