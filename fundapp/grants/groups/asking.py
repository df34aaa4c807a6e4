"""Asking for a community group: a request like any other, whose recipient is an organisation and not a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock, turns
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.grants import asking
from fundapp.grants.groups import service
from fundapp.grants.groups.models import CommunityGroup
from fundapp.grants.lifecycle import ENDED, Status
from fundapp.grants.models import CatalogueItem, GrantRequest
from fundapp.grants.policy import standing
from fundapp.grants.thing_models import RequestThing


@dataclass(frozen=True, slots=True)
class GroupAnswers:
    """What a group's request says."""

    item_id: int
    # What exactly the money is for.
    detail_words: str
    # What they want to do with it, and whom it helps: in the group's words.
    purpose_words: str
    helps_words: str
    how_many: int
    begins_on: date
    price_pence: int
    consent_how: str


def ask(session: Session, *, actor: Actor, form_key: UUID, group_id: int, answers: GroupAnswers) -> GrantRequest:
    """Ask for a group and send it, in one act. The same form key again is the same request.

    Raises NotAllowed and NotFound for whoever does not speak for the group, Refused for what is missing or over the group's cap.
    """
    if not actor.has(Role.KEY_WORKER) or actor.user_id is None or actor.team_id is None or actor.organisation_id is None:
        raise NotAllowed(_("Key workers ask."))
    turns.take(session, f"form:{form_key}")
    earlier = session.scalar(select(GrantRequest).where(GrantRequest.form_key == form_key))
    if earlier is not None:
        if earlier.asked_by != actor.user_id or earlier.group_id != group_id:
            raise NotFound
        return earlier
    # Held, so that of two requests for one group each counts the other.
    group = service.own_group(session, actor=actor, group_id=group_id, for_update=True)
    _within_cap(session, group, answers.price_pence)
    request = _draft(session, actor, form_key, group, answers)
    audit.record(session, actor=actor, kind=AuditKind.REQUEST_DRAFTED, subject=request.subject)
    return asking.send(session, actor=actor, request_id=request.id, version=request.version)


def had_pence(session: Session, group_id: int) -> int:
    """What was agreed for a group in the last twelve months and not given back, and what it has asked for and waits for."""
    committed = func.coalesce(GrantRequest.agreed_pence - GrantRequest.released_pence, GrantRequest.asked_pence)
    counts = case(
        (GrantRequest.agreed_at.is_not(None), GrantRequest.agreed_at >= clock.year_ago()),
        else_=GrantRequest.status.not_in((*ENDED, Status.DRAFT)),
    )
    return int(session.scalar(select(func.coalesce(func.sum(committed), 0)).where(GrantRequest.group_id == group_id, counts)) or 0)


def left_pence(session: Session, group_id: int) -> int:
    """What a group can still ask for now, by the policy's cap for groups."""
    return max(0, standing.now(session).group_cap_pence - had_pence(session, group_id))


def kinds(session: Session) -> list[CatalogueItem]:
    """The kinds of help that groups can ask for now."""
    offered = (
        select(CatalogueItem).where(CatalogueItem.active, CatalogueItem.for_groups).order_by(CatalogueItem.asks_what, CatalogueItem.id)
    )
    return list(session.scalars(offered))


def requests_of(group_id: int) -> Select[GrantRequest]:
    """What was asked for a group, the newest first."""
    return select(GrantRequest).where(GrantRequest.group_id == group_id).order_by(GrantRequest.id.desc())


def _within_cap(session: Session, group: CommunityGroup, price_pence: int) -> None:
    left = left_pence(session, group.id)
    if price_pence > left:
        facts = {"left": pounds(left), "amount": pounds(price_pence)}
        raise Refused(_("%(left)s is what this group can still ask for in these twelve months. You wrote %(amount)s.") % facts)


def _draft(session: Session, actor: Actor, form_key: UUID, group: CommunityGroup, answers: GroupAnswers) -> GrantRequest:
    item = session.get(CatalogueItem, answers.item_id)
    if item is None or not item.active or not item.for_groups:
        raise Refused(_("That is not offered to groups just now. Choose something else."))
    at = clock.now()
    thing = RequestThing(
        position=1, item=item, detail_words=answers.detail_words, price_pence=answers.price_pence, supplier=group.paid_to, typed={}
    )
    request = GrantRequest(
        form_key=form_key,
        group=group,
        helps_many=answers.how_many,
        needed_by=answers.begins_on,
        asked_by=actor.user_id,
        team_id=actor.team_id,
        organisation_id=actor.organisation_id,
        goal_words=answers.purpose_words,
        unblocks_words=answers.helps_words,
        consent_at=at,
        consent_how=answers.consent_how,
        typed={},
        released_pence=0,
        status=Status.DRAFT,
        version=0,
        started_at=at,
        saved_at=at,
        things=[thing],
    )
    session.add(request)
    session.flush()
    return request
