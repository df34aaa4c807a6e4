"""Idempotency keys, as docs.stripe.com/api/idempotent_requests tells them."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fundapp.stripe_stand_in.faults import StripeFault, invalid
from fundapp.stripe_stand_in.store import Act

KEPT_SECONDS = 24 * 3600
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer given before."""

    status: int
    body: str
    request_id: str


class InFlight:
    """The keys being worked on this moment. In memory: a killed process works on nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[str] = set()

    @contextmanager
    def hold(self, key: str | None) -> Iterator[None]:
        """Raises StripeFault 409 when another request with this key is under way."""
        if key is None:
            yield
            return
        if not key or len(key) > LONGEST_KEY:
            raise invalid(f"Idempotency keys have 1 to {LONGEST_KEY} characters.", code="idempotency_key_invalid")
        with self._lock:
            if key in self._keys:
                message = f"There is currently another in-progress request using this Stripe-Idempotency Key (that probably means you submitted twice, and the other request is still going through): {key}. Please try again later."  # noqa: E501
                raise StripeFault(409, "idempotency_error", message, code="idempotency_key_in_use")
            self._keys.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(key)


def fingerprint(method: str, path: str, params: Any) -> str:
    """What must be the same when a key comes again."""
    return hashlib.sha256(json.dumps([method, path, params], sort_keys=True).encode()).hexdigest()


def recall(act: Act, key: str, mark: str) -> Remembered | None:
    """What this key was answered with. Raises StripeFault 400 when it came with other parameters then."""
    act.db.execute("DELETE FROM remembered WHERE created < ?", (act.now - KEPT_SECONDS,))
    row = act.db.execute("SELECT * FROM remembered WHERE idempotency_key = ?", (key,)).fetchone()
    if row is None:
        return None
    if row["fingerprint"] != mark:
        message = (
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{key}' if you meant to execute a different request."
        )
        raise StripeFault(400, "idempotency_error", message)
    return Remembered(row["status"], row["body"], row["request_id"])


def remember(act: Act, key: str, mark: str, answer: Remembered) -> None:
    """Keep an answer, a 500 as well. What it did and this row are one transaction."""
    row = (key, mark, answer.status, answer.body, answer.request_id, act.now)
    act.db.execute("INSERT OR REPLACE INTO remembered VALUES (?, ?, ?, ?, ?, ?)", row)
