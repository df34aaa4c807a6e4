"""Collection points for tests, by the room's own service."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from fundapp.config import DEMO_SECRET
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.keys import Keys
from fundapp.core.roles import Role
from fundapp.points import hosting, service, watching
from fundapp.points.host_models import HostOffer
from fundapp.points.models import CollectionPoint
from fundapp.points.watch_models import PointReport

ADMIN = Actor("system", roles=frozenset({Role.ADMIN}))
KEYS = Keys(DEMO_SECRET, [])
_numbers = count(1)


def facts(**changed: Any) -> dict[str, Any]:
    """What is asked about a new point, with changes."""
    return {
        "name": "the bakery on High Street",
        "business": "Priestley’s Bakery Ltd",
        "address": "12 High Street\nDoncaster\nDN1 1AA",
        "contact_name": "Maureen Priestley",
        "contact_details": "01302 496 0001",
        "agreed_on": clock.today() - timedelta(days=10),
        **changed,
    }


def point(session: Session, *, actor: Actor = ADMIN, **changed: Any) -> CollectionPoint:
    """A point that is open."""
    return service.open_point(session, actor=actor, keys=KEYS, **facts(**changed))


def closed_point(session: Session, *, actor: Actor = ADMIN, **changed: Any) -> CollectionPoint:
    """A point that was open and is closed."""
    opened = point(session, actor=actor, **changed)
    return service.close_point(session, actor=actor, point_id=opened.id, reason="The shop moved away.")


def offer(session: Session, **changed: str) -> HostOffer:
    """A place that somebody offers."""
    said = {"place": "the barber’s on Printing Office Street", "business": "Close Shave Ltd", "address": "3 Printing Office Street"}
    who = {"contact_name": "Imran Sadiq", "contact_details": "imran@close-shave.example"}
    return hosting.offer(session, form_key=f"offer {next(_numbers)}", **{**said, **who, **changed})


def report(session: Session, *, code: str = "", trouble: str = "covered", words: str = "By the till.") -> PointReport:
    """A poster that somebody reported."""
    return watching.report(session, form_key=f"report {next(_numbers)}", code=code, trouble=trouble, words=words)
