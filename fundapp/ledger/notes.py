"""Signed checkpoints as C2SP has them: signed-note, and the body of tlog-checkpoint. Ed25519 alone (signed-note's type 0x01)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fundapp.ledger.merkle import HASH_BYTES

ED25519 = b"\x01"
KEY_ID_BYTES = 4
SIGNATURE_BYTES = 64
DASH = "\N{EM DASH}"
PRIVATE = "PRIVATE+KEY"
# Far above any note of ours, with room for the 16 signatures of other kinds that signed-note has verifiers accept; and whoever
# hands us one to check shall not make us read for ever.
LONGEST_NOTE = 1_000_000

_NAME = re.compile(r"[^\s+\x00-\x1f]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_KEY_ID = re.compile(r"[0-9a-f]{8}", re.ASCII)


class BadNote(ValueError):
    """A key, a note or a checkpoint that is not what the formats say. Its words are a sentence."""


@dataclass(frozen=True)
class Verifier:
    """A public key with its name."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Read a verifier key line: name, key id in eight hexadecimal digits, key. Raises BadNote."""
        name, key_id, data = _parts(vkey.strip(), 3)
        verifier = cls(name, _key_bytes(data))
        if key_id != verifier.key_id.hex():
            raise BadNote("The key's number does not fit its name and its bytes.")
        return verifier

    @cached_property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256 of the name, a line feed, the type and the key (signed-note, "Signatures")."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:KEY_ID_BYTES]

    @property
    def vkey(self) -> str:
        """The verifier key line."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    def verifies(self, note: str) -> bool:
        """Whether this key signed the note. Signatures by others do not matter. Raises BadNote for what is no note."""
        text, signatures = split_note(note)
        made = [signature for name, key_id, signature in signatures if (name, key_id) == (self.name, self.key_id)]
        return bool(made) and all(self._signed(text, signature) for signature in made)

    def _signed(self, text: str, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Signer:
    """A private key with its name. It never shows itself in a log or an error."""

    name: str
    _seed: bytes

    @classmethod
    def generate(cls, name: str) -> Signer:
        """A new key. Raises BadNote for a name with spaces or a plus in it."""
        if not _NAME.fullmatch(name):
            raise BadNote("A key's name has no spaces and no plus.")
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, skey: str) -> Signer:
        """Read a private key line, as `skey` writes it. Raises BadNote, without the key in its words."""
        private, word, name, key_id, data = _parts(skey.strip(), 5)
        if f"{private}+{word}" != PRIVATE:
            raise BadNote("A signing key begins with PRIVATE+KEY.")
        signer = cls(name, _key_bytes(data))
        if key_id != signer.verifier.key_id.hex():
            raise BadNote("The signing key's number does not fit its name and its bytes.")
        return signer

    @cached_property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self._private.public_key().public_bytes_raw())

    @property
    def skey(self) -> str:
        """The private key line: to be kept where only the worker reads it."""
        return f"{PRIVATE}+{self.name}+{self.verifier.key_id.hex()}+{base64.b64encode(ED25519 + self._seed).decode()}"

    def sign(self, text: str) -> str:
        """The text as a signed note. It ends in a line feed and has no blank line of its own."""
        signature = self.verifier.key_id + self._private.sign(text.encode())
        return f"{text}\n{DASH} {self.name} {base64.b64encode(signature).decode()}\n"

    def __repr__(self) -> str:
        return f"Signer({self.name!r})"

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._seed)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says: whose ledger, how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The body that is signed (tlog-checkpoint)."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, note: str) -> Checkpoint:
        """Read the body of a note; lines after the third are other people's extensions. Raises BadNote. Checks no signature."""
        text, _ = split_note(note)
        lines = text.split("\n")
        if len(lines) < 4 or not all(lines[:-1]):
            raise BadNote("A checkpoint has three lines, none of them empty: origin, size, root.")
        if not _SIZE.fullmatch(lines[1]):
            raise BadNote("A checkpoint's second line is how many entries it covers.")
        root = _decoded(lines[2])
        if len(root) != HASH_BYTES:
            raise BadNote("A checkpoint's third line is a hash of 32 bytes.")
        return cls(lines[0], int(lines[1]), root)


def split_note(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """A note's text, and its signatures as (name, key id, signature). Raises BadNote."""
    if len(note) > LONGEST_NOTE or not note.endswith("\n") or any(ord(one) < 32 and one != "\n" for one in note):
        raise BadNote("This is not a signed note: it is too long, has control characters, or does not end in a line feed.")
    text, found, rest = note.rpartition("\n\n")
    if not found or not rest:
        raise BadNote("A signed note has a text, an empty line, and signatures.")
    return text + "\n", [_signature(line) for line in rest[:-1].split("\n")]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    dash, _, after = line.partition(" ")
    name, _, encoded = after.partition(" ")
    if dash != DASH or not _NAME.fullmatch(name):
        raise BadNote("A signature's line begins with a dash and a name.")
    data = _decoded(encoded)
    if len(data) <= KEY_ID_BYTES:
        raise BadNote("A signature is too short.")
    return name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:]


def _parts(line: str, count: int) -> list[str]:
    parts = line.split("+", count - 1)
    if len(parts) != count or not _NAME.fullmatch(parts[-3]) or not _KEY_ID.fullmatch(parts[-2]):
        raise BadNote("This is not a key: it is written like name+0123abcd+AQ…")
    return parts


def _key_bytes(encoded: str) -> bytes:
    data = _decoded(encoded)
    if len(data) != 1 + HASH_BYTES or data[:1] != ED25519:
        raise BadNote("Only Ed25519 keys are known here.")
    return data[1:]


def _decoded(encoded: str) -> bytes:
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("Something here should be base64 and is not.") from None
    if base64.b64encode(data).decode() != encoded:
        raise BadNote("Something here is base64 written in another way than the standard one.")
    return data
