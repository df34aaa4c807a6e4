"""A small ledger made by the words of the standards alone, to try the verifiers on. It has nothing of fundapp in it.

Roots and paths are RFC 6962's recursive definitions, written down as they stand there; the files are C2SP's.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "fund.example/ledger"
NONCE = bytes(range(16))
PRIVATE = {
    "actor": "stripe",
    "event_key": "charge:ch_1",
    "happened_on": "2026-11-03",
    "recorded_at_us": 1_793_700_000_000_000,
    "subject": "donation:9",
    "version": "ledger/v1",
}


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def root(hashes: list[bytes]) -> bytes:
    """MTH(D[n]), section 2.1, from the leaves' hashes on."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256(b"")
    middle = split(len(hashes))
    return sha256(b"\x01" + root(hashes[:middle]) + root(hashes[middle:]))


def path(index: int, hashes: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]), section 2.1.1."""
    if len(hashes) < 2:
        return []
    middle = split(len(hashes))
    if index < middle:
        return [*path(index, hashes[:middle]), root(hashes[middle:])]
    return [*path(index - middle, hashes[middle:]), root(hashes[:middle])]


def jcs(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@cache
def leaf(number: int) -> bytes:
    """An entry that nobody looks into."""
    return sha256(b"\x00" + f"entry {number}".encode())


def hashes(count: int) -> list[bytes]:
    return [leaf(number) for number in range(count)]


@dataclass(frozen=True)
class Signed:
    """Whoever signs a ledger's checkpoints."""

    name: str = ORIGIN
    seed: bytes = bytes(32)

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def data(self) -> bytes:
        return b"\x01" + self.private.public_key().public_bytes_raw()

    @property
    def number(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + self.data)[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.number.hex()}+{b64(self.data)}"

    def line(self, text: str) -> str:
        return f"— {self.name} {b64(self.number + self.private.sign(text.encode()))}\n"

    def checkpoint(self, leaves: list[bytes], origin: str = "") -> str:
        text = f"{origin or self.name}\n{len(leaves)}\n{b64(root(leaves))}\n"
        return f"{text}\n{self.line(text)}"


KEY = Signed()
OTHER_KEY = Signed(seed=bytes(range(32)))


@dataclass
class Proof:
    """The parts of a proof, each of which a test may spoil before it writes the file."""

    index: int = 3
    size: int = 7
    private: dict[str, Any] = field(default_factory=lambda: dict(PRIVATE))
    nonce: bytes = NONCE
    key: Signed = KEY
    entry_parts: dict[str, Any] = field(default_factory=dict)

    @property
    def entry(self) -> dict[str, Any]:
        return {
            "kind": "gift.charged",
            "month": "2026-11",
            "number": 4714,
            "private": sha256(self.nonce + jcs(self.private).encode()).hex(),
            "transfers": [{"amount_pence": 123_450, "credit": "donations", "debit": "stripe-clearing", "fund": "public-giving"}],
            "version": "ledger/v1",
            **self.entry_parts,
        }

    @property
    def extra(self) -> dict[str, str]:
        return {"entry": jcs(self.entry), "nonce": self.nonce.hex(), "private": jcs(self.private)}

    @property
    def leaves(self) -> list[bytes]:
        found = hashes(self.size)
        found[self.index] = sha256(b"\x00" + jcs(self.entry).encode())
        return found

    @property
    def note(self) -> str:
        return self.key.checkpoint(self.leaves)

    def written(self, **instead: Any) -> str:
        """The file, with some of its parts instead of the true ones."""
        extra = instead.get("extra", jcs(self.extra))
        steps = instead.get("path", [b64(one) for one in path(self.index, self.leaves)])
        head = ["c2sp.org/tlog-proof@v1", f"extra {b64(extra.encode())}", f"index {instead.get('index', self.index)}", *steps]
        return "\n".join([*head, "", instead.get("note", self.note)])


def tile_name(number: int) -> str:
    """C2SP tlog-tiles: three digits an element, all but the last behind an x."""
    digits = f"{number:0{(len(str(number)) + 2) // 3 * 3}}"
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])


def publish(folder: Path, leaves: list[bytes], key: Signed = KEY) -> Path:
    """Write what a ledger of these leaves serves: its checkpoint, and the tiles of level 0."""
    for number in range(0, len(leaves), 256):
        tile = leaves[number : number + 256]
        name = tile_name(number // 256) + (f".p/{len(tile)}" if len(tile) < 256 else "")
        file = folder / "tile" / "0" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"".join(tile))
    (folder / "checkpoint").write_text(key.checkpoint(leaves))
    return folder
