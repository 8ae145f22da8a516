"""Good and bad files for the upload tests, made here byte by byte."""

import io
import struct
import zipfile
import zlib

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(file, kind, **options)
    return file.getvalue()


def photographed(kind: str = "JPEG", *, offset: str | None = "+08:00", rotated: bool = False) -> bytes:
    """A picture as a phone makes it: place, time, maker, orientation."""
    exif = Image.Exif()
    exif[Base.Make] = "Telltale Phone"
    if rotated:
        exif[Base.Orientation] = 6
    details = exif.get_ifd(IFD.Exif)
    details[Base.DateTimeOriginal] = "2026:03:08 09:30:00"
    if offset:
        details[Base.OffsetTimeOriginal] = offset
    place = exif.get_ifd(IFD.GPSInfo)
    place[GPS.GPSLatitudeRef], place[GPS.GPSLatitude] = "N", (37.0, 49.0, 24.4416)
    place[GPS.GPSLongitudeRef], place[GPS.GPSLongitude] = "E", (112.0, 30.0, 44.442)
    return picture(kind, exif=exif)


def heic(size: tuple[int, int] = (64, 48)) -> bytes:
    from pillow_heif import from_pillow

    file = io.BytesIO()
    from_pillow(Image.new("RGB", size, "teal")).save(file, quality=50)
    return file.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of(width: int, height: int, pixels: bytes = b"") -> bytes:
    """A PNG whose header says what it likes."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", pixels or zlib.compress(b"\x00")) + chunk(b"IEND", b"")


def png_bomb() -> bytes:
    """6000 x 6000 pixels of nothing in 35 kB."""
    return png_of(6000, 6000, zlib.compress(b"\x00" * (751 * 6000), 9))


def png_text_bomb() -> bytes:
    body = picture("PNG")
    bomb = chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(b"\x00" * 200_000_000, 9))
    return body[:33] + bomb + body[33:]


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as bundle:
        bundle.writestr("run.html", "<script>alert(1)</script>")
    return file.getvalue()


def pdf(extra: bytes = b"", tail: bytes = b"") -> bytes:
    """The smallest whole PDF, with room for more objects."""
    body = (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n" + extra
    )
    return (
        body
        + b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R /Size 3 >>\nstartxref\n%d\n%%%%EOF\n" % len(body)
        + tail
    )


def pdf_stream(content: bytes, more: bytes = b"/Filter /FlateDecode") -> bytes:
    """An object stream, as PDF 1.5 packs its objects."""
    head = b"3 0 obj\n<< /Type /ObjStm %s /Length %d >>\nstream\n" % (more, len(content))
    return head + content + b"\nendstream\nendobj\n"
