"""Decides how a value is sealed at rest, under which key, and how it is found without being opened (PRI-2, PRI-5)."""

import hashlib
import hmac
import json
import os
import secrets
import stat
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
KEY_ID_BYTES = 8
NONCE_BYTES = 12
HEADER_BYTES = 1 + KEY_ID_BYTES
BODY = HEADER_BYTES + NONCE_BYTES
"""Where the ciphertext begins."""


class Algorithm(IntEnum):
    """The first byte of every sealed value (PRI-5): a new suite gets a new number, old values stay readable."""

    AES_256_GCM = 1


class IndexAlgorithm(IntEnum):
    """The first byte of every blind index (PRI-5)."""

    HMAC_SHA256 = 1


class SealingFault(Exception):
    """What can go wrong with keys and sealed values; its text never holds a key or a value."""

    text: ClassVar[str] = "sealing failed"

    def __init__(self, about: str = "") -> None:
        super().__init__(f"{self.text}: {about}" if about else self.text)


class KeysMissing(SealingFault):
    text = "no key file, and none may be made here"


class KeysExposed(SealingFault):
    text = "a key is readable by others than its owner; make folders 0700 and files 0600"


class KeysDamaged(SealingFault):
    text = "a key file cannot be read as keys"


class AlgorithmUnknown(SealingFault):
    text = "sealed under an algorithm this version does not know"


class KeyUnknown(SealingFault):
    text = "sealed under a key that is not here"


class Tampered(SealingFault):
    text = "the sealed value was changed, cut, or belongs to something or somebody else"


@dataclass(frozen=True, slots=True)
class Label:
    """What a value is and whose it is; bound to the sealed value, so that neither can be swapped for another's."""

    what: str
    whose: str

    def encoded(self) -> bytes:
        """Unambiguous: each part is preceded by its length."""
        return _part(self.what) + _part(self.whose)


def _part(said: str) -> bytes:
    written = said.encode()
    return len(written).to_bytes(4, "big") + written


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """One 256-bit key with an id that is no secret. Its repr shows the id only."""

    id: bytes
    secret: bytes

    def __post_init__(self) -> None:
        if len(self.id) != KEY_ID_BYTES or len(self.secret) != KEY_BYTES:
            raise KeysDamaged(f"a key id has {KEY_ID_BYTES} bytes and a key {KEY_BYTES}")

    def __repr__(self) -> str:
        return f"Key({self.id.hex()})"

    @classmethod
    def new(cls) -> "Key":
        return cls(secrets.token_bytes(KEY_ID_BYTES), secrets.token_bytes(KEY_BYTES))

    @property
    def header(self) -> bytes:
        return bytes([Algorithm.AES_256_GCM]) + self.id

    def seal(self, value: bytes, label: Label) -> bytes:
        """Shape: algorithm (1 byte), key id (8), nonce (12), ciphertext with tag (len + 16)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return self.header + nonce + AESGCM(self.secret).encrypt(nonce, value, self.header + label.encoded())

    def open(self, sealed: bytes, label: Label) -> bytes:
        """Errors: AlgorithmUnknown, KeyUnknown (another key sealed it), Tampered."""
        if sealed_by(sealed) != self.id:
            raise KeyUnknown(sealed_by(sealed).hex())
        try:
            nonce, body = sealed[HEADER_BYTES:BODY], sealed[BODY:]
            return AESGCM(self.secret).decrypt(nonce, body, sealed[:HEADER_BYTES] + label.encoded())
        except (InvalidTag, ValueError) as fault:
            raise Tampered(label.what) from fault


def sealed_by(sealed: bytes) -> bytes:
    """The id of the key that sealed this. Errors: AlgorithmUnknown, Tampered (too short to be sealed at all)."""
    if len(sealed) < BODY + 16:
        raise Tampered("too short")
    if sealed[0] != Algorithm.AES_256_GCM:
        raise AlgorithmUnknown(str(sealed[0]))
    return sealed[1:HEADER_BYTES]


@dataclass(frozen=True, slots=True)
class Keyring:
    """Master keys, oldest first: the newest seals, any opens."""

    keys: tuple[Key, ...]

    def __post_init__(self) -> None:
        if not self.keys or len({key.id for key in self.keys}) != len(self.keys):
            raise KeysDamaged("a ring needs at least one key, and ids that differ")

    @property
    def newest(self) -> Key:
        return self.keys[-1]

    def seal(self, value: bytes, label: Label) -> bytes:
        return self.newest.seal(value, label)

    def open(self, sealed: bytes, label: Label) -> bytes:
        """Errors: AlgorithmUnknown, KeyUnknown, Tampered."""
        wanted = sealed_by(sealed)
        for key in self.keys:
            if key.id == wanted:
                return key.open(sealed, label)
        raise KeyUnknown(wanted.hex())

    def opening(self, what: str) -> "Opening":
        return Opening(self, what)

    def is_stale(self, sealed: bytes) -> bool:
        """Whether an older key sealed this, so that it should be wrapped anew."""
        return sealed_by(sealed) != self.newest.id


class Opening:
    """Opens very many values that are all of one sort; what is the same of all is made ready once."""

    def __init__(self, ring: Keyring, what: str) -> None:
        self._what = what
        self._ready = {key.header: (AESGCM(key.secret).decrypt, key.header + _part(what)) for key in ring.keys}

    def open_all(self, sealed: Iterable[bytes], whose: Iterable[str]) -> list[bytes]:
        """Each as `Keyring.open`; the first that does not open ends it. Errors: AlgorithmUnknown, KeyUnknown,
        Tampered. In one loop without a call of ours: for a small value that would be dearer than the opening."""
        found, ready = [], self._ready
        for value, person in zip(sealed, whose, strict=True):
            known = ready.get(value[:HEADER_BYTES])
            if known is None:
                raise KeyUnknown(sealed_by(value).hex())
            decrypt, label = known
            written = person.encode()
            label += len(written).to_bytes(4, "big") + written
            try:
                found.append(decrypt(value[HEADER_BYTES:BODY], value[BODY:], label))
            except (InvalidTag, ValueError) as fault:
                raise Tampered(self._what) from fault
        return found


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The secrets of one house: `ring` wraps and seals, `index` finds, `files` signs references to files."""

    ring: Keyring
    index: bytes
    files: bytes

    def __repr__(self) -> str:
        return f"Keys({', '.join(key.id.hex() for key in self.ring.keys)})"

    @classmethod
    def load(cls, folder: Path, create: bool) -> "Keys":
        """Read the keys in `folder`; with `create`, make what is missing (0600 in a 0700 folder).

        Errors: KeysMissing, KeysExposed, KeysDamaged.
        """
        ring = secret(folder, "sealing.json", _new_ring, create)
        index = secret(folder, "index.key", _new_secret, create)
        files = secret(folder, "files.key", _new_secret, create)
        return cls(_read_ring(ring), _read_secret(index), _read_secret(files))

    # A key per person (or per file): the service keeps the wrapped key in a row of its own; erasing the row
    # makes everything sealed under it unreadable for ever, in every backup too.
    def new_key(self, label: Label) -> tuple[Key, bytes]:
        """A fresh data key, and the same key wrapped for keeping."""
        key = Key.new()
        return key, self.wrap(key, label)

    def wrap(self, key: Key, label: Label) -> bytes:
        return self.ring.seal(key.id + key.secret, label)

    def unwrap(self, wrapped: bytes, label: Label) -> Key:
        """Errors: AlgorithmUnknown, KeyUnknown, Tampered."""
        plain = self.ring.open(wrapped, label)
        return Key(plain[:KEY_ID_BYTES], plain[KEY_ID_BYTES:])

    def rewrap(self, wrapped: bytes, label: Label) -> bytes:
        """The same data key under the newest master key; values sealed under it stay as they are."""
        return self.wrap(self.unwrap(wrapped, label), label)

    def blind_index(self, purpose: str, value: str, normal: Callable[[str], str]) -> bytes:
        """33 bytes by which equal values find each other within one purpose, and tell nothing else.

        `normal` brings spellings of one value together ("１４０ 1234" and "1401234"); it is the caller's rule.
        """
        digest = hmac.digest(self.index, Label(purpose, normal(value)).encoded(), hashlib.sha256)
        return bytes([IndexAlgorithm.HMAC_SHA256]) + digest


def rotate(folder: Path) -> Key:
    """Add a master key: it seals from the next start on, the older ones still open. Errors: as Keys.load."""
    ring = Keys.load(folder, create=False).ring
    key = Key.new()
    _replace(folder / "sealing.json", _written_ring(Keyring((*ring.keys, key))))
    return key


def secret(folder: Path, name: str, make: Callable[[], bytes], create: bool) -> bytes:
    """The bytes of one secret file, made by `make` on first start if `create`.

    Two processes that start at once end with the same bytes. Errors: KeysMissing, KeysExposed.
    """
    path = folder / name
    if create:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _place(path, make())
    try:
        _refuse_exposed(folder, path)
        return path.read_bytes()
    except FileNotFoundError as fault:
        raise KeysMissing(str(path)) from fault


def _refuse_exposed(*paths: Path) -> None:
    for path in paths:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeysExposed(str(path))


def _place(path: Path, content: bytes) -> None:
    """Put a new file in place whole or not at all; the first of two writers wins."""
    draft = _draft(path, content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its secret counts
    finally:
        draft.unlink()
    _flush(path.parent)


def _replace(path: Path, content: bytes) -> None:
    _draft(path, content).replace(path)
    _flush(path.parent)


def _draft(path: Path, content: bytes) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _new_secret() -> bytes:
    return b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n"


def _read_secret(content: bytes) -> bytes:
    try:
        found = b64decode(content.strip(), validate=True)
    except ValueError as fault:
        raise KeysDamaged("not base64") from fault
    if len(found) != KEY_BYTES:
        raise KeysDamaged(f"a key has {KEY_BYTES} bytes")
    return found


def _new_ring() -> bytes:
    return _written_ring(Keyring((Key.new(),)))


def _written_ring(ring: Keyring) -> bytes:
    keys = [{"id": key.id.hex(), "key": b64encode(key.secret).decode()} for key in ring.keys]
    return json.dumps({"keys": keys}, indent=1).encode() + b"\n"


def _read_ring(content: bytes) -> Keyring:
    try:
        entries: list[Mapping[str, str]] = json.loads(content)["keys"]
        return Keyring(tuple(Key(bytes.fromhex(entry["id"]), b64decode(entry["key"])) for entry in entries))
    except (ValueError, KeyError, TypeError) as fault:
        raise KeysDamaged("sealing.json") from fault
