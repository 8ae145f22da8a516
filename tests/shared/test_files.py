"""References and links: checked offline, good for one use, one file, one owner, one while; contents sealed at rest."""

import uuid
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.files import FileReference, ReferenceRefused, References, sealed_store
from shared.sealing import Key, KeyUnknown, Tampered

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
OWNER = uuid.UUID("018f0000-0000-7000-8000-00000000000a")
FILE = FileReference(
    id=uuid.UUID("018f0000-0000-7000-8000-000000000001"),
    kind="image/jpeg",
    sha256="ab" * 32,
    size=12_345,
    owner=OWNER,
    expires=NOW + timedelta(days=7),
)
HOUSE = References(b"k" * 32)


def token_of(link: str) -> str:
    return link.split("token=")[1]


def test_a_reference_says_offline_what_was_uploaded() -> None:
    assert HOUSE.attached(HOUSE.attach(FILE), OWNER, NOW) == FILE


def test_a_reference_of_somebody_else_is_refused() -> None:
    with pytest.raises(ReferenceRefused):
        HOUSE.attached(HOUSE.attach(FILE), uuid.uuid4(), NOW)


def test_a_reference_ends_with_its_time() -> None:
    token = HOUSE.attach(FILE)

    assert HOUSE.attached(token, OWNER, FILE.expires - timedelta(seconds=1))
    with pytest.raises(ReferenceRefused):
        HOUSE.attached(token, OWNER, FILE.expires)


def test_a_reference_of_another_house_is_refused() -> None:
    with pytest.raises(ReferenceRefused):
        References(b"x" * 32).attached(HOUSE.attach(FILE), OWNER, NOW)


def test_every_changed_letter_of_a_reference_is_found() -> None:
    token = HOUSE.attach(FILE)

    for place in range(len(token) - 1):  # the last letter's spare bits say nothing
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(ReferenceRefused):
            HOUSE.attached(changed, OWNER, NOW)


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "f1..", "f1.e30.e30", "f1.é.é", "f2." + "A" * 40, "A" * 601, "\x00", "f1.\ud800.A", "a.b.c.d"],
    ids=repr,
)
def test_what_is_no_reference_is_refused(token: str) -> None:
    with pytest.raises(ReferenceRefused):
        HOUSE.attached(token, OWNER, NOW)


def test_a_payload_with_no_signature_or_another_algorithm_is_refused() -> None:
    payload = HOUSE.attach(FILE).split(".")[1]
    empty = urlsafe_b64encode(b"").decode()

    for token in (f"f1.{payload}.{empty}", f"none.{payload}.", f"f0.{payload}.{HOUSE.attach(FILE).split('.')[2]}"):
        with pytest.raises(ReferenceRefused):
            HOUSE.attached(token, OWNER, NOW)


def test_a_link_opens_its_file_for_ten_minutes() -> None:
    link = HOUSE.link(FILE.id, NOW)

    assert link.startswith(f"/v1/files/{FILE.id}/content?token=f1.")
    HOUSE.check_link(token_of(link), FILE.id, NOW + timedelta(minutes=9, seconds=59))
    with pytest.raises(ReferenceRefused):
        HOUSE.check_link(token_of(link), FILE.id, NOW + timedelta(minutes=10))


def test_a_link_opens_no_other_file() -> None:
    with pytest.raises(ReferenceRefused):
        HOUSE.check_link(token_of(HOUSE.link(FILE.id, NOW)), uuid.uuid4(), NOW)


def test_a_reference_opens_nothing_and_a_link_attaches_nothing() -> None:
    with pytest.raises(ReferenceRefused):
        HOUSE.check_link(HOUSE.attach(FILE), FILE.id, NOW)
    with pytest.raises(ReferenceRefused):
        HOUSE.attached(token_of(HOUSE.link(FILE.id, NOW)), OWNER, NOW)


def test_two_files_have_two_references() -> None:
    assert HOUSE.attach(FILE) != HOUSE.attach(replace(FILE, id=uuid.uuid4()))


async def test_what_lies_in_the_store_is_noise_without_its_key(tmp_path: Path) -> None:
    """PRI-2."""
    store, key = sealed_store("", tmp_path), Key.new()

    await store.put(FILE.id, key, b"a photo of a letter" * 50)

    (kept,) = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert b"letter" not in kept.read_bytes()
    assert await store.get(FILE.id, key) == b"a photo of a letter" * 50
    with pytest.raises(KeyUnknown):
        await store.get(FILE.id, Key.new())


async def test_a_content_changed_or_exchanged_in_the_store_is_found(tmp_path: Path) -> None:
    store, key, other = sealed_store("", tmp_path), Key.new(), uuid.UUID(int=FILE.id.int + 1)
    await store.put(FILE.id, key, b"one")
    await store.put(other, key, b"two")
    first, second = sorted(path for path in (tmp_path / "files").rglob("*") if path.is_file())

    first.write_bytes(second.read_bytes())

    with pytest.raises(Tampered):
        await store.get(FILE.id, key)


async def test_what_was_dropped_is_gone_and_may_be_dropped_again(tmp_path: Path) -> None:
    store, key = sealed_store("", tmp_path), Key.new()
    await store.put(FILE.id, key, b"one")

    await store.drop(FILE.id)
    await store.drop(FILE.id)

    with pytest.raises(FileNotFoundError):
        await store.get(FILE.id, key)
    assert (tmp_path / "files").stat().st_mode & 0o077 == 0
