"""The table of a request's life, read as a table."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.core.roles import Role
from fundapp.grants import lifecycle
from fundapp.grants.lifecycle import COMMITTED, ENDED, TABLE, Action, Status, Tie, allowed, may_see, rule, why_not

TOGETHER = {Action.SIGN, Action.COUNTERSIGN, Action.AGREE_URGENTLY, Action.DISAGREE, Action.PUT_TO_PANEL, Action.VOTE, Action.REOPEN}
DECISIONS = {Action.AGREE, Action.AGREE_PART, Action.DECLINE, Action.ASK_QUESTION, *TOGETHER}
# Steps that no account takes.
BY_NOBODY = {Action.AGREE_BY_POLICY, Action.PANEL_AGREE, Action.PANEL_DECLINE, Action.PANEL_LAPSE}
# Ties that open a step; every other shuts some.
OPENING = {Tie.OWN_TEAM, Tie.NEEDED, Tie.THE_POLICY, Tie.THE_PANEL, Tie.THE_PERSON, Tie.PAUSED}
SECONDS = {Action.RELEASE_PAYMENT, Action.RELEASE_PART, Action.REFUSE_PAYMENT, Action.REFUSE_NEXT}
TAKING_BACK = {Action.TAKE_BACK, Action.TAKE_BACK_PART}
PAYMENTS = {Action.ENTER_PAYMENT, *SECONDS, *TAKING_BACK}
some_ties = st.frozensets(st.sampled_from(list(Tie)))
some_roles = st.frozensets(st.sampled_from(list(Role)), min_size=1)


def test_each_state_has_at_most_one_rule_for_each_action() -> None:
    assert len({(one.start, one.action) for one in TABLE}) == len(TABLE)


def test_every_state_can_be_reached_from_a_draft_and_every_open_one_can_be_left() -> None:
    reached = {Status.DRAFT}
    while more := {one.end for one in TABLE if one.start in reached} - reached:
        reached |= more
    assert reached == set(Status)
    assert {one.start for one in TABLE if one.start != one.end} == set(Status) - ENDED


def test_nothing_moves_once_it_is_ended() -> None:
    assert not [one for one in TABLE if one.start in ENDED]


def test_every_action_is_somebodys_and_none_is_the_administrators_or_the_auditors() -> None:
    assert {one.action for one in TABLE} == set(Action)
    assert not [one for one in TABLE if one.roles & {Role.ADMIN, Role.AUDITOR}]


def test_the_panel_votes_and_steps_aside_and_does_nothing_else() -> None:
    assert {one.action for one in TABLE if Role.PANEL in one.roles} == {Action.VOTE, Action.STEP_ASIDE}


def test_what_no_account_does_needs_the_policy_or_the_panel_itself_and_no_seat_opens_it() -> None:
    alone = [one for one in TABLE if not one.roles]
    assert {one.action for one in alone} >= BY_NOBODY
    assert all(one.must & {Tie.THE_POLICY, Tie.THE_PANEL, Tie.THE_PERSON} for one in alone)
    assert all(why_not(one, frozenset(Role), frozenset()) for one in alone)


def test_nobody_signs_or_votes_twice_on_what_stands() -> None:
    seconds = [one for one in TABLE if one.action in {Action.COUNTERSIGN, Action.AGREE_URGENTLY, Action.VOTE}]
    assert all(Tie.SIGNED_IT in one.barred for one in seconds)
    assert all(Tie.VOTED in one.barred for one in seconds if one.start == Status.PANEL)
    assert all(Tie.NEEDED in one.must for one in seconds if one.action == Action.COUNTERSIGN)


def test_what_stands_unpaid_can_be_opened_again_and_nothing_else_can() -> None:
    assert [(one.start, one.end) for one in TABLE if one.action == Action.REOPEN] == [(Status.AGREED, Status.WAITING)]


@pytest.mark.parametrize("one", [one for one in TABLE if one.action in DECISIONS | PAYMENTS], ids=lambda one: f"{one.start}-{one.action}")
def test_nobody_decides_on_or_pays_what_they_or_their_team_asked_for_or_where_they_have_a_conflict(one: lifecycle.Rule) -> None:
    assert {Tie.OWN_REQUEST, Tie.OWN_TEAM, Tie.CONFLICTED, Tie.ADMIN} <= one.barred


@pytest.mark.parametrize("one", [one for one in TABLE if one.action in PAYMENTS], ids=lambda one: f"{one.start}-{one.action}")
def test_nobody_both_decides_and_pays(one: lifecycle.Rule) -> None:
    assert Tie.DECIDED_IT in one.barred


def test_a_payment_has_two_people() -> None:
    seconds = [one for one in TABLE if one.start == Status.BEING_PAID and one.start != one.end]
    assert {one.action for one in seconds} == SECONDS
    assert all(Tie.ENTERED_IT in one.barred for one in seconds)


def test_only_an_agreement_or_a_payment_that_came_back_commits_money_and_only_these_steps_end_a_commitment() -> None:
    into = {one.action for one in TABLE if one.start not in COMMITTED and one.end in COMMITTED}
    out = {one.action for one in TABLE if one.start in COMMITTED and one.end not in COMMITTED}
    agreeing = {Action.AGREE, Action.AGREE_PART, Action.AGREE_BY_POLICY, Action.COUNTERSIGN, Action.AGREE_URGENTLY, Action.PANEL_AGREE}
    assert into == {*agreeing, *TAKING_BACK}
    assert out == {Action.RELEASE_PAYMENT, Action.RELEASE_AWARD, Action.RELEASE_REST, Action.WITHDRAW, Action.REOPEN}


def test_what_was_paid_in_part_is_not_withdrawn_and_can_still_be_shown_and_paid_on() -> None:
    aside = {Action.STEP_ASIDE, Action.PAUSE, Action.RESUME}
    ways = {one.action: one.end for one in TABLE if one.start == Status.PART_PAID and one.action not in aside}
    assert ways == {
        Action.ENTER_PAYMENT: Status.BEING_PAID,
        Action.RELEASE_REST: Status.PAID,
        Action.WITHDRAW: Status.PAID,
        Action.CONFIRM: Status.PART_PAID,
        Action.TAKE_BACK: Status.AGREED,
        Action.TAKE_BACK_PART: Status.PART_PAID,
    }


def test_who_must_pass_something_on_gets_a_reason() -> None:
    needing = {one.action for one in TABLE if one.needs_reason}
    assert needing >= TAKING_BACK | {Action.RELEASE_REST, Action.REFUSE_NEXT}
    assert needing >= {Action.DECLINE, Action.AGREE_PART, Action.ASK_QUESTION, Action.ANSWER, Action.REFUSE_PAYMENT, Action.RELEASE_AWARD}


@given(start=st.sampled_from(list(Status)), roles=some_roles, ties=some_ties)
def test_the_buttons_of_a_page_are_exactly_what_the_rule_allows(start: Status, roles: frozenset[Role], ties: frozenset[Tie]) -> None:
    by_rule = {action for action in Action if (found := rule(start, action)) is not None and why_not(found, roles, ties) is None}
    assert set(allowed(start, roles, ties)) == by_rule


@given(start=st.sampled_from(list(Status)), roles=some_roles, ties=some_ties, more=st.sampled_from(sorted(set(Tie) - OPENING)))
def test_a_further_tie_never_opens_a_step(start: Status, roles: frozenset[Role], ties: frozenset[Tie], more: Tie) -> None:
    assert set(allowed(start, roles, ties | {more})) <= set(allowed(start, roles, ties))


@given(start=st.sampled_from(list(Status)), roles=some_roles, ties=some_ties)
def test_what_its_person_paused_goes_no_further_and_can_only_be_taken_up_again_or_end(
    start: Status, roles: frozenset[Role], ties: frozenset[Tie]
) -> None:
    going, paused = set(allowed(start, roles, ties - {Tie.PAUSED})), set(allowed(start, roles, ties | {Tie.PAUSED}))
    assert paused - going <= {Action.RESUME}
    assert not paused & (lifecycle.FORWARD | {Action.PAUSE})
    assert going - paused <= lifecycle.FORWARD | {Action.PAUSE}


def test_only_the_person_pauses_and_only_their_key_worker_takes_it_up_again_where_money_can_still_stay() -> None:
    pauses = [one for one in TABLE if one.action is Action.PAUSE]
    assert all(one.must == {Tie.THE_PERSON} and not one.roles and one.start == one.end for one in pauses)
    assert all(rule(one.start, Action.RESUME) for one in pauses)
    assert {one.start for one in TABLE if one.action in lifecycle.FORWARD} <= {one.start for one in pauses}


@pytest.mark.parametrize(("start", "action"), list(product(Status, Action)))
def test_a_bar_is_told_as_a_sentence(start: Status, action: Action) -> None:
    found = rule(start, action)
    if found is None:
        return
    for tie in found.barred:
        told = why_not(found, found.roles, found.must | {tie})
        assert told is not None
        assert told.endswith(".")
    without = found.must if found.roles else frozenset[Tie]()
    assert why_not(found, frozenset({Role.AUDITOR}), without) is not None


@pytest.mark.parametrize(
    ("role", "ties", "sent", "agreed", "status", "sees"),
    [
        (Role.KEY_WORKER, {Tie.OWN_TEAM}, False, False, Status.DRAFT, True),
        (Role.KEY_WORKER, set(), True, True, Status.PAID, False),
        (Role.APPROVER, set(), False, False, Status.DRAFT, False),
        (Role.APPROVER, set(), False, False, Status.WITHDRAWN, False),
        (Role.APPROVER, set(), True, True, Status.CLOSED, True),
        (Role.PANEL, set(), True, False, Status.WAITING, True),
        (Role.PANEL, set(), True, False, Status.PANEL, True),
        (Role.PANEL, set(), True, True, Status.AGREED, False),
        (Role.PANEL, {Tie.WITH_PANEL}, True, True, Status.AGREED, True),
        (Role.FINANCE, set(), True, False, Status.WAITING, False),
        (Role.FINANCE, set(), True, False, Status.SIGNED, True),
        (Role.FINANCE, set(), True, True, Status.AGREED, True),
        (Role.FINANCE, set(), True, True, Status.WITHDRAWN, True),
        (Role.AUDITOR, set(), False, False, Status.DRAFT, True),
        (Role.ADMIN, {Tie.OWN_TEAM}, True, True, Status.PAID, False),
    ],
)
def test_who_may_know_of_a_request(role: Role, ties: set[Tie], sent: bool, agreed: bool, status: Status, sees: bool) -> None:
    assert may_see(sent=sent, agreed=agreed, status=status, roles={role}, ties=ties) is sees
