"""Who tries a step that is not theirs changes nothing: no row, no balance, no event, no letter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from fundapp.core.actor import Actor
from fundapp.core.errors import FundError, NotAllowed, NotFound
from fundapp.core.roles import Role
from fundapp.grants import asking, confirming, deciding, steps
from fundapp.grants.confirming import Result
from fundapp.grants.models import GrantRequest
from fundapp.payouts import service as payouts
from fundapp.people import queries as people_queries
from fundapp.people.models import Team
from tests.builders import grants as build
from tests.builders import people as seats
from tests.builders import together
from tests.builders.grants import Cast

Step = Callable[[Session, Actor, GrantRequest], object]

STEPS: dict[str, Step] = {
    "send": lambda s, a, r: asking.send(s, actor=a, request_id=r.id, version=r.version),
    "answer": lambda s, a, r: asking.answer_question(s, actor=a, request_id=r.id, version=r.version, words="The long one."),
    "withdraw": lambda s, a, r: asking.withdraw(s, actor=a, request_id=r.id, version=r.version, words="They found one."),
    "agree": lambda s, a, r: deciding.agree(s, actor=a, request_id=r.id, version=r.version, fund_code="public-giving"),
    "part": lambda s, a, r: deciding.agree_part(
        s, actor=a, request_id=r.id, version=r.version, fund_code="public-giving", amount_pence=1_000, reason="Half."
    ),
    "question": lambda s, a, r: deciding.ask_question(s, actor=a, request_id=r.id, version=r.version, words="Which?"),
    "decline": lambda s, a, r: deciding.decline(s, actor=a, request_id=r.id, version=r.version, reason="No."),
    "aside": lambda s, a, r: deciding.step_aside(s, actor=a, request_id=r.id, version=r.version),
    "give-back": lambda s, a, r: deciding.release_award(s, actor=a, request_id=r.id, version=r.version, reason="Moved away."),
    "enter": lambda s, a, r: payouts.enter_payment(
        s,
        actor=a,
        request_id=r.id,
        version=r.version,
        amount_pence=1_000,
        paid_on=build.clock.today(),
        supplier="A shop",
        bank_reference="X",
    ),
    "release": lambda s, a, r: payouts.release_payment(s, actor=a, request_id=r.id, version=r.version),
    "refuse": lambda s, a, r: payouts.refuse_payment(s, actor=a, request_id=r.id, version=r.version, reason="Wrong sum."),
    "give-rest-back": lambda s, a, r: deciding.release_rest(s, actor=a, request_id=r.id, version=r.version, reason="Cheaper."),
    "take-back": lambda s, a, r: payouts.take_back_payment(s, actor=a, request_id=r.id, version=r.version, number=1, reason="Bounced."),
    "confirm": lambda s, a, r: confirming.confirm(s, actor=a, request_id=r.id, version=r.version, bill=build.photo()),
    "outcome": lambda s, a, r: confirming.tell_outcome(s, actor=a, request_id=r.id, version=r.version, result=Result.HOUSED),
}


def at(session: Session, who: Cast, state: str) -> GrantRequest:
    """A request of the worker's in this state."""
    if state == "draft":
        return build.draft(session, who.worker)
    if state == "waiting":
        return build.waiting(session, who.worker)
    if state == "question":
        request = build.waiting(session, who.worker)
        STEPS["question"](session, who.approver.actor, request)
        session.commit()
        return request
    makers: dict[str, Callable[..., GrantRequest]] = {
        "being_paid": build.entered,
        "part_paid": build.part_paid,
        "paid": build.paid,
        "in_hands": build.in_hands,
    }
    return build.agreed(session, who.worker, who.approver) if state == "agreed" else makers[state](session, who)


def refused(session: Session, act: Step, actor: Actor, request: GrantRequest) -> FundError:
    """The refusal of a step, having left no trace."""
    before = build.footprint(session)
    with pytest.raises(FundError) as error:
        act(session, actor, request)
    session.rollback()
    assert build.footprint(session) == before
    return error.value


def start(session: Session) -> Cast:
    build.money(session)
    return build.cast(session)


NOT_KEY_WORKERS = ("approver", "finance", "panel", "auditor", "admin")
NOT_THEIR_WORKERS = ("other_worker", *NOT_KEY_WORKERS)
NOT_APPROVERS = ("worker", "teammate", "other_worker", "amber", "finance", "panel", "auditor", "admin")
NOT_SECOND_PAYERS = ("finance", "worker", "approver", "panel", "auditor", "admin")


@pytest.mark.parametrize(
    ("state", "step", "barred"),
    [
        ("draft", "send", ("amber", *NOT_THEIR_WORKERS)),
        ("waiting", "agree", NOT_APPROVERS),
        ("waiting", "part", NOT_APPROVERS),
        ("waiting", "question", NOT_APPROVERS),
        ("waiting", "decline", NOT_APPROVERS),
        ("question", "answer", NOT_THEIR_WORKERS),
        ("waiting", "withdraw", NOT_THEIR_WORKERS),
        ("agreed", "enter", ("worker", "approver", "approver_two", "panel", "auditor", "admin")),
        ("agreed", "give-back", ("worker", "panel", "auditor", "admin")),
        ("being_paid", "release", NOT_SECOND_PAYERS),
        ("being_paid", "refuse", NOT_SECOND_PAYERS),
        ("part_paid", "enter", ("worker", "approver", "approver_two", "panel", "auditor", "admin")),
        ("part_paid", "give-rest-back", ("worker", "approver", "panel", "auditor", "admin")),
        ("part_paid", "withdraw", NOT_THEIR_WORKERS),
        ("part_paid", "confirm", NOT_THEIR_WORKERS),
        ("part_paid", "take-back", ("worker", "approver", "panel", "auditor", "admin")),
        ("paid", "take-back", ("worker", "approver", "panel", "auditor", "admin")),
        ("paid", "confirm", NOT_THEIR_WORKERS),
        ("in_hands", "outcome", NOT_THEIR_WORKERS),
    ],
)
def test_a_step_of_another_seat_is_refused_and_changes_nothing(session: Session, state: str, step: str, barred: tuple[str, ...]) -> None:
    who = start(session)
    request = at(session, who, state)
    for seat in barred:
        error = refused(session, STEPS[step], who.seat(seat).actor, request)
        assert isinstance(error, NotAllowed | NotFound), seat


def with_seat(session: Session, request: GrantRequest, *roles: Role) -> Actor:
    """Somebody of the team that asked who holds a deciding or paying seat as well."""
    return seats.user(session, *roles, at=session.get_one(Team, request.team_id)).actor


def test_an_approver_of_the_team_that_asked_does_not_decide(session: Session) -> None:
    who = start(session)
    request = build.waiting(session, who.amber)
    insider = with_seat(session, request, Role.APPROVER)
    for step in ("agree", "part", "question", "decline"):
        error = refused(session, STEPS[step], insider, request)
        assert error.sentence == "Your team asked for this one, so somebody else answers it."


def test_a_finance_officer_of_the_team_that_asked_does_not_pay(session: Session) -> None:
    who = start(session)
    request = build.agreed(session, who.amber, who.approver)
    insider = with_seat(session, request, Role.FINANCE)
    assert isinstance(refused(session, STEPS["enter"], insider, request), NotAllowed)
    build.enter(session, who.finance, request)
    assert isinstance(refused(session, STEPS["release"], insider, request), NotAllowed)
    assert isinstance(refused(session, STEPS["refuse"], insider, request), NotAllowed)


def test_who_asked_and_then_moved_to_the_fund_office_does_not_decide(session: Session) -> None:
    who = start(session)
    request = build.waiting(session, who.amber)
    moved = Actor(who.amber.actor.reference, who.amber.id, frozenset({Role.APPROVER}), None, who.approver.actor.team_id)
    assert refused(session, STEPS["agree"], moved, request).sentence == "You asked for this one yourself, so somebody else answers it."


def test_who_agreed_it_neither_enters_nor_releases_its_payment_though_they_hold_both_seats(session: Session) -> None:
    who = start(session)
    both = seats.user(session, Role.APPROVER, Role.FINANCE)
    request = build.agreed(session, who.worker, build.Seat(both, both.actor, both.id))
    actor = people_queries.user(session, both.id).actor
    assert "You agreed this one" in refused(session, STEPS["enter"], actor, request).sentence
    build.enter(session, who.finance, request)
    assert "You agreed this one" in refused(session, STEPS["release"], actor, request).sentence
    assert "You agreed this one" in refused(session, STEPS["refuse"], actor, request).sentence


def test_who_stepped_aside_neither_decides_nor_pays(session: Session) -> None:
    who = start(session)
    request = build.waiting(session, who.worker)
    STEPS["aside"](session, who.approver.actor, request)
    session.commit()
    for step in ("agree", "part", "question", "decline", "aside"):
        assert refused(session, STEPS[step], who.approver.actor, request).sentence == "You stepped aside from this one."
    STEPS["agree"](session, who.approver_two.actor, request)
    STEPS["aside"](session, who.finance.actor, request)
    session.commit()
    assert isinstance(refused(session, STEPS["enter"], who.finance.actor, request), NotAllowed)
    build.enter(session, who.finance_two, request)
    assert isinstance(refused(session, STEPS["release"], who.finance.actor, request), NotAllowed)


def test_an_administrator_with_an_approvers_seat_decides_nothing(session: Session) -> None:
    who = start(session)
    request = build.waiting(session, who.worker)
    mighty = seats.user(session, *Role).actor
    assert "neither decides" in refused(session, STEPS["agree"], mighty, request).sentence


def test_after_a_payment_was_sent_back_its_first_enterer_may_release_what_another_enters(session: Session) -> None:
    who = start(session)
    request = build.entered(session, who)
    STEPS["refuse"](session, who.finance_two.actor, request)
    build.enter(session, who.finance_two, request)
    assert "You entered this payment" in refused(session, STEPS["release"], who.finance_two.actor, request).sentence
    STEPS["release"](session, who.finance.actor, request)
    assert request.status == "paid"


@pytest.mark.parametrize("state", ["draft", "waiting", "question", "agreed", "being_paid", "part_paid", "paid", "in_hands"])
def test_a_stale_page_changes_nothing_whatever_it_asks(session: Session, state: str) -> None:
    who = start(session)
    request = at(session, who, state)
    everyone = seats.user(session, *(set(Role) - {Role.ADMIN})).actor
    old = GrantRequest(id=request.id, version=request.version - 1)
    for step in STEPS.values():
        refused(session, step, everyone, old)


def test_a_request_that_nobody_made_is_not_there(session: Session) -> None:
    who = start(session)
    build.item(session)
    ghost = GrantRequest(id=999_999, version=0)
    for step in STEPS.values():
        assert isinstance(refused(session, step, who.approver.actor, ghost), NotFound)


def test_several_people_stand_to_a_request_as_each_of_them_does_alone(session: Session) -> None:
    build.money(session)
    who = build.cast(session)
    everybody = [who.seat(name).actor for name in who.names]
    aside = build.agreed(session, who.worker, who.approver)
    deciding.step_aside(session, actor=who.finance.actor, request_id=aside.id, version=aside.version)
    made = [aside, build.entered(session, who), together.signed(session, who.other_worker, who.approver_two)]
    for request in made:
        stand = steps.ties_of(session, request, everybody, steps.said(session, request))
        assert stand == [steps.ties(session, request, one) for one in everybody]
        # An auditor sees every request, and being one ties nobody to any.
        assert stand == [steps.seen(session, request.id, replace(one, roles=one.roles | {Role.AUDITOR}))[1] for one in everybody]
        assert len(set(stand)) > 3
