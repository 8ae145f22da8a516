"""Decides which PDFs are taken in: whole, one file and no more, and nothing in them that runs."""

import io
import re
import zipfile
import zlib

TAIL = 2048
HEAD = 1024
MOST_STREAMS = 20_000
MOST_INFLATED = 32 * 1024 * 1024
RUNS = (
    "JavaScript",
    "Launch",
    "EmbeddedFile",
    "EmbeddedFiles",
    "RichMedia",
    "SubmitForm",
    "ImportData",
    "Encrypt",
    "XFA",
)
MARKUP = re.compile(rb"<(html|script|svg|!doctype|\?php)", re.IGNORECASE)
STREAM = re.compile(rb"(?<!end)stream\r?\n")


def _spelled(name: str) -> str:
    """A PDF name in every spelling a viewer reads: `/J#61vaScript` is `/JavaScript`."""
    return "/" + "".join(f"(?:{sign}|#(?i:{ord(sign):02x}))" for sign in name)


ACTIVE = re.compile(f"(?:{'|'.join(map(_spelled, RUNS))})(?![A-Za-z0-9#])".encode())
OBJECT_STREAM = re.compile(_spelled("ObjStm").encode())


def fault_of(content: bytes) -> str | None:
    """Why this PDF is not taken: NOT_WHOLE, NOT_ONE_FILE, ACTIVE; None if it is.

    A PDF cannot be made anew as a picture can, so it is kept as it came and only ever sent as an attachment.
    Compressed object streams are looked into; one that cannot be read counts as active. Takes linear time.
    """
    end = content.rfind(b"%%EOF")
    if end < 0 or b"startxref" not in content[max(0, end - TAIL) : end]:
        return "NOT_WHOLE"
    if content[end + 5 :].strip(b"\r\n\x00 \t") or _is_archive(content) or MARKUP.search(content[:HEAD]):
        return "NOT_ONE_FILE"
    return "ACTIVE" if ACTIVE.search(content) or _hides_something(content) else None


def _is_archive(content: bytes) -> bool:
    return zipfile.is_zipfile(io.BytesIO(content))


def _hides_something(content: bytes) -> bool:
    left = MOST_INFLATED
    for place, found in enumerate(STREAM.finditer(content)):
        if place == MOST_STREAMS:
            return True
        if not OBJECT_STREAM.search(content, max(0, found.start() - HEAD), found.start()):
            continue
        inflated = _inflated(content, found.end(), left)
        left -= len(inflated or b"")
        if inflated is None or left <= 0 or ACTIVE.search(inflated):
            return True
    return False


def _inflated(content: bytes, start: int, most: int) -> bytes | None:
    try:
        return zlib.decompressobj().decompress(memoryview(content)[start:], most)
    except zlib.error:
        return None
