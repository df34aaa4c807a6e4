"""Merkle trees against RFC 6962's own recursive words, against pymerkle's roots, and against whoever forges a proof."""

from __future__ import annotations

import hashlib
import warnings
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from fundapp.ledger.merkle import (
    EMPTY_ROOT,
    TILE_WIDTH,
    Hashes,
    Tree,
    leaf_hash,
    node_hash,
    subtree_root,
    tile_widths,
    verify_consistency,
    verify_inclusion,
)

MOST = 300
DATA = [b"leaf %d" % n for n in range(MOST)]
LEAVES = [leaf_hash(one) for one in DATA]


def split(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


@cache
def mth(first: int, last: int) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word."""
    if first == last:
        return hashlib.sha256(b"").digest()
    if last - first == 1:
        return hashlib.sha256(b"\x00" + DATA[first]).digest()
    k = first + split(last - first)
    return hashlib.sha256(b"\x01" + mth(first, k) + mth(k, last)).digest()


def path(m: int, first: int, last: int) -> list[bytes]:
    """PATH of section 2.1.1."""
    if last - first == 1:
        return []
    k = first + split(last - first)
    return [*path(m, first, k), mth(k, last)] if m < k else [*path(m, k, last), mth(first, k)]


def subproof(m: int, first: int, last: int, whole: bool) -> list[bytes]:
    """SUBPROOF of section 2.1.2; `m` counts from the tree's beginning."""
    if m == last:
        return [] if whole else [mth(first, last)]
    k = first + split(last - first)
    if m <= k:
        return [*subproof(m, first, k, whole), mth(k, last)]
    return [*subproof(m, k, last, False), mth(first, k)]


def tree(size: int) -> Tree:
    return Tree(size, Hashes(LEAVES[:size]))


class Counted:
    """Tiles that note what is asked of them, and hold hashes of nothing."""

    def __init__(self, size: int) -> None:
        self.size, self.asked = size, list[tuple[int, int, int]]()

    def hashes(self, level: int, n: int, width: int) -> list[bytes]:
        assert 0 < width <= TILE_WIDTH
        assert n * TILE_WIDTH + width <= self.size >> (8 * level), "asked for hashes that no tree of this size has"
        self.asked.append((level, n, width))
        return [hashlib.sha256(b"%d %d %d" % (level, n, at)).digest() for at in range(width)]


def test_leaves_and_nodes_are_told_apart() -> None:
    assert leaf_hash(b"") == hashlib.sha256(b"\x00").digest()
    assert node_hash(b"a" * 32, b"b" * 32) == hashlib.sha256(b"\x01" + b"a" * 32 + b"b" * 32).digest()
    assert tree(0).root() == EMPTY_ROOT == hashlib.sha256(b"").digest()


def test_roots_are_those_of_the_recursive_definition() -> None:
    for size in range(1, MOST + 1):
        assert tree(size).root() == mth(0, size), size


def test_roots_are_pymerkles() -> None:
    other = InmemoryTree(algorithm="sha256")
    for one in DATA:
        other.append_entry(one)
    for size in (1, 2, 3, 37, 128, 255, 256, 257, 300):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            assert tree(size).root() == other.get_root(size), size


def test_every_leaf_of_every_tree_is_shown_to_be_in_it() -> None:
    for size in [*range(1, 70), 127, 128, 129, 255, 256, 257, 300]:
        root, whole = mth(0, size), tree(size)
        for index in range(size):
            proof = whole.inclusion(index)
            assert proof == path(index, 0, size)
            assert verify_inclusion(leaf=LEAVES[index], index=index, size=size, path=proof, root=root)


def test_every_tree_is_shown_to_be_the_beginning_of_every_later_one() -> None:
    for size in range(1, 71):
        whole = tree(size)
        for old in range(1, size + 1):
            proof = whole.consistency(old)
            assert proof == subproof(old, 0, size, True)
            assert verify_consistency(old_size=old, old_root=mth(0, old), size=size, root=mth(0, size), proof=proof)


@pytest.mark.parametrize(("old", "size"), [(1, 300), (255, 256), (256, 257), (256, 300), (257, 300), (299, 300)])
def test_consistency_holds_across_tiles(old: int, size: int) -> None:
    proof = tree(size).consistency(old)
    assert proof == subproof(old, 0, size, True)
    assert verify_consistency(old_size=old, old_root=mth(0, old), size=size, root=mth(0, size), proof=proof)


def forged(proof: list[bytes]) -> list[list[bytes]]:
    """A proof with something changed, dropped, doubled, exchanged or added."""
    wrong = [[*proof[:at], hashlib.sha256(one).digest(), *proof[at + 1 :]] for at, one in enumerate(proof)]
    wrong += [[*proof[:at], *proof[at + 1 :]] for at in range(len(proof))]
    wrong += [[*proof[:at], one, *proof[at:]] for at, one in enumerate(proof)]
    wrong += [proof[::-1]] if len(proof) > 1 else []
    return [*wrong, [*proof, proof[-1] if proof else LEAVES[0]], [LEAVES[0], *proof]]


@given(st.integers(1, 70), st.data())
def test_no_forged_path_is_taken(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, root = tree(size).inclusion(index), mth(0, size)
    for wrong in forged(proof):
        assert not verify_inclusion(leaf=LEAVES[index], index=index, size=size, path=wrong, root=root)
    assert not verify_inclusion(leaf=LEAVES[index + 1], index=index, size=size, path=proof, root=root)
    assert not verify_inclusion(leaf=LEAVES[index], index=index, size=size, path=proof, root=LEAVES[0] if size > 1 else LEAVES[1])
    for other in {index - 1, index + 1, size, -1, index + 2**64} - {index}:
        assert not verify_inclusion(leaf=LEAVES[index], index=other, size=size, path=proof, root=root)


@given(st.integers(2, 70), st.data())
def test_no_forged_consistency_is_taken(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    proof, root, old_root = tree(size).consistency(old), mth(0, size), mth(0, old)
    for wrong in forged(proof):
        assert not verify_consistency(old_size=old, old_root=old_root, size=size, root=root, proof=wrong)
    assert not verify_consistency(old_size=old, old_root=root, size=size, root=root, proof=proof)
    assert not verify_consistency(old_size=old, old_root=old_root, size=size, root=old_root, proof=proof)
    assert not verify_consistency(old_size=size, old_root=root, size=old, root=old_root, proof=proof)
    assert not verify_consistency(old_size=old, old_root=old_root, size=size, root=root, proof=[])
    assert not verify_consistency(old_size=size, old_root=old_root, size=size, root=root, proof=[])
    assert not verify_consistency(old_size=0, old_root=EMPTY_ROOT, size=size, root=root, proof=[])


def test_a_proof_for_what_is_not_there_is_refused() -> None:
    for index in (-1, 5, 6):
        with pytest.raises(ValueError, match="is not in a tree of 5"):
            tree(5).inclusion(index)
    for old in (-1, 0, 6):
        with pytest.raises(ValueError, match="is not the beginning of one of 5"):
            tree(5).consistency(old)


def test_a_full_subtree_has_a_power_of_two_of_hashes() -> None:
    assert subtree_root(LEAVES[:256]) == mth(0, 256)
    for count in (0, 3, 255, 257):
        with pytest.raises(ValueError, match="a power of two"):
            subtree_root(LEAVES[:count])


def test_the_last_tiles_of_a_tree_are_those_of_c2sps_examples() -> None:
    # C2SP tlog-tiles, "Partial Tiles": 70,000 leaves are 273 full tiles and one of 112, one full tile and one of 17, and one of 1.
    assert tile_widths(70_000) == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    # "a tree of size 256 will be represented by a full level 0 tile and a partial level 1 tile of width 1".
    assert tile_widths(256) == [(1, 0, 1)]
    assert tile_widths(0) == []
    assert tile_widths(255) == [(0, 0, 255)]
    assert tile_widths(257) == [(0, 1, 1), (1, 0, 1)]
    assert tile_widths(65_536) == [(2, 0, 1)]
    assert tile_widths(65_536 + 511) == [(0, 257, 255), (1, 1, 1), (2, 0, 1)]


@pytest.mark.parametrize("size", [255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_536 + 256, 70_000])
def test_roots_and_proofs_hold_where_tiles_begin_and_end(size: int) -> None:
    # A row of the tree at a time, whole from the leaves up: another way than by tiles.
    leaves = [hashlib.sha256(n.to_bytes(4, "big")).digest() for n in range(size)]
    row = leaves
    while len(row) > 1:
        row = [*(node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)), *(row[-1:] if len(row) % 2 else [])]
    whole = Tree(size, Kept(leaves))
    assert whole.root() == row[0]
    for index in {0, 1, 254, 255, 256, size // 2, size - 2, size - 1} & set(range(size)):
        assert verify_inclusion(leaf=leaves[index], index=index, size=size, path=whole.inclusion(index), root=row[0])
    for old in {1, 254, 255, 256, 257, 65_535, 65_536, size - 1} & set(range(1, size)):
        old_root = Tree(old, whole.tiles).root()
        assert verify_consistency(old_size=old, old_root=old_root, size=size, root=row[0], proof=whole.consistency(old))


class Kept:
    """Tiles over leaves, each hash of a higher tile reckoned once."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.rows = [leaves]
        while len(self.rows[-1]) >= TILE_WIDTH:
            below = self.rows[-1]
            self.rows.append([subtree_root(below[at : at + TILE_WIDTH]) for at in range(0, len(below) - TILE_WIDTH + 1, TILE_WIDTH)])

    def hashes(self, level: int, n: int, width: int) -> list[bytes]:
        found = self.rows[level][n * TILE_WIDTH : n * TILE_WIDTH + width]
        assert len(found) == width
        return found


def test_a_tree_of_a_million_reads_two_tiles_a_level_and_each_once() -> None:
    size = 1_234_567
    for read in (lambda one: one.root(), lambda one: one.inclusion(777_777), lambda one: one.consistency(654_321)):
        tiles = Counted(size)
        read(Tree(size, tiles))
        assert len(tiles.asked) == len({(level, n) for level, n, _ in tiles.asked}) <= 6
    tiles = Counted(size)
    Tree(size, tiles).root()
    assert sorted(tiles.asked) == [(level, n, width) for level, n, width in tile_widths(size)]


@given(st.integers(1, 2**40), st.data())
def test_no_tree_asks_for_hashes_that_are_not_there_yet(size: int, data: st.DataObject) -> None:
    tiles = Counted(size)
    whole = Tree(size, tiles)
    whole.root()
    assert len(whole.inclusion(data.draw(st.integers(0, size - 1)))) <= 40
    whole.consistency(data.draw(st.integers(1, size)))
    assert len(tiles.asked) <= 3 * 6
