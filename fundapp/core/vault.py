"""What is personal is encrypted before it reaches the database, under keys that the database never sees.

AES-256-GCM (NIST SP 800-38D) by way of `cryptography`, with a random nonce of 96 bits. Each sealed value names the key it was
sealed with, so that keys are rotated without a pause, and is bound to its purpose, so that one column's value opens in no other.
To find a row by a value nobody can read there, the row carries an index: an HMAC of the value under a key of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORM = b"\x01"
MARK_BYTES = 4
NONCE_BYTES = 12
TAG_BYTES = 16
_HEAD = len(FORM) + MARK_BYTES


class Unreadable(Exception):
    """A sealed value that no key we hold opens: changed, from elsewhere, or of a retired key. Says nothing of what it holds."""


class Vault:
    """Seals and opens. The first key seals; every key opens what it once sealed."""

    def __init__(self, private_keys: Sequence[str]) -> None:
        if not private_keys:
            raise ValueError("A vault needs a key: PRIVATE_KEYS is empty.")
        self._keys = {mark(key): key.encode() for key in private_keys}
        self.newest = mark(private_keys[0])
        # Deriving takes longer than sealing.
        self._cipher = lru_cache(maxsize=512)(self._derive_cipher)
        self._index_key = lru_cache(maxsize=512)(self._derive)

    @property
    def marks(self) -> tuple[bytes, ...]:
        """What each key is known by in sealed values, newest first. It tells nothing of the key."""
        return tuple(self._keys)

    def seal(self, purpose: str, plain: bytes) -> bytes:
        """Encrypt under the newest key. The same words twice give different bytes."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        head = FORM + self.newest
        return head + nonce + self._cipher(self.newest, purpose).encrypt(nonce, plain, head + purpose.encode())

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """What was sealed for this purpose. Raises Unreadable."""
        head, nonce, hidden = sealed[:_HEAD], sealed[_HEAD : _HEAD + NONCE_BYTES], sealed[_HEAD + NONCE_BYTES :]
        if head[:1] != FORM or head[1:] not in self._keys or len(hidden) < TAG_BYTES:
            raise Unreadable(f"{purpose}: no key of ours opens it")
        try:
            return self._cipher(head[1:], purpose).decrypt(nonce, hidden, head + purpose.encode())
        except InvalidTag as error:
            raise Unreadable(f"{purpose}: it is not what was sealed") from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether it was sealed with the newest key."""
        return sealed[:_HEAD] == FORM + self.newest

    def index(self, purpose: str, text: str) -> bytes:
        """What a row is found by: 32 bytes, the same for the same text under the newest key."""
        return self._indexed(self.newest, purpose, text)

    def indexes(self, purpose: str, text: str) -> list[bytes]:
        """The same under every key, newest first: until rows are sealed anew, some are found by an older one."""
        return [self._indexed(key, purpose, text) for key in self._keys]

    def indexes_of_all(self, purpose: str, texts: Iterable[str]) -> list[bytes]:
        """The indexes of several texts, in one list."""
        return [found for text in texts for found in self.indexes(purpose, text)]

    def _indexed(self, key: bytes, purpose: str, text: str) -> bytes:
        return hmac.digest(self._index_key(key, f"index/{purpose}"), text.encode(), "sha256")

    def _derive(self, key: bytes, purpose: str) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"fundapp/{purpose}".encode()).derive(self._keys[key])

    def _derive_cipher(self, key: bytes, purpose: str) -> AESGCM:
        return AESGCM(self._derive(key, f"seal/{purpose}"))


def mark(private_key: str) -> bytes:
    """What a key is known by in sealed values."""
    return hashlib.sha256(b"fundapp/key-mark/" + private_key.encode()).digest()[:MARK_BYTES]


def new_key() -> str:
    """A key of 256 bits for PRIVATE_KEYS, without a comma or a space in it."""
    return secrets.token_urlsafe(32)
