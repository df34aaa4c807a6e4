"""Events: what happened, with a snapshot of the object, and one delivery for each."""

from __future__ import annotations

import json

from fundapp.stripe_stand_in import ids
from fundapp.stripe_stand_in.faults import Json
from fundapp.stripe_stand_in.store import Act

API_VERSION = "2026-10-28.endive"


def emit(act: Act, kind: str, obj: Json, *, previous: Json | None = None) -> None:
    """Write an event of this kind about the object as it now stands; its bell is due at once."""
    data: Json = {"object": json.loads(json.dumps(obj))}
    if previous is not None:
        data["previous_attributes"] = previous
    event: Json = {
        "id": ids.new("evt"),
        "object": "event",
        "account": None,
        "api_version": API_VERSION,
        "context": None,
        "created": act.second,
        "data": data,
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": act.request_id, "idempotency_key": act.idempotency_key},
        "type": kind,
    }
    act.add(event)
    act.db.execute("INSERT INTO delivery (event_id, created, due_at) VALUES (?, ?, ?)", (event["id"], act.now, act.now))


def shown(act: Act, event: Json) -> Json:
    """The event as the API answers with it: how many bells are still to ring is told as of now."""
    sql = "SELECT count(*) AS n FROM delivery WHERE event_id = ? AND state != 'delivered'"
    row = act.db.execute(sql, (event["id"],)).fetchone()
    return event | {"pending_webhooks": row["n"]}


def undelivered(act: Act) -> set[str]:
    """Ids of the events that no endpoint has taken yet (or ever will)."""
    rows = act.db.execute("SELECT DISTINCT event_id FROM delivery WHERE state != 'delivered'")
    return {row["event_id"] for row in rows}
