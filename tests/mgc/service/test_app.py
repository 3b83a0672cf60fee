"""The web application in this process: who may ask, and for how much."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from mgc.datasets import demo
from mgc.errors import MgcError, NetworkError
from mgc.service.app import Settings, create_app
from mgc.service.uploads import FORM_BYTES
from tests.helpers.corpus import RATE, sound

ORIGIN = "https://music.example.org"
TOKEN = {"Authorization": "Bearer open"}
SETTINGS = Settings(megabytes=0.5, audio_s=20, token="open", origins=(ORIGIN,))
PATH = "/v1/predictions"


@pytest.fixture(scope="module")
def log() -> list[str]:
    return []


@pytest.fixture(scope="module")
def client(log: list[str]) -> Iterator[TestClient]:
    with TestClient(create_app(SETTINGS, log.append)) as client:
        yield client


def short() -> bytes:
    return sound(np.random.default_rng(0).uniform(-0.5, 0.5, 5 * RATE))


def test_without_the_token_only_health_is_told(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok", "workers": 1}
    for headers in ({}, {"Authorization": "Bearer other"}, {"Authorization": "open"}):
        for answer in (
            client.post(PATH, content=short(), headers=headers),
            client.get("/v1/model", headers=headers),
            client.get("/metrics", headers=headers),
        ):
            assert answer.status_code == 401
            assert "Bearer TOKEN" in answer.json()["detail"]
            assert answer.headers["www-authenticate"] == "Bearer"
    model = client.get("/v1/model", headers=TOKEN).json()
    assert model["limits"]["megabytes"] == 0.5
    assert len(model["genres"]) == 10


def test_only_the_given_origin_may_ask_from_a_page(client: TestClient) -> None:
    asked = {"Access-Control-Request-Method": "POST"}
    assert client.options(PATH, headers={"Origin": ORIGIN, **asked}).status_code == 200
    other = client.options(PATH, headers={"Origin": "https://other.example", **asked})
    assert "access-control-allow-origin" not in other.headers
    answer = client.post(PATH, content=short(), headers={**TOKEN, "Origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == ORIGIN


def test_no_page_may_ask_by_default() -> None:
    client = TestClient(create_app(Settings()))
    answer = client.get("/openapi.json", headers={"Origin": ORIGIN})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("as_form", [False, True])
@pytest.mark.parametrize("announced", [False, True])
def test_too_large_a_file_is_refused(client: TestClient, as_form: bool, announced: bool) -> None:
    for size, status in ((500_000, 422), (500_001 + FORM_BYTES, 413)):
        content = bytes(size)
        if as_form:
            request = client.build_request("POST", PATH, files={"file": content}, headers=TOKEN)
        else:
            request = client.build_request("POST", PATH, content=content, headers=TOKEN)
        if not announced:
            del request.headers["content-length"]
        answer = client.send(request)
        assert answer.status_code == status
        assert status == 422 or "more than 0.5 MB; send a smaller file" in answer.json()["detail"]


def test_too_long_a_recording_is_refused_however_small_its_file(client: TestClient) -> None:
    long = sound(np.zeros(21 * 8000), 8000, "OGG")
    answer = client.post(PATH, content=long, headers=TOKEN)
    assert answer.status_code == 413
    assert answer.json()["detail"].startswith("21 s of audio, and 20 s are allowed; send a part")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"nonsense"),
        ("multipart/form-data", b"nonsense"),
        ("multipart/form-data; boundary=x",
         b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--\r\n'),
        ("multipart/form-data; boundary=x; charset=idna",
         b'--x\r\nContent-Disposition: form-data; name="\xff..\xff"; filename="a"\r\n\r\nt\r\n'
         b"--x--\r\n"),
    ],
    ids=["empty", "nonsense", "no boundary", "no file", "odd charset"],
)  # fmt: skip
def test_a_form_without_a_file_is_refused(client: TestClient, kind: str, content: bytes) -> None:
    answer = client.post(PATH, content=content, headers={**TOKEN, "Content-Type": kind})
    assert answer.status_code == 422
    assert "form" in answer.json()["detail"]


def test_the_log_has_a_line_an_upload_and_tells_no_name(
    client: TestClient, log: list[str]
) -> None:
    log.clear()
    clip = demo.clip_path("jazz.00004").read_bytes()[:40_000]
    client.post(PATH, files={"file": ("secret.wav", short())}, headers=TOKEN)
    client.post(PATH, content=clip, headers=TOKEN)
    answered, refused = map(json.loads, log)
    assert (answered["status"], refused["status"]) == (200, 422)
    assert sum(answered["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert "probabilities" not in refused
    assert "secret" not in "".join(log)


def test_a_strange_path_makes_no_counter(client: TestClient) -> None:
    assert client.get(f"/{Path('a/b').as_posix()}").status_code == 404
    text = client.get("/metrics", headers=TOKEN).text
    assert 'path="other",status="404"' in text
    assert 'path="/a/b"' not in text


def test_a_bad_network_ends_the_server_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "bad.keras").write_text("nonsense")
    settings = Settings(network=tmp_path / "bad.keras")
    with pytest.raises(NetworkError, match=r"bad\.keras"), TestClient(create_app(settings)):
        pass
    told: list[MgcError] = []
    with TestClient(create_app(settings, failed=told.append)) as client:
        assert client.get("/healthz").status_code == 503
    assert "bad.keras" in str(told[0])
    serve = [sys.executable, "-m", "mgc", "serve", "--port", "0", "--network", "bad.keras"]
    result = subprocess.run(serve, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "bad.keras: no network" in result.stderr
