"""Decides which files may come in: bounded while they arrive, known by their content and not by their name."""

import re
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from shared.edge import EdgeRoute
from shared.identity import caller
from shared.images import PictureRefused, Shot, remade
from shared.papers import fault_of
from shared.parts import file_part
from shared.problems import Answer, MediaUnsupported, NotSignedIn, Refusal, RoleForbidden, TooLarge

LARGEST = 10 * 1024 * 1024
NAME_LENGTH = 120
NO_SHOT = Shot(None, None, None)


class Kind(StrEnum):
    """What a stored file can be. HEIC comes in and is kept as JPEG."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    PDF = "application/pdf"


class FileRefused(Refusal):
    """The content is not taken. Facts: reason, reason_zh, reason_en."""


FILE_REFUSED = Answer(
    422, "file-refused", "文件不能接受", "The file is not taken", "{reason_zh}", "{reason_en}", members=("reason",)
)
REASONS: Mapping[str, tuple[str, str]] = {
    "EMPTY": ("文件是空的。", "The file is empty."),
    "TOO_MANY_PIXELS": ("图片像素过多,最多五千万像素。", "The picture has too many pixels; fifty million at most."),
    "UNREADABLE": ("图片已损坏或不完整。", "The picture is damaged or not whole."),
    "TOO_COSTLY": ("图片解码耗费过大。", "The picture takes too much to decode."),
    "NOT_ONE_FILE": ("文件中夹带了其他内容。", "The file carries something else inside."),
    "ACTIVE": (
        "PDF 含有脚本、附件、表单程序或加密。",
        "The PDF holds scripts, attachments, form programs or is encrypted.",
    ),
    "NOT_WHOLE": ("PDF 不完整。", "The PDF is not whole."),
}


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it arrived: the bytes, and the name its sender gave it (for showing only)."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Checked:
    """A file fit for keeping; sizes in pixels for pictures, None for PDF."""

    kind: Kind
    content: bytes
    width: int | None
    height: int | None
    shot: Shot


async def received(request: Request, part: str = "file", largest: int = LARGEST) -> Received:
    """The one file of a multipart body, counted while it streams in.

    Errors: MediaUnsupported, TooLarge, Malformed (cut short, no such part, several files), FileRefused (empty).
    """
    found = await file_part(request, part, largest)
    if not found.content:
        raise refused("EMPTY")
    return Received(_shown_name(found.file_name or ""), bytes(found.content))


def _shown_name(name: str) -> str:
    """The last part of a sender's file name without signs that could mislead where it is shown."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(sign for sign in last if sign.isprintable() and sign not in '"<>|:*?')[:NAME_LENGTH] or "file"


def refused(reason: str) -> FileRefused:
    zh, en = REASONS[reason]
    return FileRefused(reason=reason, reason_zh=zh, reason_en=en)


async def checked(content: bytes) -> Checked:
    """The file as it may be kept: a picture made anew from its pixels, a PDF unchanged.

    Errors: MediaUnsupported (none of the kinds), FileRefused.
    """
    kind = kind_of(content)
    if kind is None:
        raise MediaUnsupported(supported=SUPPORTED)
    if kind == "PDF":
        if reason := fault_of(content):
            raise refused(reason)
        return Checked(Kind.PDF, content, None, None, NO_SHOT)
    try:
        picture = await remade(kind, content)
    except PictureRefused as fault:
        raise refused(fault.fault) from None
    if len(picture.content) > LARGEST:
        raise TooLarge(limit=LARGEST)
    return Checked(Kind[picture.kind], picture.content, picture.width, picture.height, picture.shot)


def kind_of(content: bytes) -> str | None:
    """What the first bytes say: JPEG, PNG, WEBP, HEIF, PDF, or none of these."""
    for kind, sign in SIGNS.items():
        if sign.match(content):
            return kind
    return None


SIGNS: Mapping[str, re.Pattern[bytes]] = {
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "WEBP": re.compile(rb"RIFF.{4}WEBPVP8[ LX]", re.DOTALL),
    "HEIF": re.compile(rb".{4}ftyp(heic|heix|heim|heis|hevc|mif1|msf1)", re.DOTALL),
    "PDF": re.compile(rb"%PDF-[12]\.\d"),
}
SUPPORTED = ["image/jpeg", "image/png", "image/webp", "image/heic", "application/pdf"]


class UploadRoute(EdgeRoute):
    """The file of a POST is received, and looked at, outside the deadline and the transaction of a write: a slow line
    holds no write open, and is not told that a write may have happened."""

    senders: ClassVar[Collection[str]] = frozenset()
    """The roles one of which a sender must hold; none: everybody signed in."""
    largest: ClassVar[int] = LARGEST
    """Bytes."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()
        if "POST" not in (self.methods or ()):
            return inner

        async def handle(request: Request) -> Response:
            sender = caller(request)
            if sender is None:  # strangers send nothing
                raise NotSignedIn(challenge='Bearer realm="linli"')
            if self.senders and not sender.has(self.senders):  # nor does who may not do this anywhere
                raise RoleForbidden(needed=sorted(self.senders))
            request.scope["linli.received"] = file = await self.take(request)
            await self.look_at(request, file)
            return await inner(request)

        return handle

    async def take(self, request: Request) -> Received:
        """As `received`, with its errors."""
        return await received(request, largest=self.largest)

    async def look_at(self, request: Request, file: Received) -> None:
        """What else a route wants done before its write begins."""


async def _uploaded(request: Request) -> Received:
    found: Received = request.scope["linli.received"]
    return found


Uploaded = Annotated[Received, Depends(_uploaded)]
