"""The most that one person has in twelve rolling months: of everything (the policy says it), and of a kind (the catalogue says it).

A cap is no refusal. Somebody lets a request over it with a reason, and somebody else agrees it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock, turns
from fundapp.core.actor import Actor
from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.grants import steps
from fundapp.grants.lifecycle import Action
from fundapp.grants.matching.queries import same_person
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy import standing, totals
from fundapp.grants.policy.models import CapOverride
from fundapp.grants.policy.tiers import Policy


@dataclass(frozen=True, slots=True)
class Cap:
    """One cap, as a request meets it. `kind` is empty for the one on everything."""

    kind: str
    cap_pence: int
    had_pence: int
    asked_pence: int

    @property
    def over_pence(self) -> int:
        """By how much it would be passed."""
        return max(0, self.had_pence + self.asked_pence - self.cap_pence)

    @property
    def words(self) -> str:
        """What the cap is on."""
        return self.kind or _("Everything together")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a request stands to its caps now."""

    caps: Sequence[Cap]
    # Who let it over its caps, each up to how much.
    lifted: Mapping[int, int]
    # Whether they add up what other agencies asked under codes of their own. Then nobody is told a sum: only whether it is over a cap.
    is_across: bool = False

    @property
    def over_pence(self) -> int:
        """By how much the cap would be passed that is passed furthest; 0 where none is."""
        return max((one.over_pence for one in self.caps), default=0)

    @property
    def lifted_by(self) -> frozenset[int]:
        """Who let it over as far as it goes now."""
        return frozenset(who for who, pence in self.lifted.items() if pence >= self.over_pence)

    @property
    def needs_lifting(self) -> bool:
        """Whether it goes over a cap, and nobody has let it."""
        return self.over_pence > 0 and not self.lifted_by


# A community group meets no cap of a person's.
NO_CAPS = Standing((), {})


def shares(request: GrantRequest) -> dict[int, int]:
    """What a request asks of each kind, by the kind's id."""
    found: Counter[int] = Counter()
    for thing in request.things:
        found[thing.item_id] += thing.price_pence or 0
    return dict(found)


def standing_of(session: Session, request: GrantRequest, pence_by_item: Mapping[int, int] | None = None) -> Standing:
    """How a request stands to its caps, if so much of each kind were agreed: all that it asks, unless told."""
    wanted = shares(request) if pence_by_item is None else pence_by_item
    return standing_under(session, request, wanted, standing.now(session), persons(session, request))


def standing_under(
    session: Session, request: GrantRequest, wanted: Mapping[int, int], policy: Policy, known_by: Collection[int]
) -> Standing:
    """The same, where the policy that holds is known already, and by which codes the person is known."""
    if request.person_id is None:
        return NO_CAPS
    had = totals.of_persons(session, known_by, but=request.id)
    is_across = len(known_by) > 1
    caps = [Cap("", policy.person_cap_pence, had.pence, sum(wanted.values()))]
    kinds = {thing.item_id: thing.item for thing in request.things if thing.item.cap_pence is not None}
    # Whether another agency gave help of a kind that is nobody's to know is not told by a cap either.
    own = totals.of_persons(session, {request.person_id}, but=request.id) if is_across else had
    for number, item in kinds.items():
        of_kind = own if item.is_sensitive else had
        caps.append(Cap(item.name, item.cap_pence or 0, of_kind.by_item.get(number, 0), wanted.get(number, 0)))
    lifted: dict[int, int] = {}
    for row in session.scalars(select(CapOverride).where(CapOverride.request_id == request.id)):
        lifted[row.given_by] = max(row.over_pence, lifted.get(row.given_by, 0))
    return Standing(caps, lifted, is_across)


def require(session: Session, request: GrantRequest, pence_by_item: Mapping[int, int], *, signed_by: Collection[int]) -> None:
    """See that what is agreed stays under its caps, or that somebody let it over them and somebody else signs it.

    Call it just before money is set aside: of two requests for one person, each sees what the one before it was given.
    `signed_by`: everybody with an account who signs; empty where the panel does. Raises Refused.
    """
    take_turn(session, request)
    found = standing_of(session, request, pence_by_item)
    if found.over_pence == 0:
        return
    if found.needs_lifting:
        raise Refused(_over(found))
    if signed_by and found.lifted_by >= set(signed_by):
        raise Refused(_("You let this one over its cap, so somebody else agrees it."))


def lift(session: Session, *, actor: Actor, request_id: int, version: int, reason: str) -> GrantRequest:
    """Let a request over its caps, as far as it goes now, with a reason. Somebody else agrees it, and whoever did this does not pay it.

    Raises as every step does; Refused where no cap is passed, and where somebody let it over already.
    """
    held = steps.hold(session, request_id=request_id, action=Action.LIFT_CAP, actor=actor, version=version)
    take_turn(session, held.request)
    found = standing_of(session, held.request)
    if not found.over_pence:
        raise Refused(_("This request goes over no cap."))
    if not found.needs_lifting:
        raise Refused(_("Somebody let this request over its cap already."))
    steps.move(session, held, reason=reason, facts={"over_pence": found.over_pence})
    session.add(CapOverride(request_id=request_id, given_by=held.user_id, given_at=clock.now(), over_pence=found.over_pence))
    session.flush()
    return held.request


def take_turn(session: Session, request: GrantRequest) -> None:
    """Let one request at a time be agreed for one person, by whichever code they are known."""
    for person_id in sorted(persons(session, request)):
        turns.take(session, f"person:{person_id}")


def persons(session: Session, request: GrantRequest) -> set[int]:
    """By which codes the person of a request is known; none where it is for a group."""
    return same_person(session, request.person_id) if request.person_id else set()


def _over(found: Standing) -> str:
    worst = max(found.caps, key=lambda one: one.over_pence)
    facts = {"total": pounds(worst.had_pence + worst.asked_pence), "cap": pounds(worst.cap_pence), "kind": worst.kind}
    if found.is_across:
        sentence = _("With this, they would have had more in 12 months than the cap of %(cap)s.") % facts
    elif worst.kind:
        sentence = _("With this, they would have had %(total)s of “%(kind)s” in 12 months; the cap is %(cap)s.") % facts
    else:
        sentence = _("With this, they would have had %(total)s in 12 months; the cap is %(cap)s.") % facts
    return f"{sentence} {_('Let it over the cap first, with a reason. Then somebody else agrees it.')}"
