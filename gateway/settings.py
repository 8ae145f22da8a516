"""What the front door reads from its environment, frozen and checked at start."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MIB = 1024 * 1024


class GatewaySettings(BaseSettings):
    """Every name is the environment variable in lower case; sizes are bytes, rates are requests a minute."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65_535)
    public_url: str = ""
    """What others call us by; empty: http://127.0.0.1:PORT."""
    data_dir: Path = Path(".data")
    sample: bool = False
    """Whether the sample compound is loaded: its sign-ins and the clock are offered, on loopback only."""

    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins of browser front ends, by comma; `*` for any. No cookie is ever involved."""
    body_limit: int = Field(MIB, ge=1024)
    file_limit: int = Field(10 * MIB + 64 * 1024, ge=1024)
    """Body of an operation that takes a file: 10 MiB and what multipart wraps around it."""

    body_piece_seconds: float = Field(15.0, gt=0)
    """How long a body may pause before the client is told 408."""
    body_seconds: float = Field(600.0, gt=0)
    """How long a body may take as a whole; 10 MiB in it need 18 kB/s."""

    rate_per_minute: int = Field(1_200, ge=1)
    rate_burst: int = Field(300, ge=1)
    """Of one signed-in person or partner."""
    address_rate_per_minute: int = Field(6_000, ge=1)
    address_rate_burst: int = Field(1_500, ge=1)
    """Of one network address; a whole compound may share one behind a carrier's NAT."""

    admit: int = Field(96, ge=4)
    """Requests worked on at once; the less urgent classes get a part of it (admission.py)."""
    room_concurrency: int = Field(64, ge=4)
    """The same for each room that is a process of its own."""
    admit_streams: int = Field(1_000, ge=1)
    """Open event streams and long polls; they cost memory, not work."""

    admit_uploads: int = Field(24, ge=3)
    """Files on their way in or being looked at, counted apart; a third of them from one address."""
    arriving_per_address: int = Field(64, ge=1)
    """Small bodies of one address that are still on their way; they hold no place until they are there."""

    metrics_token: str = ""
    """Bearer token for /metrics from elsewhere than loopback; empty: loopback only."""

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _by_comma(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("cors_origins")
    @classmethod
    def _origins_only(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if origin != "*" and (not origin.startswith(("http://", "https://")) or origin.count("/") != 2):
                raise ValueError(f"CORS_ORIGINS: {origin!r} is no origin such as https://app.example.cn")
        return value

    @model_validator(mode="after")
    def _url_has_no_slash(self) -> Self:
        if self.public_url.endswith("/"):
            raise ValueError("PUBLIC_URL must not end with a slash")
        return self

    @property
    def url(self) -> str:
        """The public address, without a slash at its end."""
        return self.public_url or f"http://127.0.0.1:{self.port}"
