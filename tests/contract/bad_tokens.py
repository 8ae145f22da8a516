"""Access tokens that nobody issued: each is refused, whatever is true in the rest of it."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from shared.database import new_id

WRITTEN = ["Ed25519", "EdDSA", "RS256", "ES256"]


def _text(content: object) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    header, payload, signature = token.split(".")
    read = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, payload))
    return next(read), next(read), signature


@dataclass(frozen=True)
class Corpus:
    """Made from one true token, the published keys, and the key that signs (for claims that are signed but wrong)."""

    true: str
    published: Mapping[str, Any]
    signing: OKPKey
    person: UUID

    def bad(self) -> Iterator[tuple[str, str]]:
        """A name and an Authorization header each."""
        yield from ((name, f"Bearer {token}") for name, token in self._forged())
        yield from ((name, f"Bearer {token}") for name, token in self._misclaimed())
        yield from self._misspelled()

    def _forged(self) -> Iterator[tuple[str, str]]:
        header, payload, signature = _parts(self.true)
        public = base64.urlsafe_b64decode(self.published["keys"][0]["x"] + "==")
        for name, key in {
            "the public key": public,
            "the published document": json.dumps(self.published).encode(),
        }.items():
            signed = f"{_text(header | {'alg': 'HS256'})}.{_text(payload)}"
            yield f"HS256 with {name}", f"{signed}.{_text(hmac.digest(key, signed.encode(), hashlib.sha256))}"
        for algorithm in ("none", "None", "NONE", "nOnE", ""):
            unsigned = f"{_text(header | {'alg': algorithm})}.{_text(payload)}"
            yield f"alg {algorithm!r} without signature", f"{unsigned}."
            yield f"alg {algorithm!r} with the old signature", f"{unsigned}.{signature}"
        yield "the deprecated name of the algorithm", self._signed(header | {"alg": "EdDSA"}, payload)
        stranger = OKPKey.generate_key("Ed25519")
        yield "another key", _with(stranger, header, payload)
        brought = {"jwk": stranger.as_dict(private=False)}
        yield "another key that it brings along", _with(stranger, header | brought, payload)
        yield "another key at an address", _with(stranger, header | {"jku": "http://127.0.0.1:9/keys"}, payload)
        yield "another key with its papers", _with(stranger, header | {"x5u": "http://127.0.0.1:9/"}, payload)
        yield "an RSA key", _with(RSAKey.generate_key(2048), header | {"alg": "RS256"}, payload)
        yield "an elliptic key", _with(ECKey.generate_key("P-256"), header | {"alg": "ES256"}, payload)
        yield "a role more", f"{_text(header)}.{_text(payload | {'grants': ['ADMINISTRATOR@']})}.{signature}"
        yield "a byte less of the signature", f"{_text(header)}.{_text(payload)}.{signature[:-2]}"
        yield "no signature", f"{_text(header)}.{_text(payload)}."
        yield "a signature of zeros", f"{_text(header)}.{_text(payload)}.{_text(bytes(64))}"

    def _misclaimed(self) -> Iterator[tuple[str, str]]:
        header, payload, _ = _parts(self.true)
        now = time.time()
        changes: Mapping[str, Mapping[str, object]] = {
            "expired": {"exp": now - 1},
            "expired long ago": {"iat": 0, "exp": 600},
            "not yet issued": {"iat": now + 3600, "exp": now + 4200},
            "for another audience": {"aud": "internal"},
            "for many audiences": {"aud": ["linli", "other"]},
            "of another issuer": {"iss": "https://elsewhere.example"},
            "of nobody": {"sub": ""},
            "of a subject that is no id": {"sub": "administrator"},
            "with grants of text": {"grants": "ADMINISTRATOR@"},
            "with grants of no form": {"grants": ["ADMINISTRATOR"]},
            "with grants of numbers": {"grants": [7]},
            "with homes that are none": {"homes": ["7"]},
            "with ties of no form": {"homes": [str(new_id())], "ties": ["OWNER"]},
            "with ties of no time": {"homes": [str(new_id())], "ties": ["OWNER@yesterday"]},
            "with a tie to no home": {"homes": [], "ties": ["OWNER@0"]},
            "that never ends": {"exp": None},
            "that ends in words": {"exp": "tomorrow"},
            "that ends at infinity": {"exp": float("inf"), "sub": ""},
            "of no session": {"sid": None},
        }
        for name, change in changes.items():
            yield name, self._signed(header, payload | dict(change))
        for claim in ("iss", "aud", "sub", "sid", "kind", "grants", "iat", "exp"):
            yield f"without {claim}", self._signed(header, _without(payload, claim))
        yield "of another type", self._signed(header | {"typ": "JWT"}, payload)
        yield "without a type", self._signed(_without(header, "typ"), payload)
        yield "of an unknown key id", self._signed(header | {"kid": str(new_id())}, payload)
        yield "without a key id", self._signed(_without(header, "kid"), payload)
        yield "whose key id is a path", self._signed(header | {"kid": "../../keys/internal.key"}, payload)
        for name, kid in {"a list": ["a"], "a number": 7, "nothing": None, "an object": {"a": 1}}.items():
            yield f"whose key id is {name}", self._signed(header | {"kid": kid}, payload)
        yield "that needs an extension nobody knows", self._signed(header | {"crit": ["exp"]}, payload)
        yield "whose payload is said to be bare", self._signed(header | {"b64": False, "crit": ["b64"]}, payload)
        yield "of a subject told twice", self._raw(header, f'{json.dumps(payload)[:-1]}, "sub": "administrator"}}')
        yield "that ends at no number", self._raw(header, json.dumps(payload | {"exp": float("nan")}))
        yield "issued at no number", self._raw(header, json.dumps(payload | {"iat": float("nan")}))
        yield "that holds a token", self._raw(header, json.dumps(self.true))
        yield "that is a token in a token", self._raw(header | {"cty": "JWT"}, self.true)
        yield "whose payload is a list", _with(self.signing, header, [payload])
        yield "whose payload is words", _with(self.signing, header, "hello")

    def _misspelled(self) -> Iterator[tuple[str, str]]:
        yield from {
            "nothing after Bearer": "Bearer",
            "a space after Bearer": "Bearer  ",
            "a word": "Bearer hello",
            "two dots": "Bearer ..",
            "five parts": "Bearer a.b.c.d.e",
            "a hundred kilobytes": "Bearer " + "a" * 20_000,
            "not base64": "Bearer %%%.%%%.%%%",
            "a header that is a list": f"Bearer {_text([])}.{_text({})}.AAAA",
            "a header of deep brackets": f"Bearer {_text(b'[' * 2000)}.e30.AAAA",
            "an encrypted token": f"Bearer {_text({'alg': 'dir', 'enc': 'A256GCM'})}..AAAA.AAAA.AAAA",
            "in JSON": f'Bearer {{"payload": "{self.true}"}}',
            "a line end in it": f"Bearer {self.true[:40]}\t{self.true[40:]}",
            "padded": f"Bearer {self.true}==",
            "Basic": "Basic YTpi",
            "the token alone": self.true,
            "the house's own scheme": f"Internal {self.true}",
            "two tokens": f"Bearer {self.true}, Bearer {self.true}",
            "a token and a word": f"Bearer {self.true} x",
        }.items()

    def _raw(self, header: Mapping[str, Any], payload: str) -> str:
        """Signed over this very text."""
        signed = f"{_text(dict(header))}.{_text(payload.encode())}"
        return f"{signed}.{_text(self.signing.private_key.sign(signed.encode()))}"  # type: ignore[attr-defined]  # OKP

    def _signed(self, header: Mapping[str, Any], payload: Any) -> str:
        return _with(self.signing, header, payload)


def _without(members: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in members.items() if key != name}


def _with(key: Any, header: Mapping[str, Any], payload: Any) -> str:
    """Signed with this key, whatever the header says; by hand where the library would refuse to."""
    try:
        return jws.serialize_compact(dict(header), json.dumps(payload), key, algorithms=WRITTEN)
    except Exception:  # the library will not write what an attacker would
        signed = f"{_text(header)}.{_text(payload)}"
        return f"{signed}.{_text(key.private_key.sign(signed.encode()))}"
