"""What of grant requests is forgotten, and when: drafts, then words, then bills. What was asked, agreed and paid stays as figures."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, func
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.core.forgetting import Forgetting
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.grants.delivery import ending as delivery
from fundapp.grants.groups import forgetting as groups
from fundapp.grants.lifecycle import Status
from fundapp.grants.matching import forgetting as matching
from fundapp.grants.models import Evidence, GrantRequest
from fundapp.grants.slips import forgetting as slips

_PAID = (Status.PAID, Status.IN_HANDS, Status.CLOSED)
_REFUSED = (Status.DECLINED, Status.WITHDRAWN)


def _stale_draft(before: datetime) -> ColumnElement[bool]:
    return (GrantRequest.status == Status.DRAFT) & (GrantRequest.saved_at < before)


def _refused(before: datetime) -> ColumnElement[bool]:
    return GrantRequest.status.in_(_REFUSED) & (func.coalesce(GrantRequest.ended_at, GrantRequest.saved_at) < before)


def _helped(before: datetime) -> ColumnElement[bool]:
    ended = func.coalesce(GrantRequest.ended_at, GrantRequest.in_hands_at, GrantRequest.paid_at)
    return GrantRequest.status.in_(_PAID) & (ended < before)


def _paid(before: datetime) -> ColumnElement[bool]:
    return GrantRequest.status.in_(_PAID) & (GrantRequest.paid_at < before)


def _drop_draft(session: Session, request: GrantRequest) -> None:
    audit.erase_words(session, subjects=[request.subject])
    delivery.drop_all(session, request.id)
    session.delete(request)


def _drop_words(session: Session, request: GrantRequest) -> None:
    _drop_own_words(session, request)
    _drop_purchase(request)


def _drop_own_words(session: Session, request: GrantRequest) -> None:
    request.goal_words = request.unblocks_words = request.consent_how = ""
    request.typed = {}
    request.person_group = request.locality = request.needed_by = request.needed_for = request.paid_how = None
    for thing in request.things:
        thing.typed = {}
    slips.drop_questions(session, request.id)
    delivery.drop_pictures(session, request.id)
    audit.erase_words(session, subjects=[request.subject])


def _drop_purchase(request: GrantRequest) -> None:
    for thing in request.things:
        thing.detail_words = thing.supplier = ""


def _drop_bills(session: Session, request: GrantRequest) -> None:
    session.execute(delete(Evidence).where(Evidence.request_id == request.id))
    _drop_purchase(request)


def _person(request: GrantRequest) -> tuple[str, ...]:
    return (f"person:{request.person_id}",) if request.person_id else ()


FORGETTING = (
    Forgetting(Kept.DRAFT, marked("Drafts of requests that were never sent"), GrantRequest, "grant", _stale_draft, _drop_draft, _person),
    Forgetting(Kept.DECLINED, marked("Words of declined and withdrawn requests"), GrantRequest, "grant", _refused, _drop_words, _person),
    Forgetting(
        Kept.IDENTITY, marked("The person’s own words in requests that were paid"), GrantRequest, "grant", _helped, _drop_own_words, _person
    ),
    Forgetting(Kept.MONEY, marked("Bills, and where it was bought"), GrantRequest, "grant", _paid, _drop_bills, _person),
    *delivery.FORGETTING,
    *groups.FORGETTING,
    *slips.FORGETTING,
    *matching.FORGETTING,
)
