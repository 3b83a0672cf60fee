"""The web application behind ``mgc serve``."""

from __future__ import annotations

import asyncio
import json
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.requests import ClientDisconnect

from mgc import __version__
from mgc.errors import AudioError, FeatureError, MgcError
from mgc.inference import network_file
from mgc.inference.opening import network_path
from mgc.service.metrics import Counted, Metrics
from mgc.service.schema import (
    PROBLEM_TYPE,
    UPLOAD,
    Health,
    ModelFacts,
    Prediction,
    problems,
)
from mgc.service.uploads import FormError, TooLargeError, drain, save
from mgc.service.workers import HUNG, LostError, TooLongError, Workers, classify
from mgc.util.atomic import scratch

RETRY_S = 1
NOBODY = 499
"""Status that nobody sees, for clients that hung up; nginx counts them so."""


@dataclass(frozen=True)
class Settings:
    """How an application works, and what it allows.

    Attributes
    ----------
    network : Path or None
        A file; None for the network that ships.
    workers : int, at least 1
        Processes that classify.
    megabytes : float
        Largest upload.
    audio_s : float
        Longest recording, in seconds.
    work_s : float
        Seconds that an upload may take, that a request may wait for a process, and that the
        process may take.
    at_a_time : int, at least 1
        Uploads that are taken at a time; more are told to come again.
    token : str
        What clients must send as bearer token; empty for none.
    origins : tuple of str
        Origins of web pages that may ask; none by default.
    """

    network: Path | None = None
    workers: int = 1
    megabytes: float = 50.0
    audio_s: float = 900.0
    work_s: float = 30.0
    at_a_time: int = 16
    token: str = ""
    origins: tuple[str, ...] = ()

    @property
    def n_bytes(self) -> int:
        """Largest upload in bytes."""
        return round(self.megabytes * 1e6)


def create_app(
    settings: Settings,
    log: Callable[[str], object] | None = None,
    failed: Callable[[MgcError], object] | None = None,
) -> FastAPI:
    """Make the application; its processes start and end with its lifespan.

    Parameters
    ----------
    settings : Settings
    log : callable, optional
        Takes a line of JSON for each upload: time, status, seconds, and what was answered but
        the file's name.
    failed : callable, optional
        Is told why the network cannot be opened, and ends the server; without it the lifespan
        raises that.
    """
    service = _Service(settings, log or (lambda line: None), failed)
    app = FastAPI(
        title="mgc",
        summary="Genres of music",
        version=__version__,
        lifespan=service.lifespan,
        exception_handlers={
            AnyHTTPException: _http_problem,
            Exception: _fault,
        },
    )
    token = [Depends(service.check_token)]
    app.post(
        "/v1/predictions",
        summary="Name the genres of a recording",
        response_model=Prediction,
        responses=_PREDICT_PROBLEMS,
        openapi_extra=UPLOAD,
        dependencies=token,
    )(service.predict)
    app.get(
        "/v1/model",
        summary="Say which network answers, and what it allows",
        response_model=ModelFacts,
        responses=problems(s401=_NO_TOKEN),
        dependencies=token,
    )(service.model)
    app.get(
        "/healthz",
        summary="Say whether the service can answer",
        response_model=Health,
        responses=problems(s503="No process can answer"),
    )(service.health)
    app.get("/metrics", include_in_schema=False, dependencies=token)(service.numbers)
    if settings.origins:
        app.add_middleware(CORSMiddleware, allow_origins=settings.origins,
                           allow_methods=["GET", "POST"], allow_headers=["*"])  # fmt: skip
    app.add_middleware(Counted, metrics=service.metrics)
    return app


_NO_TOKEN = "No token, or the wrong one"
_PREDICT_PROBLEMS = problems(
    s401=_NO_TOKEN,
    s408="The upload took too long",
    s413="The file is too large, or the recording too long",
    s422="No file, or no audio that can be read",
    s429="Too many uploads at a time",
    s503="No process was free, or the one that worked on it hung or died",
)


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Answer with a problem (RFC 9457); `detail` names the remedy."""
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    return JSONResponse(content, status, headers, media_type=PROBLEM_TYPE)


async def _fault(_: Request, error: Exception) -> JSONResponse:
    return problem(500, "a fault of the service, which has written it to its error output")


async def _http_problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AnyHTTPException)
    headers = dict(error.headers) if error.headers else {}
    details = {404: "there is no such path; /docs names all",
               405: f"this path takes {headers.get('allow', 'another method')}"}  # fmt: skip
    return problem(error.status_code, details.get(error.status_code, str(error.detail)), headers)


class _Service:
    """What the paths of one application share."""

    def __init__(
        self,
        settings: Settings,
        log: Callable[[str], object],
        failed: Callable[[MgcError], object] | None,
    ) -> None:
        self._settings, self._log, self._failed = settings, log, failed
        self._workers = Workers(settings.workers, settings.network)
        self._facts: dict[str, Any] = {}
        self._under_way = 0
        self.metrics = Metrics()

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Start the processes, and end them; what is left of uploads goes at both ends."""
        with ExitStack() as opened:
            self._folder = opened.enter_context(scratch(Path(tempfile.gettempdir())))
            try:
                await self._start()
                yield
            finally:
                await self._workers.stop()

    async def _start(self) -> None:
        try:
            genres = await self._workers.start()
            self._facts = await asyncio.to_thread(_facts, self._settings, genres)
        except MgcError as problem:
            if self._failed is None:
                raise
            self._failed(problem)

    def check_token(self, request: Request) -> None:
        """Refuse a request without the token, where one is asked for."""
        wanted = f"Bearer {self._settings.token}".encode()
        given = request.headers.get("authorization", "").encode()
        if self._settings.token and not secrets.compare_digest(wanted, given):
            raise HTTPException(401, "send the token that the service was started with, as the"
                                     " header `Authorization: Bearer TOKEN`",
                                {"WWW-Authenticate": "Bearer"})  # fmt: skip

    async def model(self) -> dict[str, Any]:
        """Describe the network and the limits."""
        return self._facts

    async def health(self) -> Any:
        """Tell whether a process is there to answer."""
        if self._workers.ready:
            return {"status": "ok", "workers": self._workers.ready}
        return problem(503, "no process can answer; one is being started", _later())

    async def numbers(self) -> Response:
        """Give the counters in Prometheus's format."""
        return Response(self.metrics.text(), media_type="text/plain; version=0.0.4")

    async def predict(self, request: Request) -> Response:
        """Take an upload, and answer; see `UPLOAD` for its forms."""
        begin, noted = time.perf_counter(), dict[str, Any]()
        if self._under_way >= self._settings.at_a_time:
            await drain(request, self._settings.n_bytes)
            response: Response = problem(
                429,
                f"{self._settings.at_a_time} uploads are under way; send this one again after"
                f" {RETRY_S} s",
                _later(),
            )
        else:
            self._under_way += 1
            self.metrics.under_way.set(self._under_way)
            try:
                response = await self._answer(request, noted)
            finally:
                self._under_way -= 1
                self.metrics.under_way.set(self._under_way)
        facts = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "status": response.status_code,
            "seconds": round(time.perf_counter() - begin, 3),
        }
        self._log(json.dumps(facts | noted))
        return response

    async def _answer(self, request: Request, noted: dict[str, Any]) -> Response:
        allowed = self._settings
        file = self._folder / secrets.token_hex(8)
        try:
            name = await self._saved(request, file)
            noted["bytes"] = file.stat().st_size
            answer, tags = await self._asked(request, file)
        except ClientDisconnect:
            self.metrics.gone.inc()
            return Response(status_code=NOBODY)
        except TooLargeError:
            smaller = "send a smaller file, as MP3 or Ogg for example"
            return problem(413, f"the file has more than {allowed.megabytes:g} MB; {smaller}")
        except TooLongError as error:
            return problem(413, f"{error}; send a part of the recording")
        except (FormError, AudioError, FeatureError) as error:
            return problem(422, str(error))
        except _SlowError:
            slow = f"the upload took more than {allowed.work_s:g} s"
            return problem(408, f"{slow}; send a smaller file, or over a faster line")
        except TimeoutError:
            return problem(503, f"all processes are busy; try again after {RETRY_S} s", _later())
        except LostError as error:
            return self._lost(str(error))
        finally:
            with suppress(OSError):
                file.unlink()
        noted |= {key: answer[key] for key in answer if key not in ("file", "windows")}
        if tags:  # all of them, for `mgc monitor`
            noted["tags"] = {name: round(p, 6) for name, p in tags.items()}
        self.metrics.audio.inc(answer["duration_s"])
        first = answer["top"][0]["genre"] if answer["top"] else ""
        self.metrics.answers.labels(answer["verdict"], first).inc()
        return JSONResponse(answer | {"file": name})

    async def _saved(self, request: Request, file: Path) -> str:
        try:
            async with asyncio.timeout(self._settings.work_s):
                return await save(request, file, self._settings.n_bytes)
        except TimeoutError:
            raise _SlowError from None

    async def _asked(
        self, request: Request, file: Path
    ) -> tuple[dict[str, Any], dict[str, float]]:
        """Let a process answer, unless the client hangs up before."""
        allowed = self._settings
        work = asyncio.create_task(
            self._workers.ask(classify, allowed.network, file, allowed.audio_s,
                              wait_s=allowed.work_s, work_s=allowed.work_s)
        )  # fmt: skip
        gone = asyncio.create_task(_hung_up(request))
        await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        if not work.done():
            work.cancel()
            raise ClientDisconnect
        return work.result()

    def _lost(self, reason: str) -> Response:
        self.metrics.lost.labels(reason).inc()
        if reason == HUNG:
            return problem(503, f"the recording took more than {self._settings.work_s:g} s; send a"
                                " part of it, or as another format")  # fmt: skip
        return problem(503, "the process that read the recording died; send it as another format")


class _SlowError(Exception):
    """An upload that does not come to its end."""


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _later() -> dict[str, str]:
    return {"Retry-After": str(RETRY_S)}


def _facts(settings: Settings, genres: list[str]) -> dict[str, Any]:
    network = network_path(settings.network)
    return {
        "network": network.name,
        "sha256": network_file.sha256(network),
        "genres": genres,
        "version": __version__,
        "limits": {
            "megabytes": settings.megabytes,
            "seconds_of_audio": settings.audio_s,
            "seconds_of_work": settings.work_s,
            "requests_at_a_time": settings.at_a_time,
        },
    }
