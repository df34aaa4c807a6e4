"""Makes people for tests, by the room's own services: invited, accepted, signed in with a password they know."""

from __future__ import annotations

from itertools import count

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import SYSTEM, Actor
from fundapp.core.roles import Role
from fundapp.people import app_codes, procedures, queries, service
from fundapp.people.factor_models import APP, Factor
from fundapp.people.models import FundHolder, Organisation, Team, User
from fundapp.people.seats import needs_second_factor

PASSWORD = "three random words"
HOLDER = "Changing Lives"
PARTNER = "Riverside Outreach"

_numbers = count(1)


def organisation(session: Session, name: str = PARTNER) -> Organisation:
    """The organisation of this name: a partner, but for `HOLDER`. The same name again is the same one."""
    found = queries.organisation_by_name(session, name)
    return found or service.add_organisation(session, actor=SYSTEM, name=name, kind="fund_holder" if name == HOLDER else "partner")


def team(session: Session, name: str = "Outreach", *, of: str = PARTNER) -> Team:
    """The team of this name in an organisation. The same names again are the same one."""
    where = organisation(session, of)
    return queries.team_by_name(session, where.id, name) or service.add_team(session, actor=SYSTEM, organisation_id=where.id, name=name)


def user(session: Session, *roles: Role, at: Team | None = None, name: str = "", email: str = "", password: str = PASSWORD) -> User:
    """An account with these seats. Without a team: a partner's for key workers and panel members, else the fund office."""
    number = next(_numbers)
    seats = roles or (Role.KEY_WORKER,)
    outside = set(seats) <= {Role.KEY_WORKER, Role.PANEL}
    where = at or (team(session) if outside else team(session, "Fund office", of=HOLDER))
    address = email or f"{seats[0].value.replace('_', '-')}-{number}@example.org"
    token = service.invite_by_link(session, actor=SYSTEM, email=address, roles=seats, team_id=where.id)
    made = service.accept_invitation(
        session, token=token, name=name or f"{seats[0].words.capitalize()} {number}", password=password, passwords=service.passwords("test")
    )
    accept_procedures(session, Actor(f"user:{made.id}", made.id))
    session.commit()
    return queries.user(session, made.id)


def accept_procedures(session: Session, actor: Actor) -> None:
    """Accept the operating procedures that hold, where any do: everybody who is not on their first visit has."""
    newest = procedures.current(session)
    if newest is not None:
        procedures.accept(session, actor=actor, number=newest.number)


def app(session: Session, user: User, *, name: str = "My phone") -> Factor:
    """An app with codes, as this person would have set it up."""
    factor = app_codes.keep(session, user_id=user.id, name=name, secret=app_codes.new_secret())
    session.commit()
    return factor


def code(session: Session, email: str) -> str:
    """What this person's app shows now, as if it were not used yet; whoever needs an app and has none gets one.

    Empty for somebody who needs none and has none.
    """
    user = queries.user_by_email(session, email)
    assert user, f"nobody has the e-mail {email}"
    factor = session.scalars(select(Factor).where(Factor.user_id == user.id, Factor.kind == APP)).first()
    if factor is None and not needs_second_factor(user.roles):
        return ""
    factor = factor or app(session, user)
    factor.last_step = 0
    session.commit()
    return pyotp.TOTP(factor.secret or "").at(clock.now())


def fund_holder(session: Session) -> FundHolder:
    """The charity's facts."""
    return service.describe_fund_holder(
        session,
        actor=SYSTEM,
        charity_name="Changing Lives (Doncaster)",
        charity_number="1234567",
        town="Doncaster",
        phone="01302 000000",
        email="fund@example.org",
        address="1 High Street\nDoncaster\nDN1 1AA",
        website="https://example.org",
    )
