"""What the service answers, described for OpenAPI."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

PROBLEM_TYPE = "application/problem+json"


class Problem(BaseModel):
    """Why a request got no answer, in the form of RFC 9457."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str = Field(description="The reason, and what to do about it")


class Named(BaseModel):
    """A genre and its probability."""

    genre: str
    probability: float = Field(ge=0, le=1)


class _Stretch(BaseModel):
    model_config = ConfigDict(extra="allow")  # a network may tell more, its tags for one

    duration_s: float = Field(ge=0)
    verdict: str = Field(
        description="Whether to believe the first genre: `sure`, `unsure` or `silent`, for example"
    )
    top: list[Named] = Field(description="The three most probable genres; none for silence")
    probabilities: dict[str, float] | None = Field(description="All genres; null for silence")


class WindowOut(_Stretch):
    """The answer to half a minute of a recording."""

    start_s: float = Field(ge=0)


class Prediction(_Stretch):
    """The answer to a recording, as `mgc predict --json` writes it."""

    file: str = Field(description="Its name, if the client told one")
    windows: list[WindowOut]


class Limits(BaseModel):
    """What a request may ask for."""

    megabytes: float
    seconds_of_audio: float
    seconds_of_work: float
    requests_at_a_time: int


class ModelFacts(BaseModel):
    """Which network answers."""

    network: str
    sha256: str
    genres: list[str]
    version: str = Field(description="Of the package mgc")
    limits: Limits


class Health(BaseModel):
    """Whether there is a process to answer."""

    status: Literal["ok"]
    workers: int = Field(ge=1)


_AUDIO = {"type": "string", "format": "binary"}

UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "One audio file: as the field `file` of a form, or as the body itself."
        " A body of any type but a form is taken for the file.",
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": _AUDIO},
                    "required": ["file"],
                }
            },
            "application/octet-stream": {"schema": _AUDIO},
        },
    }
}


def problems(**reasons: str) -> dict[int | str, dict[str, Any]]:
    """Describe the problems that a path may answer with: ``s413="The file is too large"``."""
    schema = {PROBLEM_TYPE: {"schema": Problem.model_json_schema()}}
    return {int(key[1:]): {"description": why, "content": schema} for key, why in reasons.items()}
