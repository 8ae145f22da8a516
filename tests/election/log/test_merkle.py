"""The Merkle tree against the plain recursive definition of RFC 9162 and against published roots."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.election.rules.leaves import leaf_hash
from services.election.rules.merkle import NOTHING, Frontier, Tree, is_extension, is_included, root_of

# The leaves and roots that certificate-transparency implementations test each other with.
BODIES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def plain_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = plain_split(len(leaves))
    return hashlib.sha256(b"\x01" + plain_root(leaves[:k]) + plain_root(leaves[k:])).digest()


def plain_split(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def plain_path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 9162, 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = plain_split(len(leaves))
    if m < k:
        return [*plain_path(m, leaves[:k]), plain_root(leaves[k:])]
    return [*plain_path(m - k, leaves[k:]), plain_root(leaves[:k])]


def plain_subproof(m: int, leaves: Sequence[bytes], b: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162, 2.1.4.1."""
    if m == len(leaves):
        return [] if b else [plain_root(leaves)]
    k = plain_split(len(leaves))
    if m <= k:
        return [*plain_subproof(m, leaves[:k], b), plain_root(leaves[k:])]
    return [*plain_subproof(m - k, leaves[k:], False), plain_root(leaves[:k])]


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


def test_published_roots_come_out() -> None:
    hashes = [leaf_hash(bytes.fromhex(body)) for body in BODIES]

    assert [root_of(hashes[: size + 1]).hex() for size in range(8)] == list(ROOTS)
    assert [Tree(hashes).root(size + 1).hex() for size in range(8)] == list(ROOTS)
    assert [Frontier(hashes[: size + 1]).root.hex() for size in range(8)] == list(ROOTS)


@pytest.mark.parametrize("size", [*range(18), 31, 32, 33, 64, 100])
def test_every_root_and_every_proof_is_the_recursive_definitions(size: int) -> None:
    leaves = leaves_of(size)
    tree = Tree(leaves)

    assert tree.root(size) == root_of(leaves) == Frontier(leaves).root == plain_root(leaves)
    for index in range(size):
        path = tree.inclusion(index, size)
        assert list(path) == plain_path(index, leaves)
        assert is_included(leaves[index], index, size, path, tree.root(size))
    for old in range(1, size + 1):
        path = tree.consistency(old, size)
        assert list(path) == (plain_subproof(old, leaves, True) if old < size else [])
        assert is_extension(old, tree.root(old), size, tree.root(size), path)


@given(st.integers(1, 300), st.data())
@settings(max_examples=300, deadline=None)
def test_a_tree_that_grew_in_steps_is_the_same_tree(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    cut = data.draw(st.integers(0, size))
    grown, frontier = Tree(leaves[:cut]), Frontier(leaves[:cut])
    grown.extend(leaves[cut:])
    frontier.extend(leaves[cut:])
    index = data.draw(st.integers(0, size - 1))

    assert grown.root(size) == frontier.root == root_of(leaves)
    assert grown.inclusion(index, size) == Tree(leaves).inclusion(index, size)
    assert grown.consistency(cut, size) == Tree(leaves).consistency(cut, size)
    assert len(grown) == frontier.size == size


@given(st.integers(2, 200), st.data())
@settings(max_examples=300, deadline=None)
def test_no_other_leaf_place_size_path_or_root_is_included(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    tree, index = Tree(leaves), data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda one: one != index))
    path, root = list(tree.inclusion(index, size)), tree.root(size)
    turned = data.draw(st.integers(0, len(path) - 1))

    assert not is_included(leaves[other], index, size, path, root)
    assert not is_included(leaves[index], other, size, path, root)
    assert not is_included(leaves[index], index, size, path[:-1], root)
    assert not is_included(leaves[index], index, size, [*path, root], root)
    assert not is_included(leaves[index], index, size, [*path[:turned], NOTHING, *path[turned + 1 :]], root)
    assert not is_included(leaves[index], index, size, path, tree.root(size - 1))
    assert not is_included(leaves[index], size, size, path, root)


@given(st.integers(2, 200), st.data())
@settings(max_examples=300, deadline=None)
def test_a_log_that_lost_a_leaf_or_swapped_two_is_no_extension(size: int, data: st.DataObject) -> None:
    """Whatever path is offered: the ones that either log itself would give."""
    leaves = leaves_of(size)
    old = data.draw(st.integers(1, size - 1))
    at = data.draw(st.integers(0, old - 1))
    signed = Tree(leaves).root(old)
    lost, changed = leaves[:at] + leaves[at + 1 :], [*leaves[:at], leaf_hash(b"x"), *leaves[at + 1 :]]

    for forged in (lost, changed):
        if len(forged) < old:
            continue
        for path in (Tree(forged).consistency(old, len(forged)), Tree(leaves).consistency(old, size)):
            assert not is_extension(old, signed, len(forged), root_of(forged), path)


def test_edges_of_extensions() -> None:
    leaves = leaves_of(5)
    tree = Tree(leaves)

    assert is_extension(0, NOTHING, 5, tree.root(5), ())
    assert is_extension(5, tree.root(5), 5, tree.root(5), ())
    assert not is_extension(5, tree.root(5), 5, tree.root(4), ())
    assert not is_extension(5, tree.root(5), 4, tree.root(4), ())
    assert not is_extension(3, tree.root(3), 5, tree.root(5), ())
    assert not is_extension(0, tree.root(1), 5, tree.root(5), ())
    assert not is_included(leaves[0], 0, 0, (), NOTHING)


@pytest.mark.parametrize("asked", [(5, 5), (0, 6), (-1, 3)])
def test_a_proof_of_what_is_not_there_is_an_error(asked: tuple[int, int]) -> None:
    with pytest.raises(IndexError):
        Tree(leaves_of(5)).inclusion(*asked)
