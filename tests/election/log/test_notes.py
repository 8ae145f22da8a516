"""Checkpoints as signed notes: what other programs of this format understand, and what is refused."""

from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.election.rules.notes import (
    NOTARY,
    key_id,
    note_body,
    origin_of,
    read_note,
    short_code,
    signed_note,
    verifier_key,
)
from services.election.verify import Note

# The key, text and signature that the format's first implementation publishes as its example.
PUBLISHED = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
WORDS = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()


def note(size: int = 42) -> str:
    body = note_body("an-election", size, bytes(32))
    return signed_note(body, NOTARY, PUBLIC, KEY.sign(body.encode()))


def test_keys_and_signatures_are_those_of_the_published_example() -> None:
    name, _, encoded = PUBLISHED.split("+", 2)
    public, signed = b64decode(encoded)[1:], b64decode(SIGNATURE)

    assert verifier_key(name, public) == PUBLISHED
    assert signed[:4] == key_id(name, public)
    Ed25519PublicKey.from_public_bytes(public).verify(signed[4:], WORDS.encode())


def test_a_note_says_origin_size_root_and_algorithms_and_is_read_again() -> None:
    """PRI-5."""
    lines = note().split("\n")
    found = read_note(note())

    assert lines[:2] == [origin_of("an-election"), "42"]
    assert lines[3:5] == ["SHA-256 Ed25519", ""]
    assert (found.size, found.root, found.name, found.key_id) == (42, bytes(32), NOTARY, key_id(NOTARY, PUBLIC))
    KEY.public_key().verify(found.signature, found.body.encode())
    assert Note(note()).signed_by(verifier_key(NOTARY, PUBLIC))


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text.replace("SHA-256 Ed25519", "SM3 SM2"),
        lambda text: text.replace("\n42\n", "\n-1\n"),
        lambda text: text.replace("\n42\n", "\n4²\n"),
        lambda text: text.replace("— ", "- "),
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text.rstrip("\n"),
        lambda text: text[:-9] + "\n",
        lambda text: "",
    ],
)
def test_what_is_no_checkpoint_is_refused(changed: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # of many kinds
        read_note(changed(note()))  # type: ignore[operator]


def test_another_key_or_name_did_not_sign_it() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()

    assert not Note(note()).signed_by(verifier_key(NOTARY, other))
    assert not Note(note()).signed_by(verifier_key("somebody", PUBLIC))
    assert not Note(note().replace("\n42\n", "\n43\n")).signed_by(verifier_key(NOTARY, PUBLIC))


def test_a_short_code_is_of_what_was_signed_and_easy_to_read() -> None:
    code = short_code(read_note(note()).body)

    assert len(code) == 19
    assert set(code) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ-")
    assert code != short_code(read_note(note(43)).body)
