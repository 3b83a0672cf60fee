"""An upload becomes a file for the decoders, and no byte more is kept than is allowed."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from mgc.errors import MgcError

UNNAMED = "upload"
"""Name of a file whose client told none."""
FORM_BYTES = 1 << 16
"""Of a form around its file."""
DRAIN_S = 5.0


class TooLargeError(MgcError):
    """An upload of more bytes than are allowed."""


class FormError(MgcError):
    """A form that holds no file, or cannot be read."""


async def save(request: Request, target: Path, largest: int) -> str:
    """Write the file of a request, at most `largest` bytes, and give the client's name for it.

    Raises TooLargeError, FormError, and ClientDisconnect where the client hung up on the way.
    """
    form = request.headers.get("content-type", "").startswith("multipart/form-data")
    allowed = largest + FORM_BYTES * form
    announced = request.headers.get("content-length", "")
    left = allowed

    async def receive() -> MutableMapping[str, Any]:
        nonlocal left
        message = await request.receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLargeError
        return message

    try:
        if announced.isdecimal() and int(announced) > allowed:
            raise TooLargeError
        limited = Request(request.scope, receive)
        return await (_save_field(limited, target, largest) if form else _save(limited, target))
    except TooLargeError:
        await drain(request, largest)
        raise


async def drain(request: Request, most: int) -> None:
    """Read on and keep nothing, for some bytes and seconds: a client that writes reads no answer.

    Where a connection is closed before all was read, most clients report just that.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_S):
            while most > 0:
                message = await request.receive()
                most -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return


async def _save(request: Request, target: Path) -> str:
    with target.open("wb") as file:
        async for chunk in request.stream():
            file.write(chunk)
    return UNNAMED


async def _save_field(request: Request, target: Path, largest: int) -> str:
    try:
        async with request.form(max_files=1, max_fields=8) as form:
            field = form.get("file")
            if not isinstance(field, UploadFile):
                raise FormError("the form has no file in its field `file`; send one there")
            if (field.size or 0) > largest:
                raise TooLargeError
            with target.open("wb") as file:
                await asyncio.to_thread(shutil.copyfileobj, field.file, file)
            # A name may come in any encoding, and in none.
            return (field.filename or UNNAMED).encode("utf-8", "replace").decode()
    except HTTPException as problem:
        raise FormError(
            f"the form cannot be read ({problem.detail}); check its boundary"
        ) from None
    except UnicodeError:
        raise FormError("the form's names cannot be read; write them in UTF-8") from None
