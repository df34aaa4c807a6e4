"""A device that keeps passkeys, in software: it answers as a browser would, and lies when it is told to."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

ORIGIN = "http://localhost:8000"
PRESENT, VERIFIED, ATTESTED = 1, 4, 64


@dataclass
class Device:
    """One passkey on one device. `origin` and `rp_id` are where its browser believes to be."""

    origin: str = ORIGIN
    rp_id: str = "localhost"
    count: int = 0
    verifies: bool = True
    handle: bytes = b""
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: str) -> str:
        """Answer a page that asks for a new passkey."""
        asked = json.loads(options)
        self.handle = base64url_to_bytes(asked["user"]["id"])
        credential = b"\0" * 16 + len(self.credential_id).to_bytes(2, "big") + self.credential_id + self._public()
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._said(ATTESTED) + credential})
        return self._answer({"attestationObject": made, "clientDataJSON": self._client("webauthn.create", asked["challenge"])})

    def sign(self, options: str, **instead: Any) -> str:
        """Answer a page that asks for a passkey. `instead` replaces parts of the answer."""
        client = self._client("webauthn.get", json.loads(options)["challenge"])
        self.count += 1
        said = self._said()
        signature = self.key.sign(said + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        parts = {"authenticatorData": said, "clientDataJSON": client, "signature": signature, "userHandle": self.handle}
        return self._answer(parts | instead)

    def _said(self, more: int = 0) -> bytes:
        flags = PRESENT | (VERIFIED if self.verifies else 0) | more
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _public(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return bytes(cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}))

    def _answer(self, response: dict[str, bytes]) -> str:
        shown = bytes_to_base64url(self.credential_id)
        told = {name: bytes_to_base64url(part) for name, part in response.items()}
        return json.dumps({"id": shown, "rawId": shown, "type": "public-key", "response": told, "clientExtensionResults": {}})
