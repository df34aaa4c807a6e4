"""Points whose code was retired, and posters that were reported."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.core.keys import Keys
from fundapp.points import service, watching
from fundapp.points.models import CollectionPoint
from tests.builders import points
from tests.builders.grants import Seat


def make(session: Session, keys: Keys, who: dict[str, Seat], open_point: CollectionPoint) -> dict[str, object]:
    """Codes and numbers, by the names that addresses have for them."""
    admin = who["admin"].actor
    facts = points.facts(name="the barber’s on Printing Office Street", business="Close Shave Ltd")
    old = service.open_point(session, actor=admin, keys=keys, **facts)
    service.replace_point(session, actor=admin, keys=keys, point_id=old.id, reason="Somebody stuck another code on it.")
    waiting = points.report(session, code=open_point.code, words="A second code is glued over the first, by the door.")
    ended = points.report(session, code=old.code, trouble="elsewhere", words="My phone showed pay-parking.example.")
    watching.end_report(session, actor=admin, report_id=ended.id, outcome="replaced", done="Went there; the place has a new code.")
    return {"replaced_code": old.code, "replaced_point": old.id, "open_report": waiting.id, "ended_report": ended.id}
