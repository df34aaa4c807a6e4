"""The stand-in's own SQLite file: objects, events, deliveries, remembered answers. It survives restarts and kills."""

from __future__ import annotations

import fcntl
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from fundapp.stripe_stand_in.faults import Json, missing
from fundapp.stripe_stand_in.settings import Settings

SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created INTEGER NOT NULL,
    body TEXT NOT NULL, hidden TEXT NOT NULL DEFAULT '{}');
CREATE INDEX IF NOT EXISTS object_by_kind ON object (kind, seq);
CREATE INDEX IF NOT EXISTS object_by_charge ON object (kind, json_extract(body, '$.charge'));
CREATE INDEX IF NOT EXISTS object_by_payment_intent ON object (kind, json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS object_by_invoice ON object (kind, json_extract(body, '$.invoice'));
CREATE INDEX IF NOT EXISTS object_by_customer ON object (kind, json_extract(body, '$.customer'));
CREATE INDEX IF NOT EXISTS object_by_paid_intent ON object (kind, json_extract(body, '$.payment.payment_intent'));
CREATE INDEX IF NOT EXISTS object_by_its_subscription ON object (kind, json_extract(body, '$.parent.subscription_details.subscription'));
CREATE INDEX IF NOT EXISTS object_by_recovered ON object (kind, json_extract(body, '$.recovered_from'));
CREATE INDEX IF NOT EXISTS object_by_source ON object (kind, json_extract(body, '$.source'));
CREATE TABLE IF NOT EXISTS delivery (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending', attempts INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL, due_at REAL NOT NULL, last TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (state, due_at);
CREATE INDEX IF NOT EXISTS delivery_by_event ON delivery (event_id);
CREATE TABLE IF NOT EXISTS reminder (what TEXT NOT NULL, object_id TEXT NOT NULL, due_at REAL NOT NULL, PRIMARY KEY (what, object_id));
CREATE INDEX IF NOT EXISTS reminder_due ON reminder (due_at);
CREATE TABLE IF NOT EXISTS remembered (
    idempotency_key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, request_id TEXT NOT NULL,
    created REAL NOT NULL);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class StoreInUse(Exception):
    """Another stand-in has this file open; two would ring every bell twice."""


class Act:
    """One transaction. What it writes stands or falls together, the events and their deliveries included."""

    def __init__(self, db: sqlite3.Connection, settings: Settings, request_id: str | None, idempotency_key: str | None) -> None:
        self.db = db
        self.settings = settings
        self.request_id = request_id
        self.idempotency_key = idempotency_key

    @property
    def now(self) -> float:
        """The stand-in's own time, in seconds since 1970; the control API can move it on."""
        return time.time() + self.settings.clock_offset_seconds

    @property
    def second(self) -> int:
        """The stand-in's time in whole seconds, as Stripe stamps things."""
        return int(self.now)

    def add(self, body: Json, hidden: Json | None = None) -> Json:
        """Write a new object."""
        row = (body["id"], body["object"], body["created"], json.dumps(body), json.dumps(hidden or {}))
        self.db.execute("INSERT INTO object (id, kind, created, body, hidden) VALUES (?, ?, ?, ?, ?)", row)
        return body

    def save(self, body: Json) -> Json:
        """Write over an object."""
        self.db.execute("UPDATE object SET body = ? WHERE id = ?", (json.dumps(body), body["id"]))
        return body

    def find(self, kind: str, object_id: str | None) -> Json | None:
        """One object, or None."""
        row = self.db.execute("SELECT body FROM object WHERE id = ? AND kind = ?", (object_id, kind)).fetchone()
        return None if row is None else dict(json.loads(row["body"]))

    def get(self, kind: str, object_id: str, *, param: str = "id", status: int = 404) -> Json:
        """One object; raises resource_missing."""
        found = self.find(kind, object_id)
        if found is None:
            raise missing(kind, object_id[:100], param=param, status=status)
        return found

    def hidden(self, object_id: str) -> Json:
        """What the stand-in keeps beside an object and never answers with."""
        row = self.db.execute("SELECT hidden FROM object WHERE id = ?", (object_id,)).fetchone()
        return dict(json.loads(row["hidden"]))

    def hide(self, object_id: str, hidden: Json) -> None:
        """Write over what is kept beside an object."""
        self.db.execute("UPDATE object SET hidden = ? WHERE id = ?", (json.dumps(hidden), object_id))

    def all_with(self, kind: str, field: str, value: str) -> list[Json]:
        """Every object of a kind whose field has this value, oldest first. `field` is a name from this code, never from a request."""
        sql = f"SELECT body FROM object WHERE kind = ? AND json_extract(body, '$.{field}') = ? ORDER BY seq"  # noqa: S608
        return [dict(json.loads(row["body"])) for row in self.db.execute(sql, (kind, value))]

    def remind(self, what: str, object_id: str, due_at: float) -> None:
        """Have the clockwork do this to that, at that time."""
        self.db.execute("INSERT OR REPLACE INTO reminder (what, object_id, due_at) VALUES (?, ?, ?)", (what, object_id, due_at))

    def forget(self, what: str, object_id: str) -> None:
        """Take a reminder back."""
        self.db.execute("DELETE FROM reminder WHERE what = ? AND object_id = ?", (what, object_id))

    def set(self, settings: Settings) -> None:
        """Keep changed settings, over restarts too."""
        self.settings = settings
        for name, value in settings.as_json().items():
            self.db.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (name, json.dumps(value)))

    def clear(self) -> None:
        """Forget everything, the settings too."""
        for table in ("object", "delivery", "reminder", "remembered", "setting"):
            self.db.execute(f"DELETE FROM {table}")  # noqa: S608 - names from this line alone
        self.settings = Settings()


class Store:
    """The file, and the one lock in front of it: acts follow one another."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock_file = _take(file)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)
        # Called after each act that wrote, so that deliveries leave only once their event is safe.
        self.after_commit: Callable[[], None] = lambda: None

    @contextmanager
    def act(self, *, request_id: str | None = None, idempotency_key: str | None = None) -> Iterator[Act]:
        """A transaction: committed at the end, rolled back on any fault."""
        with self._lock:
            before = self._db.total_changes
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield Act(self._db, self._settings(), request_id, idempotency_key)
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            wrote = self._db.total_changes != before
        if wrote:
            self.after_commit()

    def close(self) -> None:
        """Close the file and let another stand-in have it."""
        with self._lock:
            self._db.close()
            self._lock_file.close()

    def _settings(self) -> Settings:
        rows = self._db.execute("SELECT name, value FROM setting")
        return Settings.from_json({row["name"]: json.loads(row["value"]) for row in rows})


def _take(file: Path) -> IO[str]:
    lock_file = file.with_name(file.name + ".lock").open("w")
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock_file.close()
        raise StoreInUse(f"Another stand-in is using {file}. Stop it, or give this one a --store of its own.") from None
    return lock_file
