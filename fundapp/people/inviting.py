"""A way into the Fund is an invitation: one link, one use, seven days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotFound, Refused
from fundapp.core.keys import random_token, token_hash
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.jobs import enqueue
from fundapp.people import queries
from fundapp.people.models import Invitation, Team, User, UserRole
from fundapp.people.passwords import Passwords, refuse_weak
from fundapp.people.seats import require_seats

LASTS = timedelta(days=7)


def invite(session: Session, *, actor: Actor, email: str, roles: Iterable[Role], team_id: int) -> Invitation:
    """Invite somebody by mail. The mail job mints the link.

    Raises Refused for an e-mail that has an account, and for seats that the organisation cannot hold.
    """
    invitation = _write(session, actor, email, roles, team_id)
    enqueue(session, "people.send_invitation", invitation_id=invitation.id)
    return invitation


def invite_by_link(session: Session, *, actor: Actor, email: str, roles: Iterable[Role], team_id: int) -> str:
    """Invite somebody with a link to be handed over, and answer its token. No mail goes out. Raises as `invite`."""
    return mint_link(session, invitation=_write(session, actor, email, roles, team_id))


def mint_link(session: Session, *, invitation: Invitation) -> str:
    """A new token for an invitation; any earlier link is dead from now on."""
    token = random_token()
    invitation.token_hash = token_hash(token)
    session.flush()
    return token


def send_again(session: Session, *, actor: Actor, invitation_id: int) -> Invitation:
    """Send a new link with seven new days. The old one is dead once the new one is made. Raises NotFound, Refused."""
    invitation = _open_one(session, invitation_id)
    invitation.expires_at = clock.now() + LASTS
    session.flush()
    record(session, actor=actor, kind=AuditKind.INVITATION_SENT_AGAIN, subject=f"invitation:{invitation.id}")
    enqueue(session, "people.send_invitation", invitation_id=invitation.id)
    return invitation


def withdraw_invitation(session: Session, *, actor: Actor, invitation_id: int) -> Invitation:
    """End an invitation that nobody has taken up. Raises NotFound, Refused."""
    invitation = _open_one(session, invitation_id)
    invitation.withdrawn_at = clock.now()
    session.flush()
    record(session, actor=actor, kind=AuditKind.INVITATION_WITHDRAWN, subject=f"invitation:{invitation.id}")
    return invitation


def invitation_for(session: Session, token: str) -> Invitation | None:
    """The invitation that a link opens; None when it was used, withdrawn, is too old, or never was."""
    return session.scalar(_usable(token).options(joinedload(Invitation.team, innerjoin=True).joinedload(Team.organisation, innerjoin=True)))


def accept_invitation(session: Session, *, token: str, name: str, password: str, passwords: Passwords) -> User:
    """Make the account that an invitation promises.

    Raises NotFound when the link is of no use, and Refused for a weak password or seats that may no longer be given.
    """
    invitation = session.scalar(_usable(token).with_for_update())
    if invitation is None:
        raise NotFound(_("This link cannot be used. It may have been used already, or be older than seven days."))
    refuse_weak(password, email=invitation.email, name=name)
    team = queries.team(session, invitation.team_id)
    roles = invitation.role_set
    require_seats(roles, team.organisation)
    user = User(
        email=invitation.email,
        name=name,
        password_hash=passwords.hash(password),
        team=team,
        created_at=clock.now(),
        disabled_at=None,
        role_rows=[UserRole(role=role.value) for role in sorted(roles)],
    )
    session.add(user)
    session.flush()
    invitation.accepted_at = clock.now()
    invitation.user_id = user.id
    facts: dict[str, str | int] = {"invitation": invitation.id, "roles": " ".join(sorted(roles)), "team": team.id}
    record(session, actor=user.actor, kind=AuditKind.INVITATION_ACCEPTED, subject=user.reference, facts=facts)
    return user


def _write(session: Session, actor: Actor, email: str, roles: Iterable[Role], team_id: int) -> Invitation:
    wanted = frozenset(roles)
    team = queries.team(session, team_id)
    require_seats(wanted, team.organisation)
    if queries.user_by_email(session, email):
        raise Refused(_("There is an account with that e-mail already."))
    # The database knows it under one key alone; while keys are changed an invitation may still be found by an older one.
    if any(one.email == queries.plain_email(email) for one in queries.open_invitations(session)):
        raise Refused(_("That e-mail has an invitation already. Send it again from the list of people."))
    now = clock.now()
    invitation = Invitation(
        email=queries.plain_email(email),
        team=team,
        roles=sorted(wanted),
        invited_by=actor.reference,
        created_at=now,
        expires_at=now + LASTS,
        token_hash=None,
        accepted_at=None,
        withdrawn_at=None,
        user_id=None,
    )
    session.add(invitation)
    session.flush()
    facts: dict[str, str | int] = {"roles": " ".join(sorted(wanted)), "team": team.id}
    record(session, actor=actor, kind=AuditKind.INVITATION_SENT, subject=f"invitation:{invitation.id}", facts=facts)
    return invitation


def _usable(token: str) -> Select[Invitation]:
    return select(Invitation).where(
        Invitation.token_hash == token_hash(token),
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        Invitation.expires_at > clock.now(),
    )


def _open_one(session: Session, invitation_id: int) -> Invitation:
    invitation = session.get(Invitation, invitation_id, with_for_update=True)
    if invitation is None:
        raise NotFound(_("There is no such invitation."))
    if invitation.accepted_at:
        raise Refused(_("This invitation has been accepted meanwhile. The account is in the list of people."))
    if invitation.withdrawn_at:
        raise Refused(_("This invitation has been withdrawn meanwhile."))
    return invitation
