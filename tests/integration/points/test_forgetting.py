"""What is forgotten of hosts and of those who report: words and names go, what was agreed and how it ended stays."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.forgetting import Forgetting
from fundapp.points import agreements, hosting, service, watching
from fundapp.points.forgetting import FORGETTING
from fundapp.points.host_models import HostOffer, HostWish
from fundapp.points.models import CollectionPoint
from fundapp.points.watch_models import PointReport
from tests.builders import people
from tests.builders.points import ADMIN, closed_point, offer, point, report


def forget(session: Session, name: str, days: int = 30) -> int:
    """Forget what has been over for so many days; answers how many rows."""
    rule: Forgetting = next(one for one in FORGETTING if one.name == name)
    rows = session.scalars(select(rule.model).where(rule.due(clock.now() - timedelta(days=days)))).all()
    for row in rows:
        rule.forget(session, row)
    session.flush()
    return len(rows)


def test_a_host_with_no_place_left_is_forgotten_and_the_agreement_stays(session: Session) -> None:
    shut, still = closed_point(session), point(session, name="the library")
    half = closed_point(session, name="the back room")
    service._locked(session, half.id).host_id = still.host_id
    session.flush()
    with clock.at(clock.now() + timedelta(days=31)):
        assert forget(session, "host", 32) == 0
        assert forget(session, "host") == 1
    (gone,), (kept,) = agreements.agreements(session, shut.host_id), agreements.agreements(session, still.host_id)
    assert (gone.signed_by, gone.text_version) == ("", 1)
    assert kept.signed_by == "Maureen Priestley"


def test_offers_wishes_and_reports_that_have_ended_lose_their_words(session: Session) -> None:
    admin = people.user(session).actor
    one = point(session)
    waits, ended = offer(session), offer(session)
    hosting.answer_offer(session, actor=ADMIN, offer_id=ended.id, point=None)
    wish = hosting.ask(session, host_id=one.host_id, form_key="key", wish="end", point_id=one.id, words="Ring Maureen.")
    hosting.answer_wish(session, actor=ADMIN, wish_id=wish.id, answer="done")
    open_one, looked = report(session), report(session)
    actor = type(ADMIN)(admin.reference, roles=ADMIN.roles, user_id=admin.user_id)
    watching.end_report(session, actor=actor, report_id=looked.id, outcome="in_order", done="Spoke with Maureen.")
    with clock.at(clock.now() + timedelta(days=31)):
        assert [forget(session, name) for name in ("offer", "wish", "report", "point")] == [1, 1, 1, 0]
    session.expire_all()
    assert [row.contact_name for row in session.scalars(select(HostOffer).order_by(HostOffer.id))] == [waits.contact_name, ""]
    assert session.scalars(select(HostWish)).one().words == ""
    told = {row.id: (row.words, row.done, row.outcome) for row in session.scalars(select(PointReport))}
    assert told == {open_one.id: ("By the till.", "", ""), looked.id: ("", "", "in_order")}
    assert session.scalars(select(CollectionPoint)).one().contact_name == "Maureen Priestley"
