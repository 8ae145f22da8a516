"""Decides which pictures are taken in and makes them anew from their pixels, in a child process with hard bounds.

Run as a program (`python -I images.py JPEG|PNG|WEBP|HEIF`) it reads a picture from standard input and writes one line
of JSON and then the new picture to standard output. Nothing of the sender's bytes but the pixels gets through: no EXIF,
no thumbnail, no appended archive, no page hidden in a comment.
"""

import asyncio
import contextlib
import io
import json
import re
import resource
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

MOST_PIXELS = 50_000_000
LONGEST_SIDE = 4096
MEMORY_BYTES = 1_280 * 1024 * 1024
PROCESSOR_SECONDS = 20
WALL_SECONDS = 60  # a busy machine is no reason to refuse a true photo
AT_ONCE = 2
QUALITY = 88
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "JPEG": {"quality": QUALITY, "optimize": True},
    "WEBP": {"quality": QUALITY},
    "PNG": {},
}
CHINA = "+08:00"
MICRODEGREES = 1_000_000


class Fault(StrEnum):
    """Why a picture is not taken."""

    TOO_MANY_PIXELS = "TOO_MANY_PIXELS"
    UNREADABLE = "UNREADABLE"
    TOO_COSTLY = "TOO_COSTLY"


class PictureRefused(Exception):
    """The picture is not taken, for the reason given."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Shot:
    """What a camera wrote down: where, in millionths of a degree (WGS 84), and when. None where it wrote nothing."""

    latitude: int | None
    longitude: int | None
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made anew: `kind` is JPEG, PNG or WEBP, sizes are in pixels."""

    kind: str
    content: bytes
    width: int
    height: int
    shot: Shot


_turns = asyncio.Semaphore(AT_ONCE)


async def remade(kind: str, content: bytes) -> Picture:
    """Make the picture anew in a child process. Errors: PictureRefused."""
    async with _turns:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            __file__,
            kind,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            written, _ = await asyncio.wait_for(child.communicate(content), WALL_SECONDS)
        except TimeoutError:
            raise PictureRefused(Fault.TOO_COSTLY) from None
        finally:
            await _end(child)
    if child.returncode != 0:  # killed by a bound, or a decoder fell over
        raise PictureRefused(Fault.TOO_COSTLY)
    return _picture(written)


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()


def _picture(written: bytes) -> Picture:
    line, _, content = written.partition(b"\n")
    told: dict[str, Any] = json.loads(line)
    if "fault" in told:
        raise PictureRefused(Fault(told["fault"]))
    taken = told["taken_at"]
    shot = Shot(told["latitude"], told["longitude"], datetime.fromisoformat(taken) if taken else None)
    return Picture(told["kind"], content, told["width"], told["height"], shot)


# From here on: what runs in the child.
def main(kind: str, source: IO[bytes], target: IO[bytes]) -> None:
    """Read, make anew, write. Says why in the first line if it cannot."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        told, content = _made_anew(kind, source.read())
    except PictureRefused as refused:
        told, content = {"fault": refused.fault}, b""
    except MemoryError:
        told, content = {"fault": Fault.TOO_COSTLY}, b""
    except Exception:  # whatever a decoder raises over strangers' bytes means: not a picture that can be read
        told, content = {"fault": Fault.UNREADABLE}, b""
    target.write(json.dumps(told).encode() + b"\n" + content)
    target.flush()


def _made_anew(kind: str, content: bytes) -> tuple[dict[str, Any], bytes]:
    from PIL import Image, ImageFile, ImageOps  # heavy, and only needed in the child

    Image.MAX_IMAGE_PIXELS = None  # judged right below, from the header
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    if kind == "HEIF":
        _learn_heif()
    with Image.open(io.BytesIO(content), formats=[kind]) as found:  # reads the header only
        if found.width * found.height > MOST_PIXELS:
            raise PictureRefused(Fault.TOO_MANY_PIXELS)
        exif = found.getexif()
        found.thumbnail((LONGEST_SIDE, LONGEST_SIDE))  # decodes; a JPEG no larger than needed
        found.load()
        upright = ImageOps.exif_transpose(found)
        made, target = _written(upright, "JPEG" if kind in ("JPEG", "HEIF") else kind)
    size = {"kind": target, "width": upright.width, "height": upright.height}
    return size | _shot(exif), made


def _learn_heif() -> None:
    from pillow_heif import register_heif_opener  # heavy, and needed by few pictures

    register_heif_opener(thumbnails=False)


def _written(image: "Image", kind: str) -> tuple[bytes, str]:
    """The pixels alone, in a fresh file: what else the image object carries (EXIF, text, profile) stays behind."""
    has_alpha = kind != "JPEG" and ("A" in image.getbands() or "transparency" in image.info)
    pixels = image.convert("RGBA" if has_alpha else "RGB")
    pixels.info = {}
    file = io.BytesIO()
    pixels.save(file, kind, **OPTIONS[kind])
    return file.getvalue(), kind


def _shot(exif: "Exif") -> dict[str, Any]:
    """What the camera wrote, as far as it makes sense; nothing here can make a picture refused."""
    from PIL.ExifTags import GPS, IFD  # loaded with the rest of Pillow

    try:
        place = exif.get_ifd(IFD.GPSInfo)
        details = exif.get_ifd(IFD.Exif)
    except Exception:  # a broken EXIF block is no reason to refuse the pixels
        place, details = {}, {}
    latitude = _microdegrees(place.get(GPS.GPSLatitude), place.get(GPS.GPSLatitudeRef), "S", 90)
    longitude = _microdegrees(place.get(GPS.GPSLongitude), place.get(GPS.GPSLongitudeRef), "W", 180)
    is_whole = latitude is not None and longitude is not None
    return {
        "latitude": latitude if is_whole else None,
        "longitude": longitude if is_whole else None,
        "taken_at": _instant(details),
    }


def _microdegrees(parts: Any, reference: Any, negative: str, most: int) -> int | None:
    """Degrees, minutes and seconds as one signed integer."""
    try:
        degrees, minutes, seconds = parts
        value = round((degrees + minutes / 60 + seconds / 3600) * MICRODEGREES)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    if not 0 <= value <= most * MICRODEGREES:
        return None
    return -value if str(reference).strip("\x00 ").upper() == negative else int(value)


def _instant(details: Any) -> str | None:
    """The time of exposure in UTC; a camera that names no offset is taken to stand in China."""
    from PIL.ExifTags import Base  # loaded with the rest of Pillow

    try:
        offset = str(details.get(Base.OffsetTimeOriginal, CHINA)).strip("\x00 ")
        if not re.fullmatch(r"[+-]\d\d:\d\d", offset, re.ASCII):
            offset = CHINA
        written = str(details[Base.DateTimeOriginal]).strip("\x00 ")
        taken = datetime.strptime(written + offset, "%Y:%m:%d %H:%M:%S%z")
    except (KeyError, ValueError):
        return None
    return taken.astimezone(UTC).isoformat() if taken.year in range(1990, 2200) else None


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
