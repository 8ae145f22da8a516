"""RFC 6962: the Merkle tree over a log's or a roll's leaves: root, inclusion and consistency, in plain functions."""

import hashlib
from collections.abc import Sequence

NODE_PREFIX = b"\x01"


def node(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; of no leaves, SHA-256 of nothing. Time: one hash a leaf."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    level = list(hashes)
    while len(level) > 1:
        paired = [node(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            paired.append(level[-1])
        level = paired
    return level[0]
