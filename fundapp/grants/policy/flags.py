"""What whoever decides should see about a request, written down as it was when it was sent."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import false, literal, select, true, union_all
from sqlalchemy.orm import Session

from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.money import pounds
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy import caps
from fundapp.grants.policy.models import PolicyAnswer, RequestFlag
from fundapp.grants.policy.standing_tier import WhyNot


class Flag(StrEnum):
    """Something to look at. None of them is a refusal."""

    OVER_CAP = "over_cap"
    OVER_KIND_CAP = "over_kind_cap"
    OVER_GUIDE = "over_guide"
    NOT_IN_CATALOGUE = "not_in_catalogue"


_SAID = {
    Flag.OVER_CAP: marked("%(over)s over the cap for one person in 12 months"),
    Flag.OVER_KIND_CAP: marked("%(over)s over the cap for this kind in 12 months"),
    Flag.OVER_GUIDE: marked("%(over)s above the guide price"),
    Flag.NOT_IN_CATALOGUE: marked("Something the catalogue does not name"),
}
# The same, where by how much is not told.
_UNTOLD = {
    Flag.OVER_CAP: marked("Over the cap for one person in 12 months"),
    Flag.OVER_KIND_CAP: marked("Over the cap for this kind in 12 months"),
}


def write(session: Session, request: GrantRequest) -> None:
    """Write down what stands out about a request that is being sent."""
    standing = caps.standing_of(session, request)
    met = standing.caps
    over = {
        Flag.OVER_CAP: max((one.over_pence for one in met if not one.kind), default=0),
        Flag.OVER_KIND_CAP: max((one.over_pence for one in met if one.kind), default=0),
        Flag.OVER_GUIDE: sum(
            max(0, (one.price_pence or 0) - one.item.guide_high_pence) for one in request.things if not one.item.asks_what
        ),
    }
    # By how much is left out where it would tell a sum that another agency's help added up to.
    untold = {Flag.OVER_CAP, Flag.OVER_KIND_CAP} if standing.is_across else set()
    found = [
        RequestFlag(request_id=request.id, code=flag.value, over_pence=0 if flag in untold else pence)
        for flag, pence in over.items()
        if pence
    ]
    if any(one.item.asks_what for one in request.things):
        found.append(RequestFlag(request_id=request.id, code=Flag.NOT_IN_CATALOGUE.value, over_pence=0))
    session.add_all(found)
    session.flush()


def of(session: Session, request_id: int) -> Sequence[str]:
    """What stood out about a request when it was sent, in words; and why the policy passed it on, if it was small enough. One question."""
    flagged = select(RequestFlag.code, RequestFlag.over_pence, false()).where(RequestFlag.request_id == request_id)
    passed_on = select(PolicyAnswer.why_not, literal(0), true()).where(
        PolicyAnswer.request_id == request_id, PolicyAnswer.why_not.is_not(None)
    )
    found: Sequence[Any] = session.execute(union_all(flagged, passed_on)).all()
    rows = sorted((by_policy, code, pence) for code, pence, by_policy in found)
    return [_passed_on(code) if by_policy else _said(Flag(code), pence) for by_policy, code, pence in rows]


def _said(flag: Flag, pence: int) -> str:
    return _(_SAID[flag]) % {"over": pounds(pence)} if pence or flag not in _UNTOLD else _(_UNTOLD[flag])


def _passed_on(code: str) -> str:
    return _("The policy did not agree it by itself: %(why)s") % {"why": WhyNot(code).words}
