"""What administrators do to accounts, organisations and the charity's facts. Each act is in the audit trail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock, turns
from fundapp.core.actor import Actor
from fundapp.core.errors import NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.people import queries, sessions
from fundapp.people.cover_models import MailRefusal
from fundapp.people.models import FundHolder, Organisation, Team, User, UserRole
from fundapp.people.seats import require_seats


def change_roles(session: Session, *, actor: Actor, user_id: int, roles: Iterable[Role], reason: str) -> User:
    """Give an account other seats. What it was doing goes on under the new ones from its next page.

    Raises NotFound, and Refused for one's own account, for the last administrator, and for seats of another organisation.
    """
    user = _another(session, actor, user_id, _("You cannot change your own roles. Ask another administrator."))
    wanted = frozenset(roles)
    require_seats(wanted, user.team.organisation)
    before = user.roles
    if wanted == before:
        raise Refused(_("%(name)s has these roles already.") % {"name": user.name})
    if Role.ADMIN in before - wanted:
        _keep_an_admin(session, user)
    user.role_rows = [row for row in user.role_rows if Role(row.role) in wanted] + [
        UserRole(role=role.value) for role in sorted(wanted - before)
    ]
    session.flush()
    facts = {"before": " ".join(sorted(before)), "after": " ".join(sorted(wanted))}
    record(session, actor=actor, kind=AuditKind.USER_ROLES_CHANGED, subject=user.reference, facts=facts, words=reason)
    return user


def move(session: Session, *, actor: Actor, user_id: int, team_id: int, reason: str) -> User:
    """Let an account belong to another team, of this organisation or another. Requests stay with the team that asked.

    Raises NotFound, and Refused for one's own account, for the team it is in, and where it has a seat that nobody there may hold.
    """
    user = _another(session, actor, user_id, _("You cannot move your own account. Ask another administrator."))
    team = session.get(Team, team_id)
    if team is None:
        raise NotFound(_("There is no such team."))
    before = user.team_id
    if team.id == before:
        raise Refused(_("%(name)s is in that team already.") % {"name": user.name})
    if not user.active:
        raise Refused(_("%(name)s’s account is disabled already.") % {"name": user.name})
    require_seats(user.roles, session.get_one(Organisation, team.organisation_id))
    user.team_id = team.id
    session.flush()
    facts = {"from_team": before, "to_team": team.id}
    record(session, actor=actor, kind=AuditKind.USER_MOVED, subject=user.reference, facts=facts, words=reason)
    session.expire(user)
    return queries.user(session, user_id)


def deactivate(session: Session, *, actor: Actor, user_id: int, reason: str) -> User:
    """Disable an account and end its sessions, at once. Raises NotFound, and Refused for oneself and the last administrator."""
    user = _another(session, actor, user_id, _("You cannot disable your own account. Ask another administrator."))
    if not user.active:
        raise Refused(_("%(name)s’s account is disabled already.") % {"name": user.name})
    if Role.ADMIN in user.roles:
        _keep_an_admin(session, user)
    user.disabled_at = clock.now()
    session.flush()
    sessions.end_all(session, user.id)
    record(session, actor=actor, kind=AuditKind.USER_DISABLED, subject=user.reference, words=reason)
    return user


def reactivate(session: Session, *, actor: Actor, user_id: int) -> User:
    """Let a disabled account be used again, with the password it had. Raises NotFound, Refused."""
    user = _another(session, actor, user_id, _("You cannot enable your own account. Ask another administrator."))
    if user.active:
        raise Refused(_("%(name)s’s account is in use already.") % {"name": user.name})
    if user.is_forgotten:
        raise Refused(_("Whose account this was is forgotten, as the retention schedule says. Invite the person anew."))
    require_seats(user.roles, user.team.organisation)
    user.disabled_at = None
    # What refused mail before is tried anew.
    session.execute(delete(MailRefusal).where(MailRefusal.user_id == user.id))
    session.flush()
    record(session, actor=actor, kind=AuditKind.USER_ENABLED, subject=user.reference)
    return user


def sign_out_everywhere(session: Session, *, actor: Actor, user_id: int) -> User:
    """End every session of an account, as when a phone is lost. Raises NotFound."""
    user = _locked(session, user_id)
    sessions.end_all(session, user.id)
    record(session, actor=actor, kind=AuditKind.SESSION_ENDED, subject=user.reference, facts={"which": "all"})
    return user


def add_organisation(session: Session, *, actor: Actor, name: str, kind: Literal["fund_holder", "partner"] = "partner") -> Organisation:
    """Take an organisation in. Raises Refused for a name that is there already in other capitals."""
    if queries.organisation_by_name(session, name):
        raise Refused(_("There is already an organisation of that name."))
    organisation = Organisation(name=name.strip(), kind=kind, teams=[])
    session.add(organisation)
    session.flush()
    record(session, actor=actor, kind=AuditKind.ORGANISATION_ADDED, subject=f"organisation:{organisation.id}", facts={"kind": kind})
    return organisation


def add_team(session: Session, *, actor: Actor, organisation_id: int, name: str) -> Team:
    """Add a team to an organisation. Raises NotFound, and Refused for a name it has already."""
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound(_("There is no such organisation."))
    if queries.team_by_name(session, organisation_id, name):
        raise Refused(_("%(organisation)s has a team of that name already.") % {"organisation": organisation.name})
    team = Team(organisation_id=organisation_id, name=name.strip())
    session.add(team)
    session.flush()
    record(session, actor=actor, kind=AuditKind.TEAM_ADDED, subject=f"team:{team.id}", facts={"organisation": organisation_id})
    return team


def describe_fund_holder(
    session: Session,
    *,
    actor: Actor,
    charity_name: str,
    charity_number: str,
    town: str,
    phone: str,
    email: str,
    address: str,
    website: str,
) -> FundHolder:
    """Say who holds the Fund, as posters, receipts and every page's foot name it."""
    holder = session.get(FundHolder, 1, with_for_update=True) or FundHolder(id=1)
    said = {
        "charity_name": charity_name,
        "charity_number": charity_number,
        "town": town,
        "phone": phone,
        "email": email,
        "address": address,
        "website": website,
    }
    changed = [name for name, value in said.items() if getattr(holder, name) != value]
    for name, value in said.items():
        setattr(holder, name, value)
    session.add(holder)
    session.flush()
    if changed:
        record(session, actor=actor, kind=AuditKind.FUND_HOLDER_CHANGED, subject="fund_holder:1", facts={"changed": " ".join(changed)})
    return holder


def take_turns(session: Session) -> None:
    """Wait until no other act on accounts goes on. They are few: two administrators who dismiss each other must not both succeed."""
    turns.take(session, "accounts")


def _locked(session: Session, user_id: int) -> User:
    take_turns(session)
    session.scalar(select(User.id).where(User.id == user_id).with_for_update())
    return queries.user(session, user_id)


def _another(session: Session, actor: Actor, user_id: int, sentence: str) -> User:
    if actor.user_id == user_id:
        raise Refused(sentence)
    return _locked(session, user_id)


def _keep_an_admin(session: Session, leaving: User) -> None:
    if leaving.active and queries.count_holders(session, Role.ADMIN) == 1:
        raise Refused(_("%(name)s is the last administrator. Make somebody else one first.") % {"name": leaving.name})
