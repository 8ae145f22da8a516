"""What every room reads from its environment, frozen and checked at start."""

from pathlib import Path
from typing import Self

from pydantic import AliasChoices, AliasGenerator, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def room_config(room: str) -> SettingsConfigDict:
    """Settings of one room: `TICKET_POOL_SIZE` wins over the house-wide `POOL_SIZE`."""
    return SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        populate_by_name=True,
        alias_generator=AliasGenerator(
            validation_alias=lambda field: AliasChoices(f"{room}_{field}".upper(), field.upper())
        ),
    )


class RoomSettings(BaseSettings):
    """What each room needs; a room's own class adds its fields and `model_config = room_config("TICKET")`."""

    database_url: str
    """postgresql://role@host/database; the role is the room's runtime role."""
    pool_size: int = Field(3, ge=1, le=100)
    data_dir: Path = Path(".data")
    public_url: str = "http://127.0.0.1:8000"
    sample: bool = False
    """Sample mode: sample sign-ins and the clock offset are open. Never beside real data."""
    write_seconds: float = Field(20.0, gt=0)
    """How long a write may take before the caller is told that its outcome is unknown."""
    job_stalled_seconds: float = Field(30.0, ge=0.5)
    """After this without a sign of life a worker is taken for dead, and its jobs are taken up by another."""
    background: bool = True
    """Whether this process also runs the room's relay, sealer and jobs."""
    registry_url: str = "http://registry:8000"
    """Where the registry answers when rooms are processes of their own."""

    @model_validator(mode="after")
    def _url_has_no_slash(self) -> Self:
        if self.public_url.endswith("/"):
            raise ValueError("PUBLIC_URL must not end with a slash")
        return self
