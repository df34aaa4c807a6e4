"""Reading people. Each answer comes with its team, organisation and seats, so that a page asks once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotFound
from fundapp.core.indexed import found_by
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.people.models import FundHolder, Invitation, Organisation, Team, User, UserRole, UserSession
from fundapp.people.sessions import IDLE


def fund_holder(session: Session) -> FundHolder:
    """The charity that holds the Fund. Before its facts are entered: one without a number."""
    nobody = dict.fromkeys(("town", "phone", "email", "address", "website"), "")
    return session.get(FundHolder, 1) or FundHolder(id=1, charity_name="Changing Lives Fund", charity_number=_("not entered yet"), **nobody)


def whole_user() -> list[ORMOption]:
    """What belongs to a user wherever one is shown: team, organisation, seats."""
    return [joinedload(User.team, innerjoin=True).joinedload(Team.organisation, innerjoin=True), selectinload(User.role_rows)]


def user(session: Session, user_id: int) -> User:
    """An account, active or not. Raises NotFound."""
    found = session.scalar(select(User).where(User.id == user_id).options(*whole_user()))
    if found is None:
        raise NotFound(_("There is no such account."))
    return found


def user_by_email(session: Session, email: str) -> User | None:
    """The account with this e-mail, whatever its case."""
    return session.scalar(select(User).where(found_by(session, User.email_index, email)).options(*whole_user()))


def plain_email(email: str) -> str:
    """An e-mail as the database keeps it."""
    return email.strip().lower()


def roll(session: Session, *, role: Role | None = None, words: str = "", in_use: bool = False) -> list[int]:
    """The ids of all accounts, those in use first, then by name. `words` are looked for in name and e-mail.

    Names are sealed, so they are put in order here: a town has some hundreds of accounts at the most.
    """
    statement = select(User.id, User.name, User.email, User.disabled_at)
    if role:
        statement = statement.where(User.id.in_(select(UserRole.user_id).where(UserRole.role == role.value)))
    if in_use:
        statement = statement.where(User.disabled_at.is_(None))
    sought = words.casefold()
    rows = [row for row in session.execute(statement) if sought in row.name.casefold() or sought in row.email]
    return [row.id for row in sorted(rows, key=lambda row: (row.disabled_at is not None, row.name.casefold(), row.id))]


def whole_users(session: Session, ids: Sequence[int]) -> list[User]:
    """Accounts by their ids, in that order."""
    if not ids:
        return []
    rows = session.scalars(select(User).where(User.id.in_(ids)).options(*whole_user())).all()
    return sorted(rows, key=lambda row: ids.index(row.id))


def names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """The names of several people by their ids."""
    wanted = {one for one in ids if one is not None}
    return {row.id: row.name for row in session.execute(select(User.id, User.name).where(User.id.in_(wanted)))} if wanted else {}


def team_names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """The names of several teams by their ids, with the organisation: "Outreach, Riverside"."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    rows = session.execute(select(Team.id, Team.name, Organisation.name).join(Team.organisation).where(Team.id.in_(wanted)))
    return {key: f"{team}, {organisation}" for key, team, organisation in rows}


def holders(session: Session, role: Role) -> Sequence[User]:
    """Everybody in use who holds a seat, by name."""
    return whole_users(session, roll(session, role=role, in_use=True))


def actors(session: Session, role: Role) -> list[Actor]:
    """Everybody in use who holds a seat, as the services know them, by number: one question, and no names."""
    seats = func.array_agg(UserRole.role)
    holds = select(UserRole.user_id).where(UserRole.role == role.value)
    rows = session.execute(
        select(User.id, User.team_id, Team.organisation_id, seats)
        .join(User.team)
        .join(User.role_rows)
        .where(User.id.in_(holds), User.disabled_at.is_(None))
        .group_by(User.id, Team.organisation_id)
        .order_by(User.id)
    )
    return [
        Actor(f"user:{user_id}", user_id, frozenset(Role(one) for one in held), organisation_id, team_id)
        for user_id, team_id, organisation_id, held in rows
    ]


def count_holders(session: Session, role: Role) -> int:
    """How many accounts in use hold a seat."""
    statement = select(func.count()).select_from(UserRole).join(User).where(UserRole.role == role.value, User.disabled_at.is_(None))
    return session.scalar(statement) or 0


def sessions(session: Session, user_id: int) -> Sequence[UserSession]:
    """Where somebody is signed in at present, newest first."""
    return session.scalars(
        select(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.expires_at > clock.now(),
            UserSession.last_seen_at > clock.now() - IDLE,
        )
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
    ).all()


def open_invitations(session: Session) -> Sequence[Invitation]:
    """Invitations that nobody has taken up, oldest first."""
    return session.scalars(
        select(Invitation)
        .where(Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
        .order_by(Invitation.created_at, Invitation.id)
        .options(joinedload(Invitation.team, innerjoin=True).joinedload(Team.organisation, innerjoin=True))
    ).all()


def organisations(session: Session) -> Sequence[Organisation]:
    """All organisations with their teams: the fund holder first, then by name."""
    return session.scalars(
        select(Organisation)
        .order_by(Organisation.kind != "fund_holder", Organisation.name, Organisation.id)
        .options(selectinload(Organisation.teams))
    ).all()


def organisation(session: Session, organisation_id: int) -> Organisation:
    """An organisation with its teams. Raises NotFound."""
    found = session.scalar(select(Organisation).where(Organisation.id == organisation_id).options(selectinload(Organisation.teams)))
    if found is None:
        raise NotFound(_("There is no such organisation."))
    return found


def organisation_by_name(session: Session, name: str) -> Organisation | None:
    """The organisation of this name, whatever its case."""
    return session.scalar(
        select(Organisation).where(func.lower(Organisation.name) == name.strip().lower()).options(selectinload(Organisation.teams))
    )


def team(session: Session, team_id: int) -> Team:
    """A team with its organisation. Raises NotFound."""
    found = session.scalar(select(Team).where(Team.id == team_id).options(joinedload(Team.organisation, innerjoin=True)))
    if found is None:
        raise NotFound(_("There is no such team."))
    return found


def team_by_name(session: Session, organisation_id: int, name: str) -> Team | None:
    """An organisation's team of this name, whatever its case."""
    return session.scalar(
        select(Team)
        .where(Team.organisation_id == organisation_id, func.lower(Team.name) == name.strip().lower())
        .options(joinedload(Team.organisation, innerjoin=True))
    )
