"""Uploaded files: what is known of each, and the key without which its content is noise."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.tables.schema import Base
from shared.database import INSTANT


class File(Base):
    """A file that was checked and stored. Its name is not kept: names of files say who and what."""

    __tablename__ = "file"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[UUID] = mapped_column()
    """The person or client that uploaded it."""
    kind: Mapped[str] = mapped_column(String(30))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    """Of the content as it is kept and sent, not as it came."""
    size: Mapped[int] = mapped_column(Integer)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    shot_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Where and when the camera says the picture was taken, only if the uploader asked to keep it."""
    key_wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    uploaded_at: Mapped[datetime] = mapped_column(INSTANT)
    __table_args__ = (
        Index(None, "owner", "uploaded_at"),
        CheckConstraint("kind IN ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')", name="kind"),
        CheckConstraint("size BETWEEN 1 AND 10485760", name="size"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
    )
