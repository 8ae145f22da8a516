"""Sealing: PRI-2 and PRI-5, and what happens to a value that was moved, cut or changed."""

import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sealing import (
    AlgorithmUnknown,
    Key,
    Keyring,
    Keys,
    KeysDamaged,
    KeysExposed,
    KeysMissing,
    KeyUnknown,
    Label,
    Tampered,
    rotate,
)

NAME = Label("person.name", "018f0000-0000-7000-8000-000000000001")


def _by_itself(ring: Keyring, sealed: bytes, label: Label) -> bytes:
    return ring.open(sealed, label)


def _among_many(ring: Keyring, sealed: bytes, label: Label) -> bytes:
    other = Label(label.what, "another")
    first, found = ring.opening(label.what).open_all([ring.seal(b"other", other), sealed], [other.whose, label.whose])
    assert first == b"other"
    return found


Opened = Callable[[Keyring, bytes, Label], bytes]


@pytest.fixture(params=[_by_itself, _among_many])
def opened(request: pytest.FixtureRequest) -> Opened:
    """The two ways to open a value, of which each must refuse what the other refuses."""
    found: Opened = request.param
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def keys(folder: Path) -> Keys:
    return Keys.load(folder, create=True)


def test_keys_made_on_first_start_are_readable_by_their_owner_only(folder: Path) -> None:
    Keys.load(folder, create=True)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "sealing.json": 0o600,
        "index.key": 0o600,
        "files.key": 0o600,
    }


def test_a_second_start_finds_the_same_keys(folder: Path) -> None:
    first = Keys.load(folder, create=True)

    assert Keys.load(folder, create=True) == first
    assert Keys.load(folder, create=False) == first


def test_many_first_starts_at_once_end_with_the_same_keys(folder: Path) -> None:
    found: list[Keys] = []
    starts = [threading.Thread(target=lambda: found.append(Keys.load(folder, create=True))) for _ in range(16)]

    for start in starts:
        start.start()
    for start in starts:
        start.join()

    assert len(found) == 16
    assert all(keys == found[0] for keys in found)


def test_missing_keys_are_refused_where_none_may_be_made(folder: Path) -> None:
    with pytest.raises(KeysMissing):
        Keys.load(folder, create=False)

    assert not folder.exists()


@pytest.mark.parametrize("name", ["sealing.json", "index.key", "files.key"])
def test_a_key_file_others_can_read_is_refused(folder: Path, name: str) -> None:
    Keys.load(folder, create=True)
    (folder / name).chmod(0o640)

    with pytest.raises(KeysExposed, match=name):
        Keys.load(folder, create=False)


def test_a_key_folder_others_can_enter_is_refused(folder: Path) -> None:
    Keys.load(folder, create=True)
    folder.chmod(0o755)

    with pytest.raises(KeysExposed):
        Keys.load(folder, create=False)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"keys": []}', b'{"keys": [{"id": "ab", "key": "AA=="}]}'])
def test_a_damaged_ring_is_named_and_never_replaced(folder: Path, content: bytes) -> None:
    Keys.load(folder, create=True)
    (folder / "sealing.json").write_bytes(content)

    with pytest.raises(KeysDamaged):
        Keys.load(folder, create=True)

    assert (folder / "sealing.json").read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"short", b"AAAA", b"\xff\xfe"])
def test_a_damaged_secret_is_named(folder: Path, content: bytes) -> None:
    Keys.load(folder, create=True)
    (folder / "files.key").write_bytes(content)

    with pytest.raises(KeysDamaged):
        Keys.load(folder, create=True)


@given(value=st.binary(max_size=2000), what=st.text(max_size=30), whose=st.text(max_size=30))
def test_what_is_sealed_opens_again_and_shows_nothing(value: bytes, what: str, whose: str) -> None:
    """PRI-2."""
    key, label = Key.new(), Label(what, whose)

    sealed = key.seal(value, label)

    assert key.open(sealed, label) == value
    assert len(value) < 8 or value not in sealed


def test_each_sealed_value_carries_its_algorithm_and_key_id(keys: Keys) -> None:
    """PRI-5."""
    sealed = keys.ring.seal(b"x", NAME)

    assert sealed[0] == 1
    assert sealed[1:9] == keys.ring.newest.id


def test_equal_values_are_sealed_differently(keys: Keys) -> None:
    assert keys.ring.seal(b"same", NAME) != keys.ring.seal(b"same", NAME)


@pytest.mark.parametrize(
    "other",
    [
        Label("person.phone", NAME.whose),
        Label(NAME.what, "018f0000-0000-7000-8000-000000000002"),
        Label(NAME.what + NAME.whose[:1], NAME.whose[1:]),
    ],
)
def test_a_value_moved_to_another_place_does_not_open(keys: Keys, opened: Opened, other: Label) -> None:
    """PRI-2. Neither another column, nor another person, nor the same letters divided otherwise."""
    sealed = keys.ring.seal(b"x", NAME)

    with pytest.raises(Tampered):
        opened(keys.ring, sealed, other)


def test_every_changed_bit_is_found(keys: Keys, opened: Opened) -> None:
    sealed = keys.ring.seal(b"value", NAME)

    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises((Tampered, AlgorithmUnknown, KeyUnknown)):
            opened(keys.ring, bytes(changed), NAME)


def test_every_cut_is_found(keys: Keys, opened: Opened) -> None:
    sealed = keys.ring.seal(b"value", NAME)

    for length in range(len(sealed)):
        with pytest.raises(Tampered):
            opened(keys.ring, sealed[:length], NAME)


def test_an_unknown_algorithm_is_named(keys: Keys, opened: Opened) -> None:
    """PRI-5."""
    sealed = bytes([7]) + keys.ring.seal(b"value", NAME)[1:]

    with pytest.raises(AlgorithmUnknown, match="7"):
        opened(keys.ring, sealed, NAME)


def test_a_key_that_is_not_here_is_named(keys: Keys, opened: Opened) -> None:
    stranger = Key.new()

    with pytest.raises(KeyUnknown, match=stranger.id.hex()):
        opened(keys.ring, stranger.seal(b"value", NAME), NAME)


def test_after_rotation_the_newest_key_seals_and_the_older_opens(folder: Path, opened: Opened) -> None:
    """PRI-2."""
    old = Keys.load(folder, create=True)
    sealed = old.ring.seal(b"value", NAME)

    added = rotate(folder)
    new = Keys.load(folder, create=False)

    assert opened(new.ring, sealed, NAME) == b"value"
    assert opened(new.ring, new.ring.seal(b"value", NAME), NAME) == b"value"
    assert new.ring.is_stale(sealed)
    assert new.ring.seal(b"value", NAME)[1:9] == added.id
    assert (new.index, new.files) == (old.index, old.files)


def test_a_rewrapped_data_key_still_opens_what_it_sealed(folder: Path) -> None:
    """PRI-2. Rotation touches one row per person, not every value."""
    old = Keys.load(folder, create=True)
    key, wrapped = old.new_key(NAME)
    sealed = key.seal(b"value", NAME)
    rotate(folder)
    new = Keys.load(folder, create=False)

    rewrapped = new.rewrap(wrapped, NAME)

    assert not new.ring.is_stale(rewrapped)
    assert new.unwrap(rewrapped, NAME).open(sealed, NAME) == b"value"


def test_one_persons_key_does_not_open_anothers_value(keys: Keys) -> None:
    """PRI-2. Once the row with the wrapped key is gone, no other key of the house opens the value."""
    (mine, _), (other, _) = keys.new_key(NAME), keys.new_key(NAME)

    with pytest.raises(KeyUnknown):
        other.open(mine.seal(b"value", NAME), NAME)
    with pytest.raises(KeyUnknown):
        keys.ring.open(mine.seal(b"value", NAME), NAME)


def test_a_wrapped_key_of_another_person_does_not_unwrap(keys: Keys) -> None:
    _, wrapped = keys.new_key(NAME)

    with pytest.raises(Tampered):
        keys.unwrap(wrapped, Label(NAME.what, "somebody else"))


def test_a_ring_with_one_id_twice_is_refused() -> None:
    key = Key.new()

    with pytest.raises(KeysDamaged):
        Keyring((key, Key(key.id, Key.new().secret)))


def test_spellings_that_are_one_value_share_a_blind_index(keys: Keys) -> None:
    """PRI-2."""

    def digits(value: str) -> str:
        return "".join(sign for sign in value if sign.isdigit())

    assert keys.blind_index("phone", "170 0000 0001", digits) == keys.blind_index("phone", "17000000001", digits)
    assert keys.blind_index("phone", "17000000001", digits) != keys.blind_index("phone", "17000000002", digits)


def test_blind_indexes_of_two_purposes_or_two_houses_have_nothing_in_common(keys: Keys, tmp_path: Path) -> None:
    elsewhere = Keys.load(tmp_path / "other", create=True)

    found = {
        keys.blind_index("phone", "1", str),
        keys.blind_index("id_number", "1", str),
        elsewhere.blind_index("phone", "1", str),
    }

    assert len(found) == 3
    assert {(len(index), index[0]) for index in found} == {(33, 1)}


def test_no_repr_and_no_error_shows_a_secret(keys: Keys) -> None:
    sealed = keys.ring.seal("张三".encode(), NAME)

    with pytest.raises(Tampered) as refused:
        keys.ring.open(sealed[:-1] + b"\x00", Label("x", "y"))

    assert keys.ring.newest.secret.hex() not in repr(keys) + repr(keys.ring) + str(refused.value)
    assert "张三" not in str(refused.value)
