"""What waits for an administrator: seats that too few people hold, and invitations that nobody took up."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import func, select

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.people import unreachable
from fundapp.people.models import Invitation, User, UserRole
from fundapp.people.seats import SEATS, an
from fundapp.web.needs import Need, Waiting
from fundapp.web.session import db


def people(_actor: Actor, limit: int) -> Waiting:
    """Empty seats first, because requests stand still meanwhile; then invitations whose link is over, the oldest first."""
    found = [*_empty_seats(), *_unreachable(), *_lapsed()]
    return Waiting(found[:limit], len(found))


def _empty_seats() -> list[Need]:
    statement = select(UserRole.role, func.count()).join(User).where(User.disabled_at.is_(None)).group_by(UserRole.role)
    held: dict[str, int] = dict(iter(db().execute(statement)))
    return [
        Need(
            what=_few(role, held.get(role.value, 0)),
            about=_("One must be, or requests stand still") if needed == 1 else _("Two must be, or requests stand still"),
            url=url_for("people_admin.new_person"),
            act=_("Invite"),
            glyph="late",
        )
        for role, needed in SEATS.items()
        if held.get(role.value, 0) < needed
    ]


def _unreachable() -> list[Need]:
    """The last administrator cannot be disabled; whoever reads this may well be they."""
    return [
        Need(
            what=_("Mail to an administrator’s address is refused for good"),
            about=_("%(name)s: invite another administrator, or have the address mended") % {"name": user.name},
            url=url_for("people_admin.person", user_id=user.id),
            act=_("Look"),
            glyph="late",
        )
        for user in unreachable.kept_in_use(db())
    ]


def _few(role: Role, held: int) -> str:
    sentence = _("Only one person is %(seat)s") if held else _("Nobody is %(seat)s")
    return sentence % {"seat": an(role)}


def _lapsed() -> list[Need]:
    statement = (
        select(Invitation)
        .where(Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None), Invitation.expires_at < clock.now())
        .order_by(Invitation.expires_at, Invitation.id)
    )
    return [
        Need(
            what=_("An invitation was not taken up"),
            about=row.email,
            url=url_for("people_admin.people"),
            act=_("Look"),
            since=row.expires_at,
        )
        for row in db().scalars(statement)
    ]
