"""The bytes that an entry's leaf hash is made of: `ledger/v1`, frozen (docs/decisions/0003-canonical-bytes.md).

Nothing here may change what it returns for a record that it could already encode. tests/unit/ledger/vectors.json holds it to that.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from fundapp.ledger.draft import MOST_PENCE, Record

VERSION = "ledger/v1"
# What the column `leaf_version` holds for it.
LEAF_VERSION = 1
NONCE_BYTES = 16
# RFC 6962 section 2.1: a leaf is hashed behind this byte, a node behind 0x01, so that neither can pass for the other.
LEAF_PREFIX = b"\x00"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Made once: json.dumps would make one for every record.
_JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
_KEY = re.compile(r"[a-z0-9][a-z0-9_.:-]*", re.ASCII)
# What JSON writes as it stands, between two quotation marks.
_PLAIN = re.compile(r"[A-Za-z0-9:._/-]*", re.ASCII)


def leaf_hash(record: Record) -> bytes:
    """SHA-256 of 0x00 and the canonical bytes: the leaf of RFC 6962."""
    return hashlib.sha256(LEAF_PREFIX + canonical_bytes(record)).digest()


def canonical_bytes(record: Record) -> bytes:
    """The public part, with the private part in it as one fingerprint."""
    return _written_out(record) if _is_plain(record) else encode(public_part(record))


def _is_plain(record: Record) -> bool:
    """Whether it is what nearly every entry is: plain references and money, and nothing besides."""
    draft = record.draft
    if draft.public or draft.private or draft.reason or draft.note or draft.reverses is not None or record.forced:
        return False
    words, numbers = [draft.kind, draft.actor, draft.event_key, draft.subject], [record.number, microseconds(record.recorded_at)]
    for line in draft.lines:
        words += (line.credit, line.debit, line.fund)
        numbers.append(line.amount_pence)
    counted = set(map(type, numbers)) == {int} and max(numbers) <= MOST_PENCE and min(numbers) >= 0
    return counted and _PLAIN.fullmatch("".join(words)) is not None


def _written_out(record: Record) -> bytes:
    """What `encode` makes of a plain record, written down at once: a quarter of the time, which every posting pays (`script/bench`)."""
    draft = record.draft
    private = (
        f'{{"actor":"{draft.actor}","event_key":"{draft.event_key}","happened_on":"{draft.happened_on.isoformat()}",'
        f'"recorded_at_us":{microseconds(record.recorded_at)},"subject":"{draft.subject}","version":"{VERSION}"}}'
    )
    transfers = ",".join(
        [
            f'{{"amount_pence":{line.amount_pence},"credit":"{line.credit}","debit":"{line.debit}","fund":"{line.fund}"}}'
            for line in draft.lines
        ]
    )
    return (
        f'{{"kind":"{draft.kind}","month":"{draft.happened_on.isoformat()[:7]}","number":{record.number},'
        f'"private":"{_hidden(record.nonce, private.encode())}","transfers":[{transfers}],"version":"{VERSION}"}}'
    ).encode()


def public_part(record: Record) -> dict[str, Any]:
    """What whoever holds the receipt may see. The month is that of the day it happened on."""
    draft = record.draft
    part: dict[str, Any] = {
        "kind": draft.kind,
        "month": draft.happened_on.isoformat()[:7],
        "number": record.number,
        "private": fingerprint(record),
        "transfers": [
            {"amount_pence": line.amount_pence, "credit": line.credit, "debit": line.debit, "fund": line.fund} for line in draft.lines
        ],
        "version": VERSION,
    }
    if draft.public:
        part["particulars"] = draft.public
    if draft.reverses is not None:
        part["reverses"] = draft.reverses
    return part


def private_part(record: Record) -> dict[str, Any]:
    """What stays with the Fund and its auditor, and is sealed all the same. Times are whole microseconds since 1970, UTC."""
    draft = record.draft
    part: dict[str, Any] = {
        "actor": draft.actor,
        "event_key": draft.event_key,
        "happened_on": draft.happened_on.isoformat(),
        "recorded_at_us": microseconds(record.recorded_at),
        "subject": draft.subject,
        "version": VERSION,
    }
    if draft.reason:
        part["reason"] = draft.reason
    if draft.note:
        part["note"] = draft.note
    if record.forced:
        part["forced"] = 1
    if draft.private:
        part["particulars"] = draft.private
    return part


def fingerprint(record: Record) -> str:
    """SHA-256 of the nonce and the private bytes, in hexadecimal. Without the nonce nobody can try guesses against it."""
    return _hidden(record.nonce, encode(private_part(record)))


def _hidden(nonce: bytes, private: bytes) -> str:
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"a nonce has {NONCE_BYTES} bytes")
    return hashlib.sha256(nonce + private).hexdigest()


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970, UTC, without a float on the way. Raises ValueError for a moment without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def encode(value: dict[str, Any]) -> bytes:
    """JSON as RFC 8785 (JCS) writes it, for text, whole numbers, lists and objects alone.

    Raises ValueError for anything else: floats, true, false, null, numbers beyond 2**53 - 1, keys that are not plain lower-case ASCII.
    """
    check(value)
    return _JSON.encode(value).encode()


def check(value: object) -> None:
    """Refuse what two programs might write in two ways. Raises ValueError."""
    if isinstance(value, str):
        # PostgreSQL keeps no NUL, and half of a surrogate pair has no bytes.
        if "\0" in value or not (value.isascii() or _has_bytes(value)):
            raise ValueError("text holds a character that cannot be written down")
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str) or not _KEY.fullmatch(key):
                raise ValueError(f"not a key that everybody sorts alike: {key!r}")
            check(inner)
    elif isinstance(value, list):
        for inner in value:
            check(inner)
    elif isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"only text, whole numbers, lists and objects: not {type(value).__name__}")
    elif abs(value) > MOST_PENCE:
        raise ValueError("a number that not every program holds exactly")


def _has_bytes(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
