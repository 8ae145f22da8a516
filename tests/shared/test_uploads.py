"""What may come in: known by content, bounded before decoding, made anew from pixels; a corpus of what may not."""

import contextlib
import io
import struct
import time
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from PIL import Image
from starlette.requests import Request

from shared.problems import Malformed, MediaUnsupported
from shared.uploads import LARGEST, FileRefused, Kind, checked, received
from tests.shared.pictures import (
    archive,
    chunk,
    heic,
    pdf,
    pdf_stream,
    photographed,
    picture,
    png_bomb,
    png_of,
    png_text_bomb,
)

SCRIPT = b"3 0 obj\n<< /S /JavaScript /JS (app.alert(1)) >>\nendobj\n"
NO_KIND: Mapping[str, bytes] = {
    "nothing but text": b"hello",
    "a web page": b"<!doctype html><script>alert(1)</script>",
    "a drawing with a script": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "an animation": b"GIF89a" + bytes(100),
    "a bitmap": b"BM" + bytes(100),
    "a TIFF": b"II*\x00" + bytes(100),
    "an archive": archive(),
    "a program": b"\x7fELF" + bytes(100),
    "a film": b"\x00\x00\x00\x18ftypisom" + bytes(100),
    "an AVIF": b"\x00\x00\x00\x18ftypavif" + bytes(100),
    "a sound that begins like WebP": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(20),
    "a page before a picture": b"<html>" + picture(),
    "a PDF after something else": b"x" * 100 + pdf(),
    "PostScript": b"%!PS-Adobe-3.0",
    "a PDF of an unknown version": pdf().replace(b"%PDF-1.7", b"%PDF-9.9"),
}
REFUSED: Mapping[str, tuple[bytes, str]] = {
    "a PNG of 40,000 x 40,000 by its header": (png_of(40_000, 40_000), "TOO_MANY_PIXELS"),
    "a PNG of two milliards by two milliards": (png_of(2**31 - 1, 2**31 - 1), "TOO_MANY_PIXELS"),
    "a JPEG whose header says 65,535 x 65,535": (
        picture().replace(struct.pack(">HH", 48, 64), struct.pack(">HH", 65_535, 65_535), 1),
        "TOO_MANY_PIXELS",
    ),
    "half a JPEG": (picture(size=(800, 600))[:4_000], "UNREADABLE"),
    "a JPEG that is only a beginning": (b"\xff\xd8\xff\xe0" + bytes(50), "UNREADABLE"),
    "half a PNG": (picture("PNG", (800, 600))[:500], "UNREADABLE"),
    "a PNG without pixels": (png_of(10, 10), "UNREADABLE"),
    "a PNG of no width": (png_of(0, 10), "UNREADABLE"),
    "a PNG with a text that inflates to 200 MB": (png_text_bomb(), "UNREADABLE"),
    "a WebP of noise": (b"RIFF\x30\x00\x00\x00WEBPVP8 " + bytes(40), "UNREADABLE"),
    "a HEIC of noise": (b"\x00\x00\x00\x18ftypheic" + bytes(200), "UNREADABLE"),
    "half a HEIC": (heic()[: len(heic()) // 2], "UNREADABLE"),
    "a PDF without an end": (pdf()[:-20], "NOT_WHOLE"),
    "a PDF that is only a header": (b"%PDF-1.7\n", "NOT_WHOLE"),
    "a PDF with an archive behind it": (pdf(tail=archive()), "NOT_ONE_FILE"),
    "a PDF with a page behind it": (pdf(tail=b"<script>alert(1)</script>"), "NOT_ONE_FILE"),
    "a PDF that begins as a page": (pdf(extra=b"%<html><script>alert(1)</script>\n"), "NOT_ONE_FILE"),
    "an archive around a PDF": (pdf(extra=b"%" + archive() + b"\n"), "NOT_ONE_FILE"),
    "a PDF with a script": (pdf(extra=SCRIPT), "ACTIVE"),
    "a PDF with a script spelled in hex": (pdf(extra=SCRIPT.replace(b"/JavaScript", b"/J#61va#53cript")), "ACTIVE"),
    "a PDF with a script in an object stream": (pdf(extra=pdf_stream(zlib.compress(SCRIPT))), "ACTIVE"),
    "a PDF with an object stream nobody can read": (pdf(extra=pdf_stream(b"garbage")), "ACTIVE"),
    "a PDF with an object stream of 100 MB": (pdf(extra=pdf_stream(zlib.compress(bytes(100_000_000)))), "ACTIVE"),
    "a PDF that starts a program": (pdf(extra=b"3 0 obj\n<< /S /Launch /F (cmd.exe) >>\nendobj\n"), "ACTIVE"),
    "a PDF with a file inside": (pdf(extra=b"3 0 obj\n<< /Type /EmbeddedFile >>\nendobj\n"), "ACTIVE"),
    "a PDF with a form program": (pdf(extra=b"3 0 obj\n<< /XFA [] >>\nendobj\n"), "ACTIVE"),
    "an encrypted PDF": (pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 3 0 R"), "ACTIVE"),
}
CARRIED: Mapping[str, bytes] = {
    "an archive behind a JPEG": picture() + archive(),
    "a PDF behind a JPEG": picture() + pdf(),
    "a PDF inside a JPEG comment": picture(comment=pdf()),
    "a page in a JPEG comment": picture(comment=b"<script>alert(1)</script>"),
    "a page behind a PNG": picture("PNG") + b"<html><script>alert(1)</script>",
    "an archive behind a PNG": picture("PNG") + archive(),
    "a page in a PNG text": picture("PNG")[:33]
    + chunk(b"tEXt", b"Comment\x00<script>alert(1)</script>")
    + picture("PNG")[33:],
    "an archive behind a WebP": picture("WEBP") + archive(),
}


@pytest.mark.parametrize("content", NO_KIND.values(), ids=NO_KIND)
async def test_what_is_none_of_the_kinds_is_refused(content: bytes) -> None:
    with pytest.raises(MediaUnsupported):
        await checked(content)


@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED)
async def test_a_bad_file_is_refused_for_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(FileRefused) as refused:
        await checked(content)

    assert refused.value.facts["reason"] == reason
    assert refused.value.facts["reason_zh"]
    assert refused.value.facts["reason_en"]


@pytest.mark.parametrize("content", CARRIED.values(), ids=CARRIED)
async def test_what_a_picture_carries_along_stays_behind(content: bytes) -> None:
    kept = (await checked(content)).content

    assert b"script" not in kept
    assert b"%PDF" not in kept
    assert b"PK\x03\x04" not in kept
    assert Image.open(io.BytesIO(kept)).size == (64, 48)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (picture("JPEG"), Kind.JPEG),
        (picture("JPEG", progressive=True), Kind.JPEG),
        (picture("PNG"), Kind.PNG),
        (picture("WEBP"), Kind.WEBP),
        (heic(), Kind.JPEG),
    ],
    ids=["JPEG", "progressive JPEG", "PNG", "WebP", "HEIC"],
)
async def test_each_picture_kind_comes_in(content: bytes, kind: Kind) -> None:
    found = await checked(content)

    assert (found.kind, found.width, found.height) == (kind, 64, 48)
    assert Image.open(io.BytesIO(found.content)).get_format_mimetype() == kind.value


async def test_a_pdf_comes_in_as_it_is() -> None:
    content = pdf(extra=pdf_stream(zlib.compress(b"<< /Type /Font >>")))

    found = await checked(content)

    assert (found.kind, found.content, found.width) == (Kind.PDF, content, None)


async def test_noise_inside_a_pdf_is_not_taken_for_a_script() -> None:
    noise = b"".join(zlib.crc32(n.to_bytes(4, "big")).to_bytes(4, "big") for n in range(99_999))

    assert (await checked(pdf(extra=b"3 0 obj\n<< /Length 9 >>\nstream\n" + noise + b"\nendstream\nendobj\n"))).kind


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_nothing_the_camera_wrote_is_left_in_the_picture(kind: str) -> None:
    content = photographed(kind)
    assert b"Telltale" in content

    kept = (await checked(content)).content

    assert b"Telltale" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()


async def test_place_and_time_are_told_apart_from_the_picture() -> None:
    shot = (await checked(photographed())).shot

    assert (shot.latitude, shot.longitude) == (37_823_456, 112_512_345)
    assert shot.taken_at == datetime(2026, 3, 8, 1, 30, tzinfo=UTC)


async def test_a_camera_without_offset_stands_in_china() -> None:
    shot = (await checked(photographed(offset=None))).shot

    assert shot.taken_at == datetime(2026, 3, 8, 1, 30, tzinfo=UTC)


async def test_a_picture_taken_on_its_side_is_kept_upright() -> None:
    found = await checked(photographed(rotated=True))

    assert (found.width, found.height) == (48, 64)


async def test_a_large_picture_is_kept_at_four_thousand_pixels() -> None:
    found = await checked(picture(size=(5000, 2500)))

    assert (found.width, found.height) == (4096, 2048)


async def test_a_picture_that_is_many_pixels_in_few_bytes_costs_bounded_time() -> None:
    assert len(png_bomb()) < 50_000

    assert (await checked(png_bomb())).width == 4096


NAMES: Mapping[str, str] = {
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\win.ini": "win.ini",
    "/etc/passwd": "passwd",
    "C:\\a\\b.jpg": "b.jpg",
    "照片 1.jpg": "照片 1.jpg",
    "a<script>.jpg": "ascript.jpg",
    'a";x="b.jpg': "a;x=b.jpg",
    "a\x00.jpg": "a.jpg",
    "a\u202egpj.exe": "agpj.exe",
    "a.jpg\u200b": "a.jpg",
    "a|b:c*d?.jpg": "abcd.jpg",
    "名" * 500: "名" * 120,
    "/": "file",
    "..": "..",
    "": "file",
}


@pytest.mark.parametrize(("told", "shown"), NAMES.items())
async def test_a_name_leads_nowhere_and_misleads_nobody(told: str, shown: str) -> None:
    """It is for showing in a refusal only: nothing is stored under it."""
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\nx\r\n--b--\r\n'
    headers = [(b"content-type", b"multipart/form-data; boundary=b")]

    async def receive() -> dict[str, object]:
        written = told.replace("\\", "\\\\").replace('"', '\\"').encode()
        return {"type": "http.request", "body": body % written, "more_body": False}

    try:
        found = await received(Request({"type": "http", "headers": headers}, receive))
    except Malformed:
        assert any(not sign.isprintable() for sign in told)  # such a name is no name
    else:
        assert found.name == shown


@pytest.mark.parametrize("unit", [b"stream\n", b"<<", b"/ObjStm stream\n", b"#4a", b"/J#61", b"%%EOF"])
async def test_a_pdf_made_to_be_slow_is_judged_in_seconds(unit: bytes) -> None:
    content = pdf(extra=unit * ((LARGEST - 1000) // len(unit)))
    began = time.process_time()

    with contextlib.suppress(FileRefused):
        await checked(content)

    assert time.process_time() - began < 5
