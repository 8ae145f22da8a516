"""What the front door reads from its environment, frozen and checked at start."""

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode

from shared.settings import Settings

MIB = 1024 * 1024


class GatewaySettings(Settings):
    """Every name is the environment variable in lower case; sizes are bytes, rates are requests a minute."""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65_535)
    public_url: str = ""
    """What others call us by; empty: http://127.0.0.1:PORT."""
    trusted_proxies: str = ""
    """Addresses of reverse proxies, by comma, whose X-Forwarded-For is believed; none by default."""
    data_dir: Path = Path(".data")
    keys_dir: Path | None = None
    """Where keys lie that are given from outside; None: DATA_DIR/keys, made at first start."""
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
    """Open event streams and long polls; they cost memory, not work. A third of them from one address."""

    admit_uploads: int = Field(24, ge=3)
    """Files on their way in or being looked at, counted apart; a third of them from one address."""
    arriving_per_address: int = Field(64, ge=1)
    """Small bodies of one address that are still on their way; they hold no place until they are there."""

    registry_url: str = ""
    survey_url: str = ""
    election_url: str = ""
    meeting_url: str = ""
    ticket_url: str = ""
    """Where rooms are that are processes of their own, for `python -m gateway`: http://host:port, several by comma."""

    metrics_token: str = Field("", repr=False)
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

    @field_validator("registry_url", "survey_url", "election_url", "meeting_url", "ticket_url")
    @classmethod
    def _addresses(cls, value: str) -> str:
        for url in filter(None, (part.strip() for part in value.split(","))):
            parts = urlsplit(url)
            if parts.scheme != "http" or not parts.hostname or parts.path.strip("/") or not _has_port(url):
                raise ValueError(f"{url} is no address such as http://ticket:8000")
        return value

    @model_validator(mode="after")
    def _url_has_no_slash(self) -> Self:
        if self.public_url.endswith("/"):
            raise ValueError("PUBLIC_URL must not end with a slash")
        return self

    @property
    def keys(self) -> Path:
        return self.keys_dir or self.data_dir / "keys"

    @property
    def rooms(self) -> dict[str, str]:
        """Room -> addresses of the rooms that are named, the registry first since the others learn its keys."""
        urls = {
            "registry": self.registry_url,
            "ticket": self.ticket_url,
            "survey": self.survey_url,
            "election": self.election_url,
            "meeting": self.meeting_url,
        }
        return {name: url for name, url in urls.items() if url}

    @property
    def url(self) -> str:
        """The public address, without a slash at its end."""
        return self.public_url or f"http://127.0.0.1:{self.port}"


def _has_port(url: str) -> bool:
    try:
        return urlsplit(url).port is not None
    except ValueError:
        return False
