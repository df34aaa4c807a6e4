"""A policy is proposed by one, signed by two approvers, holds from then on, and is never changed afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEvent
from fundapp.cli import check
from fundapp.core.db import transaction
from fundapp.core.errors import Conflict, FundError, NotAllowed, NotFound, Refused
from fundapp.core.roles import Role
from fundapp.grants.policy import standing, versions
from fundapp.grants.policy.models import PolicyOutcome, PolicySignature, PolicyVersion
from fundapp.grants.policy.tiers import FIRST_TIERS, UNSIGNED
from fundapp.people import leaving
from tests.builders import grants as build
from tests.builders import people, policy
from tests.builders.policy import WHY
from tests.support.postgres import OwnDatabase
from tests.support.races import at_once


def rows(session: Session) -> list[int]:
    """How much there is of all that a policy leaves behind."""
    session.commit()
    told = select(func.count()).select_from(AuditEvent).where(AuditEvent.kind.like("policy.%"))
    counted = [session.scalar(select(func.count()).select_from(one)) or 0 for one in (PolicyVersion, PolicySignature, PolicyOutcome)]
    return [*counted, session.scalar(told) or 0]


def test_it_holds_from_the_second_signature_on_and_not_before(session: Session) -> None:
    who = build.cast(session)
    assert standing.now(session) == UNSIGNED
    made = policy.proposed(session, who, person_cap_pence=60_000)
    assert standing.now(session) == UNSIGNED
    versions.sign(session, actor=who.approver.actor, number=made.number)
    assert standing.now(session) == UNSIGNED
    versions.sign(session, actor=who.approver_two.actor, number=made.number)
    assert standing.now(session) == replace(UNSIGNED, number=1, person_cap_pence=60_000)
    assert standing.open_version(session) is None
    assert standing.reasons(session, [made]) == {1: WHY}
    told = session.scalars(select(AuditEvent).where(AuditEvent.subject == "policy:1").order_by(AuditEvent.id)).all()
    assert [(one.kind, one.actor) for one in told] == [
        ("policy.proposed", who.admin.actor.reference),
        ("policy.signed", who.approver.actor.reference),
        ("policy.signed", who.approver_two.actor.reference),
        ("policy.began", who.approver_two.actor.reference),
    ]


def test_the_next_one_takes_its_place_and_both_stay_to_be_read(session: Session) -> None:
    who = build.cast(session)
    policy.signed(session, who, person_cap_pence=60_000)
    second = policy.signed(session, who, tiers=(FIRST_TIERS[1], FIRST_TIERS[3]))
    assert (second.number, second.person_cap_pence, second.at_once_pence) == (2, 60_000, 0)
    found = session.scalars(standing.history()).all()
    assert [(one.number, one.replaces) for one in found] == [(2, 1), (1, 0)]
    before = standing.before(session, found)
    assert (before[1], before[2].person_cap_pence) == (UNSIGNED, 60_000)


def test_nobody_signs_twice_or_out_of_another_seat(session: Session) -> None:
    who = build.cast(session)
    made = policy.proposed(session, who)
    versions.sign(session, actor=who.approver.actor, number=made.number)
    for name in who.names:
        who.seat(name)
    before = rows(session)
    for seat in ("approver", "finance", "admin", "panel", "worker", "auditor"):
        said = "somebody else signs next" if seat == "approver" else "Two approvers sign"
        with pytest.raises(NotAllowed, match=said):
            versions.sign(session, actor=who.seat(seat).actor, number=made.number)
    assert rows(session) == before
    assert standing.now(session) == UNSIGNED


def test_who_proposed_it_does_not_sign_it_with_another_seat_either(session: Session) -> None:
    who = build.cast(session)
    policy.seats(who)
    both = people.user(session, Role.ADMIN, Role.APPROVER)
    made = versions.propose(session, actor=both.actor, policy=UNSIGNED, replaces=0, reason=WHY)
    before = rows(session)
    with pytest.raises(NotAllowed, match="does not sign"):
        versions.sign(session, actor=both.actor, number=made.number)
    as_approver = replace(both.actor, roles=frozenset({Role.APPROVER}))
    with pytest.raises(NotAllowed, match="Two other people"):
        versions.sign(session, actor=as_approver, number=made.number)
    assert rows(session) == before


BY_HAND = "INSERT INTO policy_outcome SELECT 1, 0, true, {first}, {second}, now(), proposed_by FROM policy_version"
A_SIGNATURE = "(SELECT min(user_id) FROM policy_signature)"


ACTS = (
    BY_HAND.format(first="NULL", second="NULL"),
    BY_HAND.format(first=A_SIGNATURE, second="NULL"),
    BY_HAND.format(first=A_SIGNATURE, second=A_SIGNATURE),
    # Somebody who has not signed.
    BY_HAND.format(first=A_SIGNATURE, second="proposed_by"),
    "INSERT INTO policy_signature SELECT number, proposed_by, proposed_by, now() FROM policy_version",
    # As if somebody else had proposed it.
    "INSERT INTO policy_signature SELECT number, proposed_by, proposed_by + 1, now() FROM policy_version",
    "UPDATE policy_version SET person_cap_pence = 1",
    "DELETE FROM policy_signature",
    "UPDATE policy_signature SET user_id = proposed_by",
    "DELETE FROM policy_version",
)


def test_the_database_itself_lets_nothing_hold_that_two_have_not_signed_and_changes_nothing(session: Session) -> None:
    who = build.cast(session)
    made = policy.proposed(session, who)
    versions.sign(session, actor=who.approver.actor, number=made.number)
    before = rows(session)
    for act in ACTS:
        with pytest.raises((DBAPIError, FundError)), transaction(session):
            session.execute(text(act))
        session.rollback()
    assert rows(session) == before
    assert standing.now(session) == UNSIGNED


CANNOT: tuple[tuple[str, str, dict[str, Any], int, str], ...] = (
    ("approver", WHY, {}, 0, "Only an administrator"),
    ("finance", WHY, {}, 0, "Only an administrator"),
    ("admin", "  ", {}, 0, "Say why"),
    ("admin", "x" * 501, {}, 0, "Say why"),
    ("admin", WHY, {}, 7, "meanwhile"),
    ("admin", WHY, {"tiers": FIRST_TIERS[:2]}, 0, "The last step"),
    ("admin", WHY, {"panel_quorum": 1}, 0, "of the panel must vote"),
    ("admin", WHY, {"weekly_fund_pence": 2**62}, 0, "Each limit"),
)


def test_what_cannot_be_proposed_leaves_nothing_behind(session: Session) -> None:
    who = build.cast(session)
    policy.seats(who)
    for seat, reason, changed, replaces, said in CANNOT:
        with pytest.raises(FundError, match=said):
            versions.propose(session, actor=who.seat(seat).actor, policy=policy.saying(**changed), replaces=replaces, reason=reason)
    assert rows(session) == [0, 0, 0, 0]


def test_one_waits_at_a_time_and_is_taken_back_or_declined_with_a_reason(session: Session) -> None:
    who = build.cast(session)
    made = policy.proposed(session, who)
    with pytest.raises(Refused, match="waits to be signed already"):
        policy.proposed(session, who, person_cap_pence=60_000)
    with pytest.raises(Refused, match="Say why"):
        versions.decline(session, actor=who.approver.actor, number=made.number, reason=" ")
    with pytest.raises(NotAllowed):
        versions.decline(session, actor=who.finance.actor, number=made.number, reason=WHY)
    versions.sign(session, actor=who.approver.actor, number=made.number)
    versions.decline(session, actor=who.admin.actor, number=made.number, reason="A slip of the finger.")
    with pytest.raises(Refused, match="waits no more"):
        versions.sign(session, actor=who.approver_two.actor, number=made.number)
    with pytest.raises(NotFound):
        versions.sign(session, actor=who.approver_two.actor, number=99)
    assert standing.now(session) == UNSIGNED
    assert policy.signed(session, who).number == 2
    with pytest.raises(Refused, match="says so already"):
        policy.proposed(session, who)
    with pytest.raises(Conflict, match="meanwhile"):
        versions.propose(session, actor=who.admin.actor, policy=policy.saying(panel_quorum=3), replaces=0, reason=WHY)


def test_a_policy_that_leaves_a_seat_empty_is_not_saved_and_says_which(session: Session) -> None:
    who = build.cast(session)
    for name in ("admin", "worker", "approver", "approver_two", "finance", "finance_two"):
        who.seat(name)
    with pytest.raises(Refused, match=r"above £100\.00: 1 more finance officer must be there"):
        versions.propose(session, actor=who.admin.actor, policy=UNSIGNED, replaces=0, reason=WHY)
    assert rows(session) == [0, 0, 0, 0]
    # Where two approvers answer whatever an approver alone does not, no third finance officer is needed.
    versions.propose(session, actor=who.admin.actor, policy=policy.saying(tiers=(FIRST_TIERS[1], FIRST_TIERS[3])), replaces=0, reason=WHY)


def test_a_seat_that_empties_before_the_signature_keeps_it_from_holding(session: Session) -> None:
    who = build.cast(session)
    made = policy.proposed(session, who)
    versions.sign(session, actor=who.approver.actor, number=made.number)
    leaving.disable(session, actor=who.admin.actor, user_id=who.finance_three.id, to_id=None, reason="They left.", asking=())
    before = rows(session)
    with pytest.raises(Refused, match="1 more finance officer"):
        versions.sign(session, actor=who.approver_two.actor, number=made.number)
    assert rows(session) == before
    assert standing.now(session) == UNSIGNED
    # `fundapp check` and the policy's page say it as well.
    assert check.policy_faults(session) == [
        "Nobody could decide and pay what is asked above £100.00: 1 more finance officer must be there. See /admin/policy"
    ]


def test_of_eight_who_sign_at_once_two_do_and_of_eight_who_propose_at_once_one_does(own_database: OwnDatabase) -> None:
    with own_database.session() as session:
        who = build.cast(session)
        policy.seats(who)
        admin = who.admin.actor
        signers = [who.approver.actor, who.approver_two.actor, who.approver_three.actor]
        session.commit()
    refused: list[str] = []

    def propose(nth: int) -> None:
        with own_database.session() as session:
            try:
                with transaction(session):
                    changed = policy.saying(person_cap_pence=60_000 + nth)
                    versions.propose(session, actor=admin, policy=changed, replaces=0, reason=WHY)
            except FundError as fault:
                refused.append(fault.sentence)

    def sign(nth: int) -> None:
        with own_database.session() as session:
            try:
                with transaction(session):
                    versions.sign(session, actor=signers[nth % 3], number=1)
            except FundError as fault:
                refused.append(fault.sentence)

    at_once(propose)
    at_once(sign)
    with own_database.session() as session:
        assert rows(session)[:3] == [1, 2, 1]
        assert standing.now(session).number == 1
    assert len(refused) == 7 + 6
