"""Webhooks: signed like Stripe's, retried with back-off, kept over restarts, and led astray on demand."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from fundapp.stripe_stand_in.balance import settle_charge
from fundapp.stripe_stand_in.bank_debit import succeed_if_due
from fundapp.stripe_stand_in.billing import renew, retry
from fundapp.stripe_stand_in.checkout import expire_if_due
from fundapp.stripe_stand_in.faults import Json
from fundapp.stripe_stand_in.settings import Settings
from fundapp.stripe_stand_in.store import Act, Store

GIVE_UP_SECONDS = 3 * 86_400
# How many bells may ring at once. More than one, so order is never promised, as with Stripe.
AT_ONCE = 4
LOOPBACK = ("127.0.0.1", "localhost", "::1")
LONGEST_NAP_SECONDS = 1.0
CHORES: dict[str, Callable[[Act, str], None]] = {
    "settle": settle_charge,
    "debit": succeed_if_due,
    "expire": expire_if_due,
    "renew": renew,
    "retry": retry,
}


class NotLoopback(ValueError):
    """An address outside this machine, which the stand-in never calls."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the endpoint answered: its status, or none and why."""

    event_id: str
    status: int | None
    fault: str = ""

    @property
    def taken(self) -> bool:
        """Whether Stripe would call it delivered: any 2xx, and no redirect followed."""
        return self.status is not None and 200 <= self.status < 300


def _loopback(url: str | None) -> SplitResult | None:
    if not url:
        return None
    address = urlsplit(url)
    if address.scheme != "http" or address.hostname not in LOOPBACK:
        raise NotLoopback(f"The stand-in rings bells on this machine alone (http://127.0.0.1…), not at {url}.")
    return address


def signature(body: bytes, secrets: Sequence[str], at: int) -> str:
    """The Stripe-Signature header (docs.stripe.com/webhooks#verify-manually): one v1 for each secret."""
    signed = str(at).encode() + b"." + body
    marks = [f"v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}" for secret in secrets]
    return ",".join([f"t={at}", *marks])


class Deliveries:
    """The clockwork: rings what is due, and does the chores whose time has come (late fees, sessions that run out)."""

    def __init__(self, store: Store, url: str | None, secrets: tuple[str, ...]) -> None:
        self._store = store
        self._url = _loopback(url)
        self.secrets = secrets
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._ringing: set[int] = set()
        self._thread = threading.Thread(target=self._run, name="clockwork", daemon=True)
        store.after_commit = self._wake.set

    @property
    def url(self) -> str | None:
        """Where bells are rung."""
        return self._url.geturl() if self._url else None

    def ring_at(self, url: str | None) -> None:
        """Ring there from now on, on this machine alone. Raises NotLoopback."""
        self._url = _loopback(url)
        self._wake.set()

    def start(self) -> None:
        """Begin to ring."""
        self._thread.start()

    def stop(self) -> None:
        """Ring no more. What is pending stays pending in the store."""
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout=5)

    def make(self, event: Json, *, secrets: Sequence[str] | None = None, age_seconds: float = 0) -> tuple[bytes, str]:
        """The exact bytes of a bell, and its signature as of now (`age_seconds` makes it stale, below nought from the future)."""
        body = json.dumps(event, indent=2).encode()
        return body, signature(body, self.secrets if secrets is None else secrets, int(time.time() - age_seconds))

    def send(self, event: Json, settings: Settings, *, secrets: Sequence[str] | None = None, age_seconds: float = 0) -> Outcome:
        """One attempt, with a timestamp of its own."""
        if self._url is None or self._url.hostname is None:
            return Outcome(event["id"], None, "no webhook address was given")
        body, mark = self.make(event, secrets=secrets, age_seconds=age_seconds)
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "stripe-stand-in/1.0", "Stripe-Signature": mark}
        connection = http.client.HTTPConnection(self._url.hostname, self._url.port, timeout=settings.delivery_timeout_seconds)
        try:
            connection.request("POST", self._url.path or "/", body, headers)
            return Outcome(event["id"], connection.getresponse().status)
        except (OSError, http.client.HTTPException) as error:
            return Outcome(event["id"], None, type(error).__name__)
        finally:
            connection.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                nap = self._round()
            except Exception:
                # A fault of the stand-in's own must be seen, and must not stop every bell after it.
                traceback.print_exc()
                nap = LONGEST_NAP_SECONDS
            self._wake.wait(nap)

    def _round(self) -> float:
        """Do all that is due; returns how long there is nothing more to do."""
        with self._store.act() as act:
            do_chores(act)
            due = [] if act.settings.held or self._url is None else self._due(act)
            settings, nap = act.settings, self._nap(act)
        for delivery_id, event in due:
            # Daemon threads: an endpoint that hangs must not keep the stand-in from stopping.
            threading.Thread(target=self._ring, args=(delivery_id, event, settings), name="bell", daemon=True).start()
        return nap

    def _due(self, act: Act) -> list[tuple[int, Json]]:
        sql = """
            SELECT d.seq, o.body FROM delivery d JOIN object o ON o.id = d.event_id
            WHERE d.state = 'pending' AND d.due_at <= ? ORDER BY d.seq"""
        with self._lock:
            rows = [row for row in act.db.execute(sql, (act.now,)) if row["seq"] not in self._ringing]
            rows = rows[: AT_ONCE - len(self._ringing)]
            self._ringing.update(row["seq"] for row in rows)
        return [(row["seq"], json.loads(row["body"])) for row in rows]

    def _nap(self, act: Act) -> float:
        sql = """
            SELECT min(due_at) AS next FROM (
                SELECT due_at FROM reminder UNION ALL SELECT due_at FROM delivery WHERE state = 'pending' AND due_at > ?)"""
        row = act.db.execute(sql, (act.now,)).fetchone()
        return LONGEST_NAP_SECONDS if row["next"] is None else min(LONGEST_NAP_SECONDS, max(0.005, row["next"] - act.now))

    def _ring(self, delivery_id: int, event: Json, settings: Settings) -> None:
        outcome = self.send(event, settings)
        try:
            with self._store.act() as act:
                note(act, delivery_id, outcome)
        finally:
            with self._lock:
                self._ringing.discard(delivery_id)
            self._wake.set()


def do_chores(act: Act) -> int:
    """Do all that is due by now, and say how much there was."""
    chores = act.db.execute("SELECT what, object_id FROM reminder WHERE due_at <= ? ORDER BY due_at", (act.now,)).fetchall()
    for chore in chores:
        CHORES[chore["what"]](act, chore["object_id"])
    return len(chores)


def note(act: Act, delivery_id: int, outcome: Outcome) -> None:
    """Write down what came of an attempt, and when the next one is due."""
    row = act.db.execute("SELECT created, attempts, state FROM delivery WHERE seq = ?", (delivery_id,)).fetchone()
    if row is None or row["state"] != "pending":
        return
    attempts = row["attempts"] + 1
    wait = min(act.settings.retry_longest_seconds, act.settings.retry_first_seconds * 2 ** min(attempts - 1, 30))
    state = "delivered" if outcome.taken else "failed" if act.now + wait - row["created"] > GIVE_UP_SECONDS else "pending"
    last = str(outcome.status or outcome.fault)
    values = (attempts, state, act.now + wait, last, delivery_id)
    act.db.execute("UPDATE delivery SET attempts = ?, state = ?, due_at = ?, last = ? WHERE seq = ?", values)
