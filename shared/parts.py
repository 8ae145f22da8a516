"""Decides how the one file of a multipart body is read: counted while it arrives, and whole at the end."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from shared.problems import Malformed, MediaUnsupported, TooLarge

ENVELOPE = 16 * 1024  # boundaries, part headers, small fields
MOST_PARTS = 5
BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,\-./:=? ]{1,200}")


class Broken(Exception):
    """The body is no multipart with one file."""


@dataclass(slots=True)
class Part:
    """One part: the name of its field, its file name if it is a file, and its bytes."""

    name: str = ""
    file_name: str | None = None
    content: bytearray = field(default_factory=bytearray)


async def file_part(request: Request, name: str, largest: int) -> Part:
    """The file of this field. Errors: MediaUnsupported, TooLarge, Malformed (cut short, no such file, several)."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data":
        raise MediaUnsupported(supported=["multipart/form-data"])
    if _declared_length(request) > largest + ENVELOPE:  # refused before the first byte is read
        raise TooLarge(limit=largest)
    try:
        parts = await _parts(request.stream(), options.get(b"boundary", b""), largest)
    except (Broken, FormParserError, ValueError) as fault:
        raise _malformed(type(fault).__name__) from None
    files = [part for part in parts if part.file_name is not None]
    if len(files) != 1 or files[0].name != name:
        raise Malformed(
            reason_zh=f"须有且仅有一个名为 {name} 的文件。", reason_en=f"One file part named {name} is needed."
        )
    if len(files[0].content) > largest:
        raise TooLarge(limit=largest)
    return files[0]


async def _parts(stream: AsyncIterator[bytes], boundary: bytes, largest: int) -> list[Part]:
    if not BOUNDARY.fullmatch(boundary):
        raise Broken
    reader = _Reader(boundary)
    total = 0
    async for chunk in stream:
        total += len(chunk)
        if total > largest + ENVELOPE:
            raise TooLarge(limit=largest)
        reader.take(chunk)
    if not reader.is_whole:
        raise Broken
    return reader.parts


def _declared_length(request: Request) -> int:
    value = request.headers.get("content-length", "")
    return int(value) if re.fullmatch(r"[0-9]{1,18}", value) else 0


def _malformed(about: str) -> Malformed:
    return Malformed(
        reason_zh="请求体不是有效的 multipart/form-data。",
        reason_en=f"The body is no valid multipart/form-data ({about}).",
    )


class _Reader:
    """Gathers parts in memory from the parser's callbacks."""

    def __init__(self, boundary: bytes) -> None:
        self.parts: list[Part] = []
        self.is_whole = False
        self._field = bytearray()
        self._value = bytearray()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._field.extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                "on_header_end": self._header,
                "on_part_data": lambda data, start, end: self.parts[-1].content.extend(data[start:end]),
                "on_end": self._end,
            },
        )

    def take(self, chunk: bytes) -> None:
        self._parser.write(chunk)

    def _begin(self) -> None:
        if len(self.parts) == MOST_PARTS:
            raise Broken
        self.parts.append(Part())

    def _header(self) -> None:
        if bytes(self._field).lower() == b"content-disposition":
            _, options = parse_options_header(bytes(self._value))
            self.parts[-1].name = options.get(b"name", b"").decode("utf-8", "replace")
            if b"filename" in options:
                self.parts[-1].file_name = options[b"filename"].decode("utf-8", "replace")
        self._field.clear()
        self._value.clear()

    def _end(self) -> None:
        self.is_whole = True
