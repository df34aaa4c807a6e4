"""A request that is brought somewhere, with photos; and a draft with two."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.grants import asking, deciding
from fundapp.grants.delivery import addresses, photos
from fundapp.grants.models import GrantRequest
from tests.builders import grants as build
from tests.builders.grants import Seat


def make(session: Session, who: dict[str, Seat]) -> dict[str, object]:
    """Their numbers, by the names that addresses have for them."""
    worker = who["worker"]
    pictured, brought = (_with_photos(session, worker, count) for count in (2, 3))
    asking.send(session, actor=worker.actor, request_id=brought.id, version=brought.version)
    deciding.agree(session, actor=who["approver"].actor, request_id=brought.id, version=brought.version, fund_code="public-giving")
    words = "Flat 9, Harbour Court, by the side door.\nSomebody is there on Friday until noon."
    addresses.say(session, actor=worker.actor, request_id=brought.id, words=words)
    session.commit()
    return {"pictured": pictured.id, "brought": brought.id}


def _with_photos(session: Session, worker: Seat, count: int) -> GrantRequest:
    request = build.draft(session, worker)
    for _ in range(count):
        photos.add(session, actor=worker.actor, request_id=request.id, photo=build.photo())
    return request
