"""The stage's data protection: a complaint in each state, a request of each kind, and a document that is adopted."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.keys import Keys
from fundapp.privacy import complaints, rights
from tests.builders.grants import Seat
from tests.support.live import LiveServer


def make(session: Session, live: LiveServer, who: dict[str, Seat]) -> dict[str, object]:
    """Put it in its place."""
    admin = who["admin"].actor
    new, open_one = (complaints.complain(session, form_key=key, contact="", words="A letter told my landlord.") for key in ("new", "open"))
    for what, words in (("acknowledged", "We have it."), ("progress", "We have asked the shop.")):
        complaints.tell(session, actor=admin, complaint_id=open_one.id, what=what, words=words)
    asked = {
        kind: rights.enter(
            session, actor=admin, kind=kind, subject=f"user:{who['worker'].id}", received_on=clock.today(), words="What do you know of me?"
        ).id
        for kind in rights.KIND_WORDS
    }
    rights.answer(session, actor=admin, request_id=asked["access"], words="Everything, on paper.")
    session.commit()
    keys = Keys(live.settings.secret_key, live.settings.private_keys)
    return {
        "complaint_new": new.id,
        "complaint_open": open_one.id,
        "complaint_link": f"{open_one.id}/{keys.link_token('data-complaint', str(open_one.id))}",
        "asked_access": asked["access"],
        "asked_right": asked["rectification"],
        "asked_erasure": asked["erasure"],
    }
