"""One file of a multipart body: however it is cut on the wire, and nothing but one."""

from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from shared.parts import file_part
from shared.problems import Malformed, MediaUnsupported, TooLarge

LARGEST = 1000
BOUNDARY = b"b0undary"


def part(name: str, content: bytes, file_name: str | None = "照片1.jpg") -> bytes:
    told = f'; filename="{file_name}"' if file_name is not None else ""
    head = f'--{BOUNDARY.decode()}\r\nContent-Disposition: form-data; name="{name}"{told}\r\n\r\n'.encode()
    return head + content + b"\r\n"


END = b"--" + BOUNDARY + b"--\r\n"


def request(chunks: Sequence[bytes], kind: str = "", **headers: str) -> Request:
    told = {"content-type": kind or f"multipart/form-data; boundary={BOUNDARY.decode()}", **headers}
    scope = {"type": "http", "headers": [(name.encode(), value.encode()) for name, value in told.items()]}
    waiting = list(chunks)

    async def receive() -> dict[str, object]:
        chunk = waiting.pop(0) if waiting else b""
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    return Request(scope, receive)


async def read(*chunks: bytes, **told: str) -> tuple[str | None, bytes]:
    found = await file_part(request(chunks, **told), "file", LARGEST)
    return found.file_name, bytes(found.content)


async def test_a_file_is_read_with_its_name() -> None:
    assert await read(part("file", b"content") + END) == ("照片1.jpg", b"content")


@given(content=st.binary(max_size=300), sizes=st.lists(st.integers(1, 40), min_size=1, max_size=60))
@settings(deadline=None, max_examples=60)
async def test_however_the_body_is_cut_the_file_is_the_same(content: bytes, sizes: list[int]) -> None:
    body = part("words", b"beside", None) + part("file", content) + END
    chunks = []
    for size in sizes:
        chunks.append(body[:size])
        body = body[size:]

    assert await read(*chunks, body) == ("照片1.jpg", content)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"noise",
        END,
        part("file", b"content"),
        part("file", b"content") + b"--" + BOUNDARY,
        part("photo", b"content") + END,
        part("file", b"content", None) + END,
        part("file", b"one") + part("file", b"two") + END,
        part("file", b"one") + part("other", b"two") + END,
        part("words", b"x", None) * 6 + END,
        b"--" + BOUNDARY + b"\r\nX: " + b"a" * 9_000 + b"\r\n\r\nx\r\n" + END,
    ],
    ids=range(11),
)
async def test_what_is_not_one_whole_file_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        await read(body)


async def test_a_declared_length_is_judged_before_a_byte_is_read() -> None:
    asked = request([b"never"], **{"content-length": "99999999"})

    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("read")

    asked._receive = never  # type: ignore[assignment]
    with pytest.raises(TooLarge):
        await file_part(asked, "file", LARGEST)


async def test_more_than_was_declared_is_stopped_on_the_way() -> None:
    with pytest.raises(TooLarge):
        await read(*[part("file", b"x" * 5_000)] * 10)


async def test_a_file_of_one_byte_too_many_is_refused() -> None:
    assert (await read(part("file", b"x" * LARGEST) + END))[1] == b"x" * LARGEST
    with pytest.raises(TooLarge):
        await read(part("file", b"x" * (LARGEST + 1)) + END)


@pytest.mark.parametrize("kind", ["application/json", "multipart/mixed; boundary=a", "text/plain"])
async def test_another_content_type_is_refused(kind: str) -> None:
    with pytest.raises(MediaUnsupported):
        await read(b"{}", kind=kind)


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\x7f"]
)
async def test_a_boundary_that_is_none_is_refused(kind: str) -> None:
    with pytest.raises(Malformed):
        await read(part("file", b"x") + END, kind=kind)
