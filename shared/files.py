"""Decides how a stored file is named to others, fetched through short links, and kept sealed out of the database."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from shared.problems import Answer, Refusal
from shared.sealing import Key, Label

LONGEST_TOKEN = 600
REFERENCE_LIFE = timedelta(days=7)
LINK_LIFE = timedelta(minutes=10)
ALGORITHM = "f1"  # HMAC-SHA256 over the payload; a new suite gets a new mark (PRI-5)


class Use(StrEnum):
    """What a token is good for; one for attaching opens nothing, and the other way round."""

    ATTACH = "attach"
    READ = "read"


class ReferenceRefused(Refusal):
    """The token is forged, cut, out of time, meant for another use, or of another owner."""


REFERENCE_REFUSED = Answer(
    422,
    "file-reference-refused",
    "文件凭据无效",
    "The file reference is not good",
    "请重新上传文件,用新的 reference 提交。",
    "Upload the file again and send its new reference.",
)


@dataclass(frozen=True, slots=True)
class FileReference:
    """What a token says of a file: size in bytes, sha256 in hex, kind as media type, expiry in UTC."""

    id: UUID
    kind: str
    sha256: str
    size: int
    owner: UUID
    expires: datetime


@dataclass(frozen=True, slots=True)
class References:
    """Signs and checks tokens with the house's files key; needs neither network nor database."""

    key: bytes

    def attach(self, file: FileReference) -> str:
        """The token by which its owner attaches the file to something in any room."""
        expires = int(file.expires.timestamp())
        return self._signed([Use.ATTACH, file.id.hex, file.kind, file.sha256, file.size, file.owner.hex, expires])

    def attached(self, token: str, owner: UUID, now: datetime) -> FileReference:
        """The file of an attaching token, if this owner uploaded it. Errors: ReferenceRefused."""
        file, kind, sha256, size, whose, expires = self._read(token, Use.ATTACH, 6)
        until = datetime.fromtimestamp(int(expires), UTC)
        found = FileReference(UUID(str(file)), str(kind), str(sha256), int(size), UUID(str(whose)), until)
        if found.owner != owner or now >= until:
            raise ReferenceRefused
        return found

    def link(self, file_id: UUID, now: datetime) -> str:
        """A path that opens the file's content for ten minutes, for whoever was shown it."""
        expires = int((now + LINK_LIFE).timestamp())
        return f"/v1/files/{file_id}/content?token={self._signed([Use.READ, file_id.hex, expires])}"

    def check_link(self, token: str, file_id: UUID, now: datetime) -> None:
        """Errors: ReferenceRefused."""
        file, expires = self._read(token, Use.READ, 2)
        if UUID(str(file)) != file_id or now >= datetime.fromtimestamp(int(expires), UTC):
            raise ReferenceRefused

    def _signed(self, content: Sequence[str | int]) -> str:
        payload = _text(json.dumps(content, separators=(",", ":")).encode())
        return f"{ALGORITHM}.{payload}.{_text(self._mac(payload))}"

    def _mac(self, payload: str) -> bytes:
        return hmac.digest(self.key, f"{ALGORITHM}.{payload}".encode(), hashlib.sha256)

    def _read(self, token: str, use: Use, parts: int) -> list[str | int]:
        """The signature comes first: nothing of an unsigned payload is looked at."""
        try:
            if len(token) > LONGEST_TOKEN:
                raise ValueError("too long")
            algorithm, payload, mac = token.split(".")
            if algorithm != ALGORITHM or not hmac.compare_digest(_bytes(mac), self._mac(payload)):
                raise ValueError("not ours")
        except (ValueError, TypeError):
            raise ReferenceRefused from None
        content: list[str | int] = json.loads(_bytes(payload))
        meant = content.pop(0)
        if meant != use or len(content) != parts:
            raise ReferenceRefused
        return content


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


def sealed_store(url: str, data_dir: Path) -> "SealedStore":
    """The store of a house: the folder DATA_DIR/files without a URL, else `s3://bucket/prefix` and the like.

    An S3 or OSS store takes its keys and endpoint from the AWS_* variables of the environment.
    """
    if url:
        return SealedStore(from_url(url))
    folder = data_dir / "files"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return SealedStore(LocalStore(folder))


class SealedStore:
    """Keeps contents under a key of their own each, which lives in the owner's row: without the row they are noise."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, file_id: UUID, key: Key, content: bytes) -> None:
        await obstore.put_async(self._store, _path(file_id), key.seal(content, _label(file_id)))

    async def get(self, file_id: UUID, key: Key) -> bytes:
        """The whole content, checked. Errors: FileNotFoundError, SealingFault."""
        found = await obstore.get_async(self._store, _path(file_id))
        return key.open(bytes(await found.bytes_async()), _label(file_id))

    async def drop(self, file_id: UUID) -> None:
        """Gone, and no fault if it was gone before."""
        try:
            await obstore.delete_async(self._store, _path(file_id))
        except FileNotFoundError:
            return


def _path(file_id: UUID) -> str:
    return f"{file_id.hex[:8]}/{file_id.hex}"


def _label(file_id: UUID) -> Label:
    return Label("file.content", str(file_id))
