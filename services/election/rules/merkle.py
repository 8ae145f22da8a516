"""RFC 6962, RFC 9162: the Merkle tree over a log's or a roll's leaves: roots, and proofs that something is in it or
that it only grew."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

NODE_PREFIX = b"\x01"
NOTHING = hashlib.sha256(b"").digest()
"""The root over no leaves."""


def node(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; of no leaves, SHA-256 of nothing. Time: one hash a leaf."""
    if not hashes:
        return NOTHING
    level = list(hashes)
    while len(level) > 1:
        paired = [node(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            paired.append(level[-1])
        level = paired
    return level[0]


class Frontier:
    """A log as its signer remembers it: the roots of its complete subtrees, largest first. Memory: log2 of the size."""

    def __init__(self, hashes: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._peaks: list[bytes] = []
        self.extend(hashes)

    def extend(self, hashes: Iterable[bytes]) -> None:
        """Append leaf hashes."""
        for one in hashes:
            peak, size = one, self.size
            while size & 1:
                peak = node(self._peaks.pop(), peak)
                size >>= 1
            self._peaks.append(peak)
            self.size += 1

    @property
    def root(self) -> bytes:
        if not self._peaks:
            return NOTHING
        *larger, found = self._peaks
        for peak in reversed(larger):
            found = node(peak, found)
        return found


class Tree:
    """A log that answers proofs in logarithmic time: every complete subtree's root is kept, level by level."""

    def __init__(self, hashes: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        self.extend(hashes)

    def __len__(self) -> int:
        return len(self._levels[0])

    def extend(self, hashes: Iterable[bytes]) -> None:
        """Append leaf hashes."""
        self._levels[0].extend(hashes)
        height = 0
        while len(self._levels[height]) > 1:
            if height + 1 == len(self._levels):
                self._levels.append([])
            below, above = self._levels[height], self._levels[height + 1]
            above.extend(node(below[at], below[at + 1]) for at in range(2 * len(above), len(below) - 1, 2))
            height += 1

    def root(self, size: int) -> bytes:
        """The root over the first `size` leaves. Errors: IndexError for more than there are."""
        self._check(0, size)
        return self._over(0, size) if size else NOTHING

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """That leaf `index` is in the tree of the first `size` leaves, nearest sibling first. Errors: IndexError."""
        self._check(index, size - 1)
        return tuple(self._siblings(index, 0, size))

    def consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        """That the tree of `size` leaves begins with that of `old`. Errors: IndexError."""
        self._check(old, size)
        return tuple(self._proof(old, 0, size, True)) if 0 < old < size else ()

    def _check(self, least: int, size: int) -> None:
        if not 0 <= least <= size <= len(self):
            raise IndexError(f"{least} of {size} of {len(self)} leaves")

    def _over(self, start: int, end: int) -> bytes:
        length = end - start
        if length & (length - 1) == 0:
            return self._levels[length.bit_length() - 1][start // length]
        middle = start + _split(length)
        return node(self._over(start, middle), self._over(middle, end))

    def _siblings(self, index: int, start: int, end: int) -> Iterator[bytes]:
        if end - start == 1:
            return
        middle = start + _split(end - start)
        if index < middle:
            yield from self._siblings(index, start, middle)
            yield self._over(middle, end)
        else:
            yield from self._siblings(index, middle, end)
            yield self._over(start, middle)

    def _proof(self, old: int, start: int, end: int, is_known: bool) -> Iterator[bytes]:
        """SUBPROOF of RFC 9162, 2.1.4.1; `is_known`: this very subtree was the whole old tree."""
        if old == end:
            if not is_known:
                yield self._over(start, end)
            return
        middle = start + _split(end - start)
        if old <= middle:
            yield from self._proof(old, start, middle, is_known)
            yield self._over(middle, end)
        else:
            yield from self._proof(old, middle, end, False)
            yield self._over(start, middle)


def _split(length: int) -> int:
    """The largest power of two below `length`."""
    return 1 << (length - 1).bit_length() - 1


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2. Whether the path leads from a leaf hash at `index` to the root over `size` leaves."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def is_extension(old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """RFC 9162, 2.1.4.2. Whether the log of `size` leaves begins with the one of `old` leaves."""
    if old == size or old == 0:
        return not path and (old_root == root if old == size else size >= 0 and old_root == NOTHING)
    if not 0 < old < size or not path:
        return False
    steps = list(path) if old & (old - 1) else [old_root, *path]
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node(step, before), node(step, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node(after, step)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == root
