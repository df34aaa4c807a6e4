"""Community groups: adding one, changing it, and which a key worker may speak for."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants.groups.models import CommunityGroup


@dataclass(frozen=True, slots=True)
class GroupWords:
    """What a key worker writes of a group."""

    name: str
    about: str
    paid_to: str
    contact_name: str
    contact_email: str = ""


def add_group(session: Session, *, actor: Actor, words: GroupWords) -> CommunityGroup:
    """Add a group that this key worker's organisation supports.

    Raises NotAllowed for anybody but a key worker, Refused when there is one of that name.
    """
    if not actor.has(Role.KEY_WORKER) or actor.user_id is None or actor.team_id is None or actor.organisation_id is None:
        raise NotAllowed(_("Key workers speak for groups."))
    group = CommunityGroup(
        **asdict(words),
        organisation_id=actor.organisation_id,
        team_id=actor.team_id,
        link_version=1,
        added_by=actor.user_id,
        added_at=clock.now(),
    )
    session.add(group)
    session.flush()
    audit.record(session, actor=actor, kind=AuditKind.GROUP_ADDED, subject=group.subject)
    return group


def change_group(session: Session, *, actor: Actor, group_id: int, words: GroupWords) -> CommunityGroup:
    """Change what stands of a group. Another e-mail ends the links that the one before was sent. Raises NotFound, Refused."""
    group = own_group(session, actor=actor, group_id=group_id, for_update=True)
    if group.contact_email != words.contact_email:
        group.link_version += 1
    for name, said in asdict(words).items():
        setattr(group, name, said)
    session.flush()
    audit.record(session, actor=actor, kind=AuditKind.GROUP_CHANGED, subject=group.subject)
    return group


def own_group(session: Session, *, actor: Actor, group_id: int, for_update: bool = False) -> CommunityGroup:
    """A group that this key worker's team speaks for. Raises NotFound for every other."""
    group = session.get(CommunityGroup, group_id, with_for_update=for_update or None, populate_existing=for_update)
    if group is None or not actor.has(Role.KEY_WORKER) or group.team_id != actor.team_id:
        raise NotFound
    return group


def team_groups(actor: Actor) -> Select[CommunityGroup]:
    """The groups that a key worker's team speaks for, by name."""
    return select(CommunityGroup).where(CommunityGroup.team_id == actor.team_id).order_by(CommunityGroup.name, CommunityGroup.id)
