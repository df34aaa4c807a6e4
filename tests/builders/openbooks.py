"""Help given, as the open books count it: rows of requests with the awards behind them, without the way they took."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import CatalogueItem, GrantRequest, Person
from fundapp.grants.thing_models import RequestThing
from fundapp.grants.together.models import Award, AwardPart
from fundapp.ledger import chart, periods, periods_read, queries, service
from fundapp.ledger.service import Line
from fundapp.openbooks import publishing
from fundapp.people import queries as people_queries
from fundapp.people.models import Team, User
from tests.builders import people


def worker(session: Session, team: str) -> User:
    """The key worker of a team."""
    email = f"{team}@example.org"
    return people_queries.user_by_email(session, email) or people.user(session, at=people.team(session, team), email=email)


def person(session: Session, code: str, by: User) -> Person:
    """Somebody who is helped, known to one team."""
    found = session.scalar(select(Person).where(Person.code == code))
    if found:
        return found
    organisation_id = session.scalar(select(Team.organisation_id).where(Team.id == by.team_id))
    found = Person(code=code, team_id=by.team_id, organisation_id=organisation_id, issued_by=by.id, issued_at=clock.now())
    session.add(found)
    session.flush()
    return found


def item(session: Session, kind: str) -> CatalogueItem:
    """A kind of help with its account in the ledger."""
    found = session.scalar(select(CatalogueItem).where(CatalogueItem.code == kind))
    if found:
        return found
    account = f"{chart.HELP}{kind}"
    if account not in {one.code for one in queries.accounts(session)}:
        service.open_account(session, code=account, name=kind.title(), kind=chart.AccountKind.EXPENSE, actor="system")
    found = CatalogueItem(
        code=kind,
        name=kind.title(),
        account_code=account,
        guide_low_pence=100,
        guide_high_pence=9000,
        help_text="",
        asks_what=False,
        active=True,
    )
    session.add(found)
    session.flush()
    return found


def help_given(session: Session, kind: str, who: str, team: str, pence: int, on: date, fund: str = "public-giving") -> GrantRequest:
    """One thing agreed for one person, asked for by one team, on a day."""
    by = worker(session, team)
    thing, somebody = item(session, kind), person(session, who, by)
    at = clock.start_of(on) + (datetime.combine(on, time(12)) - datetime.combine(on, time.min))
    request = GrantRequest(
        form_key=uuid4(),
        person_id=somebody.id,
        asked_by=by.id,
        team_id=by.team_id,
        organisation_id=somebody.organisation_id,
        goal_words="",
        unblocks_words="",
        consent_at=at,
        consent_how="spoken",
        typed={},
        asked_pence=pence,
        agreed_pence=pence,
        released_pence=0,
        status=Status.DRAFT,
        version=1,
        started_at=at,
        saved_at=at,
        sent_at=at,
        decided_at=at,
        agreed_at=at,
        paid_at=None,
        in_hands_at=None,
        ended_at=None,
    )
    request.things = [RequestThing(position=1, item=thing, detail_words="", supplier="", typed={}, price_pence=pence, agreed_pence=pence)]
    session.add(request)
    session.flush()
    award = Award(
        request_id=request.id, number=1, agreed_pence=pence, signers="approver", policy_number=None, hash="", made_at=at, agreed_at=at
    )
    session.add(award)
    session.flush()
    session.add(AwardPart(award_id=award.id, thing_id=request.things[0].id, position=1, fund_code=fund, agreed_pence=pence))
    request.status = Status.AGREED
    session.flush()
    service.spend(
        session,
        event_key=f"{request.subject}:award",
        kind="grant.awarded",
        happened_on=on,
        lines=[Line(thing.account_code, chart.GRANTS_PAYABLE, fund, pence)],
        actor="system",
        subject=request.subject,
    )
    return request


def close_books(session: Session, until: date) -> None:
    """Close and seal every month to this day, by two people. The watermark outlives a rollback: in a database of the test's own."""
    with transaction(session):
        periods.ensure_months(session)
    waiting = [one.ends_on for one in periods_read.periods(session) if one.ends_on <= until and one.state != periods_read.SEALED]
    for ends_on in sorted(waiting):
        with transaction(session):
            periods.close(session, ends_on=ends_on, actor="user:1")
        with transaction(session):
            periods.seal_period(session, ends_on=ends_on, actor="user:2")


def publish(session: Session) -> list[str]:
    """Publish every quarter that can be, as the worker's loop does; their names."""
    published = publishing.due(session)
    for quarter in published:
        with transaction(session):
            publishing.publish(session, quarter)
    return [quarter.words for quarter in published]
