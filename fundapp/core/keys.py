"""Codes, signatures and links that nobody can guess or forge."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from fundapp.core import clock

# A standing link names the version of the key it was made with, so that keys can be rotated.
LINK_VERSION = "1"


class Keys:
    """Everything that is derived from the secrets in the settings. Each purpose has a key of its own."""

    def __init__(self, secret_key: str, private_keys: Sequence[str]) -> None:
        self._secret = secret_key.encode()
        self._private = [key.encode() for key in private_keys]

    def mac(self, purpose: str, message: str) -> bytes:
        """HMAC-SHA-256 (RFC 2104) of a message, under a key that serves this purpose alone."""
        key = hmac.digest(self._secret, f"fundapp/{purpose}".encode(), "sha256")
        return hmac.digest(key, message.encode(), "sha256")

    def link_token(self, kind: str, identity: str) -> str:
        """The token of a standing link: 160 bits, made again from kind and id by whoever holds the key."""
        return _text(self.mac("link", f"{LINK_VERSION}:{kind}:{identity}")[:20])

    def sign(self, purpose: str, text: str, expires_at: datetime) -> str:
        """A text with its expiry and signature, in letters that fit a form field. `text` holds no full stop."""
        body = f"{text}.{int(expires_at.timestamp())}"
        return f"{body}.{_text(self.mac(purpose, body)[:20])}"

    def unsign(self, purpose: str, signed: str) -> str | None:
        """The text that was signed, or None when it was not signed here for this purpose, or is too old."""
        body, _, signature = signed.rpartition(".")
        text, _, expiry = body.rpartition(".")
        expected = _text(self.mac(purpose, body)[:20])
        if not hmac.compare_digest(signature.encode(), expected.encode()) or not expiry.isdigit():
            return None
        return text if int(expiry) >= clock.now().timestamp() else None


def token_hash(token: str) -> bytes:
    """What the database keeps of a link or a session: enough to find it, not enough to use it."""
    return hashlib.sha256(token.encode()).digest()


def random_token() -> str:
    """A one-time token of 192 bits."""
    return secrets.token_urlsafe(24)


def random_code(alphabet: str, length: int) -> str:
    """A random code for people to read and type."""
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
