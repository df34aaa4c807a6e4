"""An event in the one form that is hashed: what its day's seal in the ledger stands for (docs/decisions/0011-audit-seals.md)."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC

from fundapp.audit.models import AuditEvent

SALT_BYTES = 16
_WORDS = b"fundapp/audit/words/"


def content(event: AuditEvent) -> bytes:
    """All that an event says, with its salt: JSON with sorted keys and no blanks, in UTF-8. Of its words, their hash alone."""
    said = {
        "actor": event.actor,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "facts": event.facts,
        "id": event.id,
        "kind": event.kind,
        "salt": event.salt.hex(),
        "subject": event.subject,
        "words": event.words_hash.hex() if event.words_hash else "",
    }
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def words_hash(salt: bytes, words: str) -> bytes:
    """The salted hash of what somebody wrote."""
    return hashlib.sha256(_WORDS + salt + words.encode()).digest()


def words_fit(event: AuditEvent) -> bool:
    """Whether an event's words are those that were written, or were erased since."""
    row = event.words_row
    return row is None or event.words_hash == words_hash(row.salt, row.words)
