"""Drawing up what is to be given: how much for each thing, out of which funds; and putting the first name under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.grants import awards
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy.tiers import Policy, Signers
from fundapp.grants.together import standing
from fundapp.grants.together.allocating import Share, allocate, cut
from fundapp.grants.together.frozen import digest
from fundapp.grants.together.models import Award, AwardPart, Signature
from fundapp.ledger.service import FundClosed, NotEnoughMoney
from fundapp.people import cover
from fundapp.people import queries as people

Facts = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody would give: out of which funds, in the order in which they are used up, and how much for each thing."""

    fund_codes: Sequence[str]
    # By the thing's id, 0 for what is left out. None: all that is asked.
    pence: Mapping[int, int] | None = None
    # The most that a fund gives, where it is not all it has free. The last fund gives the rest.
    most: Mapping[str, int] = field(default_factory=dict)


def wanted(request: GrantRequest, terms: Terms) -> dict[int, int]:
    """How much for each thing. Raises Refused for more than was asked, for nothing at all, and for what was not asked for."""
    asked = {thing.id: thing.price_pence or 0 for thing in request.things}
    found = dict(asked) if terms.pence is None else {thing_id: terms.pence.get(thing_id, 0) for thing_id in asked}
    if set(terms.pence or ()) - set(asked):
        raise Refused(_("This page was old. Look at it again; nothing was changed."))
    for thing in request.things:
        if not 0 <= found[thing.id] <= asked[thing.id]:
            told = {"what": thing.what, "amount": pounds(asked[thing.id])}
            raise Refused(_("%(amount)s was asked for %(what)s. A part is not more than that, and never less than nothing.") % told)
    if not sum(found.values()):
        raise Refused(_("That is nothing. To give nothing, decline, with a reason."))
    return found


def part_of(request: GrantRequest, amount_pence: int) -> dict[int, int]:
    """An amount laid over the things in their order."""
    return cut([(thing.id, thing.price_pence or 0) for thing in request.things], amount_pence)


def draw_up(
    session: Session, request: GrantRequest, terms: Terms, *, signers: Signers, policy: Policy, votes_close_at: datetime | None = None
) -> Award:
    """Write down an award that nobody has signed yet. Raises Refused where the funds cannot give it now."""
    things = wanted(request, terms)
    shares = _shares(session, things, terms)
    number = session.scalar(select(func.count()).select_from(Award).where(Award.request_id == request.id)) or 0
    award = Award(
        request_id=request.id,
        number=number + 1,
        agreed_pence=sum(things.values()),
        signers=signers.value,
        policy_number=policy.number,
        hash=_digest(request, policy.number, signers, shares),
        made_at=clock.now(),
        votes_close_at=votes_close_at,
    )
    session.add(award)
    session.flush()
    session.add_all(
        AwardPart(award_id=award.id, thing_id=one.thing_id, position=place, fund_code=one.fund_code, agreed_pence=one.pence)
        for place, one in enumerate(shares, 1)
    )
    session.flush()
    return award


def sign(session: Session, award: Award, actor: Actor, seat: str, *, is_urgent: bool = False) -> None:
    """Put somebody's name under an award, in one of their seats; a deputy's, with whom they stand in for."""
    session.add(
        Signature(
            award_id=award.id,
            user_id=actor.user_id,
            actor=actor.reference,
            seat=seat,
            for_user_id=_stands_in_for(session, actor, seat),
            is_urgent=is_urgent,
            signed_at=clock.now(),
        )
    )
    session.flush()


def facts_of(award: Award) -> Facts:
    """What the audit trail keeps of an award."""
    return {
        "agreed_pence": award.agreed_pence,
        "award": award.id,
        "hash": award.hash,
        "policy": award.policy_number or 0,
        "signers": award.signers,
    }


def require_unchanged(session: Session, request: GrantRequest, award: Award) -> None:
    """See that what was signed is what stands. Raises Refused where anything of it changed since."""
    shares = [Share(part.thing_id, part.fund_code, part.agreed_pence) for part in standing.parts(session, award)]
    if _digest(request, award.policy_number, Signers(award.signers), shares) != award.hash or not _as_told(request, award, shares):
        raise Refused(_("This is not what was signed: something changed since. Open it again, so that it is decided anew."))


def by_thing(session: Session, award: Award) -> dict[int, int]:
    """How much an award gives for each thing."""
    found: Counter[int] = Counter()
    for part in standing.parts(session, award):
        found[part.thing_id] += part.agreed_pence
    return dict(found)


def _as_told(request: GrantRequest, award: Award, shares: Sequence[Share]) -> bool:
    """Whether the request says of itself what its award says, once it is agreed."""
    if award.agreed_at is None:
        return True
    given: Counter[int] = Counter()
    for share in shares:
        given[share.thing_id] += share.pence
    return request.agreed_pence == award.agreed_pence and all((thing.agreed_pence or 0) == given[thing.id] for thing in request.things)


def _shares(session: Session, things: Mapping[int, int], terms: Terms) -> Sequence[Share]:
    total = sum(things.values())
    codes = list(dict.fromkeys(terms.fund_codes))
    choices = {one.code: one for one in awards.fund_choices(session, 0)}
    unknown = next((code for code in codes if code not in choices), None)
    if unknown is not None or not codes:
        raise Refused(_("There is no fund “%(code)s” in the ledger.") % {"code": unknown or ""})
    rooms = [(code, min(terms.most.get(code, total), max(0, choices[code].free_pence))) for code in codes[:-1]]
    shares = allocate(list(things.items()), [*rooms, (codes[-1], total)]) or ()
    given: Counter[str] = Counter()
    for share in shares:
        given[share.fund_code] += share.pence
    for code, pence in given.items():
        fund = choices[code]
        if not fund.is_open:
            raise FundClosed(f"{fund.name}: {fund.against}.")
        if fund.free_pence < pence:
            told = {"fund": fund.name, "amount": pounds(max(0, fund.free_pence)), "needed": pounds(pence)}
            raise NotEnoughMoney(_("%(fund)s has %(amount)s left to award, and this needs %(needed)s.") % told)
    return shares


def _digest(request: GrantRequest, policy_number: int | None, signers: Signers, shares: Sequence[Share]) -> str:
    return digest(
        request_id=request.id,
        recipient=f"person:{request.person_id}" if request.group_id is None else f"group:{request.group_id}",
        policy_number=policy_number,
        signers=signers.value,
        kinds=[(thing.id, thing.item.code) for thing in request.things],
        shares=shares,
    )


def _stands_in_for(session: Session, actor: Actor, seat: str) -> int | None:
    away = {user for user, deputy in cover.deputies(session, clock.today()).items() if deputy == actor.user_id} if actor.user_id else set()
    holders = {user.id for user in people.holders(session, Role(seat))} if away else set()
    return min(away & holders, default=None)
