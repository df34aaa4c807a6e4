"""Points whose code was retired, and posters that were reported."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.core.keys import Keys
from fundapp.points import hosting, service, watching
from fundapp.points.host_models import Host
from fundapp.points.lifecycle import Wish
from fundapp.points.models import CollectionPoint
from tests.builders import points
from tests.builders.grants import Seat

# A host who gave an e-mail, so that their link can be mailed.
BY_MAIL = {
    "name": "the library on Waterdale",
    "business": "Doncaster Libraries",
    "contact_name": "Joyce Pell",
    "contact_details": "joyce@doncaster-libraries.example",
}


def make(session: Session, keys: Keys, who: dict[str, Seat], open_point: CollectionPoint) -> dict[str, object]:
    """Codes and numbers, by the names that addresses have for them."""
    admin = who["admin"].actor
    facts = points.facts(name="the barber’s on Printing Office Street", business="Close Shave Ltd")
    old = service.open_point(session, actor=admin, keys=keys, **facts)
    service.replace_point(session, actor=admin, keys=keys, point_id=old.id, reason="Somebody stuck another code on it.")
    waiting = points.report(session, code=open_point.code, words="A second code is glued over the first, by the door.")
    ended = points.report(session, code=old.code, trouble="elsewhere", words="My phone showed pay-parking.example.")
    watching.end_report(session, actor=admin, report_id=ended.id, outcome="replaced", done="Went there; the place has a new code.")
    host = session.get_one(Host, open_point.host_id)
    asked = hosting.ask(session, host_id=host.id, form_key="stage", wish=Wish.REPLACE, point_id=open_point.id, words="It is bleached.")
    by_mail = service.open_point(session, actor=admin, keys=keys, **points.facts(**BY_MAIL))
    declined = points.offer(session, place="the car park on Wood Street")
    hosting.answer_offer(session, actor=admin, offer_id=declined.id, point=None)
    hosts = {"host": host.id, "host_link": f"{host.id}/{hosting.token_of(keys, host)}", "host_wish": asked.id}
    hosts |= {"host_by_mail": by_mail.host_id}
    hosts |= {"waiting_offer": points.offer(session).id, "declined_offer": declined.id}
    return hosts | {"replaced_code": old.code, "replaced_point": old.id, "open_report": waiting.id, "ended_report": ended.id}
