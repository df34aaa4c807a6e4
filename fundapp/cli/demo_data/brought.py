"""Where things are brought to, and photos of prices, in the demonstration."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.grants.delivery import addresses, photos
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import GrantRequest
from fundapp.people import queries as people

WHERE = "Flat 9, Harbour Court, by the side door. Somebody is there on Friday until noon."
_PAPER, _INK = "#FBF7F0", "#1D2327"


def say(session: Session) -> None:
    """Say of what is agreed where it is brought to, and show a price tag where somebody asked a question."""
    for request in _some(session, Status.AGREED):
        addresses.say(session, actor=people.user(session, request.asked_by).actor, request_id=request.id, words=WHERE)
    for request in _some(session, Status.QUESTION):
        price = f"{(request.asked_pence or 0) / 100:.2f}"
        photos.add(session, actor=people.user(session, request.asked_by).actor, request_id=request.id, photo=_tag(price))


def _some(session: Session, status: Status) -> list[GrantRequest]:
    statement = select(GrantRequest).where(GrantRequest.status == status, GrantRequest.person_id.is_not(None))
    return list(session.scalars(statement.order_by(GrantRequest.id.desc()).limit(2)))


def _tag(price: str) -> bytes:
    """A price tag, drawn."""
    picture = Image.new("RGB", (900, 600), _PAPER)
    paint = ImageDraw.Draw(picture)
    paint.rectangle((60, 60, 840, 540), outline=_INK, width=6)
    paint.ellipse((90, 270, 150, 330), outline=_INK, width=6)
    paint.text((230, 230), f"£{price}", fill=_INK, font_size=140)
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()
