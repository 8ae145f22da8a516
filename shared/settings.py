"""What every room reads from its environment, frozen and checked at start; a wrong one is told in one line."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlsplit

from pydantic import Field, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


class SettingsRefused(Exception):
    """A setting is wrong or missing; the message is one line for the operator, without any secret."""


class Settings(BaseSettings):
    """The environment: `TICKET_POOL_SIZE` wins over the house-wide `POOL_SIZE`, where the class has a prefix.

    `<NAME>_FILE` names a file that holds the value instead, as containers are given secrets. An empty variable is none.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the caller gives, then the environment as we read it."""
        del env_settings, dotenv_settings, file_secret_settings
        return init_settings, _Environment(settings_cls)


class _Environment(PydanticBaseSettingsSource):
    """Field -> text of its variable or of the file that its `_FILE` variable names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        for name in names_of(self.settings_cls, field_name):
            if text := os.environ.get(name, ""):
                return text, field_name, False
            if file := os.environ.get(f"{name}_FILE", ""):
                return _text_of(f"{name}_FILE", file), field_name, False
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields.items()
        found = {name: self.get_field_value(field, name)[0] for name, field in fields}
        return {name: text for name, text in found.items() if text is not None}


def _text_of(name: str, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "it is no text"
        raise SettingsRefused(f"{name}={file} cannot be read: {reason}") from fault


def names_of(kind: type[BaseSettings], field: str) -> tuple[str, ...]:
    """The variables that set a field, the one that wins first."""
    prefix = str(kind.model_config.get("env_prefix", ""))
    return tuple(dict.fromkeys((f"{prefix}{field}".upper(), field.upper())))


Kind = TypeVar("Kind", bound=BaseSettings)


def read_settings(kind: type[Kind], **given: Any) -> Kind:
    """The settings of this process. SettingsRefused names each variable that is wrong or missing, in one line."""
    try:
        return kind(**given)
    except ValidationError as faults:
        raise SettingsRefused("; ".join(_said(kind, faults))) from None


def _said(kind: type[BaseSettings], faults: ValidationError) -> Iterator[str]:
    for fault in faults.errors(include_url=False, include_context=False):
        field = str(fault["loc"][0]) if fault["loc"] else ""
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "missing":
            yield f"{' or '.join(names_of(kind, field))} is not set"
        elif field not in kind.model_fields:
            yield message
        elif kind.model_fields[field].repr:
            yield f"{names_of(kind, field)[0]}={fault['input']}: {message}"
        else:
            yield f"{names_of(kind, field)[0]}: {message}"


def room_config(room: str) -> SettingsConfigDict:
    """Settings of one room: `TICKET_POOL_SIZE` wins over the house-wide `POOL_SIZE`."""
    return SettingsConfigDict(frozen=True, extra="ignore", env_prefix=f"{room}_")


class DatabaseSettings(Settings):
    """Where a room's schema is. The role is the room's, as its `env_prefix` names it."""

    database_url: str = Field(repr=False)
    """postgresql://host/database; without a role in it, the room's runtime role with DATABASE_PASSWORD."""
    database_password: str = Field("", repr=False)

    @model_validator(mode="before")
    @classmethod
    def _role_in_the_url(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        url, password = str(given.get("database_url") or ""), str(given.get("database_password") or "")
        role = str(cls.model_config.get("env_prefix", "")).rstrip("_").lower()
        return {**given, "database_url": with_role(url, role, password)} if url else dict(given)


class RoomSettings(DatabaseSettings):
    """What each room needs; a room's own class adds its fields and `model_config = room_config("TICKET")`."""

    prepared_statements: bool = True
    """False behind a pooler that hands connections round by transaction and keeps no prepared statements."""
    pool_size: int = Field(3, ge=1, le=100)
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65_535)
    data_dir: Path = Path(".data")
    keys_dir: Path | None = None
    """Where keys lie that are given from outside; none is ever made there. None: DATA_DIR/keys, made at first start."""
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
    metrics_token: str = Field("", repr=False)
    """Bearer token for /internal/metrics from elsewhere than loopback; empty: loopback only."""

    @model_validator(mode="after")
    def _url_has_no_slash(self) -> Self:
        if self.public_url.endswith("/"):
            raise ValueError("PUBLIC_URL must not end with a slash")
        return self

    @property
    def keys(self) -> Path:
        return self.keys_dir or self.data_dir / "keys"

    @property
    def makes_keys(self) -> bool:
        """Whether a key that is missing is made at start."""
        return self.keys_dir is None


def with_role(url: str, role: str, password: str = "") -> str:
    """A database's address with a role in it: the one that it names, else this one and its password."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError("DATABASE_URL is no postgresql:// address")
    if parts.username or not role:
        return url
    secret = f":{quote(password, safe='')}" if password else ""
    return parts._replace(netloc=f"{quote(role)}{secret}@{parts.netloc.rpartition('@')[2]}").geturl()
