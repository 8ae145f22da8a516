"""BAL-7: the check code of a printed ballot, derived from a house key and kept nowhere; its QR, its check offline."""

import hashlib
import hmac
from base64 import b32encode
from uuid import UUID

from shared.sealing import Keys

PURPOSE = "election.paper.code"
LONG, SHORT = 26, 8
"""128 bits in the QR; the first eight characters are printed for typing."""
SPELLED = {ord("0"): "O", ord("1"): "I", ord("8"): "B"}
"""RFC 4648's alphabet has no 0, 1 and 8: who types one means the letter that looks like it."""


def code_of(keys: Keys, election_id: UUID, number: int) -> str:
    """26 characters of HMAC-SHA256 under the house's index key."""
    digest = keys.blind_index(PURPOSE, f"{election_id}/{number}", str)
    return b32encode(digest[1:17]).decode().rstrip("=")


def code_fits(keys: Keys, election_id: UUID, number: int, code: str) -> bool:
    """From the QR, its whole text or the code in it; or the eight characters that a person types."""
    told = code.strip().upper().removeprefix(qr_of(election_id, number, "")).translate(SPELLED)
    if len(told) not in (SHORT, LONG) or not told.isascii():
        return False
    return hmac.compare_digest(told, code_of(keys, election_id, number)[: len(told)])


def qr_of(election_id: UUID, number: int, code: str) -> str:
    """What the QR says, in the letters that make it smallest: `L1:<election>:<number>:<code>`."""
    return f"L1:{election_id.hex.upper()}:{number}:{code}"


def check_of(election_id: UUID, number: int, code: str) -> str:
    """What a tablet compares offline: SHA-256 of `<election>/<number>/<code>` in hex, told with the work list."""
    return hashlib.sha256(f"{election_id}/{number}/{code}".encode()).hexdigest()
