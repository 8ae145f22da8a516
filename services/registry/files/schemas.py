"""How a stored file looks on the wire."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from services.registry.files.queries import Stored, reference_of
from shared.files import References
from shared.images import Shot
from shared.uploads import NO_SHOT
from shared.wire import Instant, Output, example


class ShotSeen(Output):
    """What the camera wrote down, kept because the uploader asked for it."""

    model_config = Output.model_config | example(
        latitude="37.823456", longitude="112.512345", taken_at="2026-03-08T01:30:00Z"
    )

    latitude: Annotated[str | None, Field(pattern=r"^-?[0-9]{1,3}\.[0-9]{6}$", description="WGS 84 degrees.")]
    longitude: Annotated[str | None, Field(pattern=r"^-?[0-9]{1,3}\.[0-9]{6}$", description="WGS 84 degrees.")]
    taken_at: Instant | None


class FileSeen(Output):
    """A stored file: `link` opens it for ten minutes, `reference` attaches it to something for seven days."""

    model_config = Output.model_config | example(
        id="0197a3f2-0000-7000-8000-000000000001",
        kind="image/jpeg",
        size=183204,
        sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        width=1600,
        height=1200,
        shot=None,
        uploaded_at="2026-03-08T01:31:00Z",
        reference="f1.WyJhdHRhY2giLCIwMTk3YTNmMiJd.c2lnbmF0dXJl",
        link="/v1/files/0197a3f2-0000-7000-8000-000000000001/content?token=f1.WyJyZWFkIl0.c2lnbmF0dXJl",
    )

    id: UUID
    kind: str
    size: int
    sha256: str
    width: int | None
    height: int | None
    shot: ShotSeen | None
    uploaded_at: Instant
    reference: str
    link: str

    @classmethod
    def of(cls, stored: Stored, links: References, now: datetime) -> Self:
        file = stored.file
        return cls(
            id=file.id,
            kind=file.kind,
            size=file.size,
            sha256=file.sha256.hex(),
            width=file.width,
            height=file.height,
            shot=None if stored.shot == NO_SHOT else _shot(stored.shot),
            uploaded_at=file.uploaded_at,
            reference=links.attach(reference_of(file, now)),
            link=links.link(file.id, now),
        )


def _shot(shot: Shot) -> ShotSeen:
    return ShotSeen(latitude=_degrees(shot.latitude), longitude=_degrees(shot.longitude), taken_at=shot.taken_at)


def _degrees(millionths: int | None) -> str | None:
    if millionths is None:
        return None
    whole, rest = divmod(abs(millionths), 1_000_000)
    return f"{'-' if millionths < 0 else ''}{whole}.{rest:06d}"
