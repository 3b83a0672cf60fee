"""Packages of npm's registry from a local server: right, wrong, away; kept and used again."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mgc.errors import BookError
from tools.pages.content import vendor

CODE = b"export const one = 1;\n"
FILES = ["dist/one.js"]


def archive(**files: bytes) -> bytes:
    """Pack files as npm does: everything below `package/`."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as content:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"package/dist/{name}.js")
            entry.size = len(text)
            content.addfile(entry, io.BytesIO(text))
    return packed.getvalue()


def package(content: bytes, name: str = "small") -> vendor.Package:
    checksum = base64.b64encode(hashlib.sha512(content).digest()).decode()
    return vendor.Package(name, "1.2.3", f"sha512-{checksum}")


class Registry(ThreadingHTTPServer):
    """What a local server sends, and what it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.content, self.asked = archive(one=CODE), list[str]()


class Answer(BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()
        self.wfile.write(self.server.content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    with Registry() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{server.server_port}/npm/")
        yield server
        server.shutdown()


def test_an_archive_is_fetched_once_under_its_name_and_then_needs_no_registry(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = package(registry.content, "@they/small")
    for _ in range(2):
        assert vendor.read(wanted, FILES, tmp_path) == [CODE]
    assert registry.asked == ["/npm/@they/small/-/small-1.2.3.tgz"]
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(b"damaged")
    assert vendor.read(wanted, FILES, tmp_path) == [CODE], "a damaged one is fetched again"
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    assert vendor.read(wanted, FILES, tmp_path) == [CODE]


def test_another_archive_than_the_expected_one_is_refused_and_not_kept(
    registry: Registry, tmp_path: Path
) -> None:
    wanted = package(registry.content)
    registry.content = archive(one=b"steal();")
    with pytest.raises(BookError, match=r"small-1\.2\.3\.tgz is not the archive") as error:
        vendor.read(wanted, FILES, tmp_path)
    assert not isinstance(error.value, vendor.UnreachableError)
    assert list(tmp_path.iterdir()) == []


def test_without_a_registry_the_error_says_so_and_nothing_else_is_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")  # nobody listens there
    with pytest.raises(vendor.UnreachableError, match=r"build once with a connection"):
        vendor.read(package(archive(one=CODE)), FILES, tmp_path)
    assert capfd.readouterr() == ("", "")


def test_a_file_that_the_package_lacks_is_named(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(BookError, match=r"holds no file dist/two\.js"):
        vendor.read(package(registry.content), ["dist/two.js"], tmp_path)
