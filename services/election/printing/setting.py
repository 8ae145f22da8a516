"""Sets a document and makes its PDF, by typst in a child process with hard bounds; what is said is data, never markup.

Run as a program (`python -I setting.py`) it reads one JSON object from standard input and writes one line of JSON and
then the PDF to standard output. Characters that the font does not have are never an empty box: they are set as
〔U+2A6A5〕 and named in the answer, so that somebody can write them in by hand.
"""

import asyncio
import contextlib
import importlib.util
import io
import json
import resource
import struct
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

MEMORY_BYTES = 3 * 1024 * 1024 * 1024  # of address space; 5,000 ballots take two thirds of it
PROCESSOR_SECONDS = 120
WALL_SECONDS = 150
AT_ONCE = 1
FONTS = "manimgx_fonts_cjk"
FONT_FILE = "NotoSansCJK-VF.otf.ttc"
MARKING = frozenset({"Mn", "Cf"})  # variation selectors, joiners: they mark the sign before them, without a glyph
QR_MASK = 3  # fixed: choosing the prettiest of eight takes four times as long, and any reader reads any
BEFORE = """\
#let asked = json(bytes(sys.inputs.asked))
#let data = asked.data
#let qr(text, width: 24mm) = image(bytes(asked.codes.at(text)), format: "svg", width: width)
#set text(font: "Noto Sans CJK SC", lang: "zh", region: "cn", size: 10pt)
"""
"""What every template finds: `data` as it was given, `qr(text, width: …)` for each text of `codes`, and the font."""


class NotSet(Exception):
    """The document could not be set: it went over a bound, or its template has a fault."""


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF, and the characters of its data that the font does not have."""

    pdf: bytes
    missing: tuple[str, ...]


_turns = asyncio.Semaphore(AT_ONCE)


async def set_document(
    template: str, data: Mapping[str, Any], made_at: datetime, codes: Sequence[str] = (), *, tagged: bool = True
) -> Document:
    """The PDF of a typst template of our own over JSON data; `codes` are the texts that it shows as QR codes.

    The same template, data and instant give the same bytes. `tagged`: readable aloud; what is printed and torn apart
    needs no tags and is half as large without. Errors: NotSet.
    """
    asked = {"template": template, "data": data, "at": int(made_at.timestamp()), "codes": list(codes)}
    asked["tagged"] = tagged
    async with _turns:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-B", "-X", "utf8", __file__),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"RAYON_NUM_THREADS": "2"},
        )
        try:
            content = json.dumps(asked, ensure_ascii=False).encode()
            written, _ = await asyncio.wait_for(child.communicate(content), WALL_SECONDS)
        except TimeoutError:
            raise NotSet("it took too long") from None
        finally:
            await _end(child)
    if child.returncode != 0:
        raise NotSet("killed by a bound, or fell over")
    line, _, pdf = written.partition(b"\n")
    told: dict[str, Any] = json.loads(line)
    if "fault" in told:
        raise NotSet(told["fault"])
    return Document(pdf, tuple(told["missing"]))


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()


# From here on: what runs in the child.
def main(source: IO[bytes], target: IO[bytes]) -> None:
    """Read, set, write. Says why in the first line if it cannot."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    told, pdf = _set(json.load(source))
    target.write(json.dumps(told).encode() + b"\n" + pdf)
    target.flush()


def _set(asked: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    import typst  # heavy, and only needed in the child

    fonts = _fonts()
    missing: set[str] = set()
    data = _printable(asked["data"], _covered((fonts / FONT_FILE).read_bytes()), missing)
    given = {"data": data, "codes": {text: _drawn(text) for text in asked["codes"]}}
    try:
        pdf = typst.compile(
            (BEFORE + asked["template"]).encode(),
            font_paths=[fonts],
            ignore_system_fonts=True,
            sys_inputs={"asked": json.dumps(given, ensure_ascii=False)},
            timestamp=asked["at"],
            pdf_tags=asked["tagged"],
        )
    except typst.TypstError as fault:
        return {"fault": fault.message[:500]}, b""
    return {"missing": sorted(missing)}, pdf


def _fonts() -> Path:
    """The folder of the font wheel; its code is not imported."""
    found = importlib.util.find_spec(FONTS)
    assert found is not None, "the font wheel is installed"
    assert found.origin is not None, "it is a package"
    return Path(found.origin).parent


def _drawn(text: str) -> str:
    """A QR code as SVG without border: the template keeps the quiet zone."""
    import segno  # only needed in the child

    file = io.BytesIO()
    segno.make_qr(text, error="m", mask=QR_MASK).save(file, kind="svg", xmldecl=False, border=0, omitsize=True)
    return file.getvalue().decode()


def _printable(said: Any, covered: Mapping[int, bool], missing: set[str]) -> Any:
    """The same data with every character that the font lacks spelled out."""
    if isinstance(said, str):
        return "".join(_sign(sign, covered, missing) for sign in said)
    if isinstance(said, dict):
        return {name: _printable(value, covered, missing) for name, value in said.items()}
    if isinstance(said, list):
        return [_printable(value, covered, missing) for value in said]
    return said


def _sign(sign: str, covered: Mapping[int, bool], missing: set[str]) -> str:
    if sign.isspace() or ord(sign) in covered or unicodedata.category(sign) in MARKING:
        return sign
    missing.add(sign)
    return f"〔U+{ord(sign):04X}〕"


def _covered(font: bytes) -> Mapping[int, bool]:
    """The code points that the first font of a collection has a glyph for: its `cmap` of format 12."""
    (start,) = struct.unpack_from(">I", font, 12)
    (tables,) = struct.unpack_from(">H", font, start + 4)
    for place in range(start + 12, start + 12 + 16 * tables, 16):
        tag, _, offset, _ = struct.unpack_from(">4sIII", font, place)
        if tag == b"cmap":
            return dict.fromkeys(_code_points(font, offset), True)
    raise ValueError("the font has no cmap")


def _code_points(font: bytes, cmap: int) -> Iterator[int]:
    (subtables,) = struct.unpack_from(">H", font, cmap + 2)
    for number in range(subtables):
        _, _, offset = struct.unpack_from(">HHI", font, cmap + 4 + 8 * number)
        (form,) = struct.unpack_from(">H", font, cmap + offset)
        if form == 12:
            (groups,) = struct.unpack_from(">I", font, cmap + offset + 12)
            for group in range(groups):
                first, last, glyph = struct.unpack_from(">III", font, cmap + offset + 16 + 12 * group)
                yield from range(first if glyph else first + 1, last + 1)


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
