"""Decides which files may come in: bounded while they arrive, known by their content and not by their name."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from shared.images import PictureRefused, Shot, remade
from shared.papers import fault_of
from shared.problems import Answer, Malformed, MediaUnsupported, Refusal, TooLarge

LARGEST = 10 * 1024 * 1024
ENVELOPE = 16 * 1024  # boundaries, part headers, small fields
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

    Errors: MediaUnsupported, TooLarge, Malformed (no multipart, no such part, several files), FileRefused (empty).
    """
    form = await _form(request, largest)
    try:
        file = form.get(part)
        if not isinstance(file, UploadFile):
            raise Malformed(reason_zh=f"缺少名为 {part} 的文件。", reason_en=f"A file part named {part} is missing.")
        content = await file.read(largest + 1)
        name = _shown_name(file.filename or "")
    finally:
        await form.close()
    if len(content) > largest:
        raise TooLarge(limit=largest)
    if not content:
        raise refused("EMPTY")
    return Received(name, content)


async def _form(request: Request, largest: int) -> FormData:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data":
        raise MediaUnsupported(supported=["multipart/form-data"])
    if _declared_length(request) > largest + ENVELOPE:  # refused before the first byte is read
        raise TooLarge(limit=largest)
    boundary = options.get(b"boundary", b"").decode("latin-1")
    if not re.fullmatch(r"[0-9A-Za-z'()+_,\-./:=? ]{1,200}", boundary):
        raise _malformed("boundary")
    headers = Headers({"content-type": f'multipart/form-data; boundary="{boundary}"'})
    stream = _counted(request.stream(), largest)
    try:
        return await MultiPartParser(headers, stream, max_files=1, max_fields=4, max_part_size=1024).parse()
    except (MultiPartException, ValueError, KeyError) as fault:
        raise _malformed(type(fault).__name__) from None


def _declared_length(request: Request) -> int:
    value = request.headers.get("content-length", "")
    return int(value) if re.fullmatch(r"[0-9]{1,18}", value) else 0


async def _counted(stream: AsyncIterator[bytes], largest: int) -> AsyncGenerator[bytes, None]:
    total = 0
    async for chunk in stream:
        total += len(chunk)
        if total > largest + ENVELOPE:
            raise TooLarge(limit=largest)
        yield chunk


def _malformed(about: str) -> Malformed:
    return Malformed(
        reason_zh="请求体不是有效的 multipart/form-data。",
        reason_en=f"The body is no valid multipart/form-data ({about}).",
    )


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
