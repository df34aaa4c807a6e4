"""The life of a grant request: one table, pure.

A rule says from which state an action leads where, who may do it, whether a reason is needed, and who is barred though they hold
the role (contract: "Roles, teams, seats"). The services ask it before they write; the pages ask it for their buttons.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role


class Status(StrEnum):
    """Where a request stands."""

    DRAFT = "draft"
    WAITING = "waiting"
    QUESTION = "question"
    # Somebody has signed what is to be given, and it takes another.
    SIGNED = "signed"
    # The panel votes on what is to be given.
    PANEL = "panel"
    AGREED = "agreed"
    BEING_PAID = "being_paid"
    # One payment or more is made, and money stays set aside for the next.
    PART_PAID = "part_paid"
    PAID = "paid"
    IN_HANDS = "in_hands"
    CLOSED = "closed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What somebody may do to a request."""

    SEND = "send"
    ASK_QUESTION = "ask_question"
    ANSWER = "answer"
    AGREE = "agree"
    AGREE_PART = "agree_part"
    AGREE_BY_POLICY = "agree_by_policy"
    SIGN = "sign"
    COUNTERSIGN = "countersign"
    AGREE_URGENTLY = "agree_urgently"
    DISAGREE = "disagree"
    PUT_TO_PANEL = "put_to_panel"
    VOTE = "vote"
    PANEL_AGREE = "panel_agree"
    PANEL_DECLINE = "panel_decline"
    PANEL_LAPSE = "panel_lapse"
    REOPEN = "reopen"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    ENTER_PAYMENT = "enter_payment"
    RELEASE_PAYMENT = "release_payment"
    RELEASE_PART = "release_part"
    REFUSE_PAYMENT = "refuse_payment"
    REFUSE_NEXT = "refuse_next"
    TAKE_BACK = "take_back"
    TAKE_BACK_PART = "take_back_part"
    CONFIRM = "confirm"
    TELL_OUTCOME = "tell_outcome"
    RELEASE_AWARD = "release_award"
    RELEASE_REST = "release_rest"
    STEP_ASIDE = "step_aside"
    LIFT_CAP = "lift_cap"
    PAUSE = "pause"
    RESUME = "resume"


class Tie(StrEnum):
    """How a person stands to one request. Some ties open a step, some shut it."""

    OWN_REQUEST = "own_request"
    OWN_TEAM = "own_team"
    CONFLICTED = "conflicted"
    # They signed something about it, or voted, at any time.
    DECIDED_IT = "decided_it"
    # They signed what stands now; they voted on it; a seat of theirs has yet to sign it.
    SIGNED_IT = "signed_it"
    VOTED = "voted"
    NEEDED = "needed"
    # It was put to the panel, so its members may know what became of it.
    WITH_PANEL = "with_panel"
    ENTERED_IT = "entered_it"
    ADMIN = "admin"
    # No account at all: the standing policy acts, the panel as a whole, or the person themselves, with their paper slip.
    THE_POLICY = "the_policy"
    THE_PANEL = "the_panel"
    THE_PERSON = "the_person"
    # The person stopped it with their slip: nothing goes forward until their key worker takes it up again.
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Rule:
    """One step that can be taken. Whoever takes it holds one of `roles`, all ties of `must` and none of `barred`.

    A step without roles is nobody's with a seat: it is taken by the standing policy, by the panel as a whole, or by the person.
    """

    start: Status
    action: Action
    end: Status
    roles: frozenset[Role]
    needs_reason: bool = False
    must: frozenset[Tie] = frozenset()
    barred: frozenset[Tie] = frozenset()


_WORKER = frozenset({Role.KEY_WORKER})
_APPROVER = frozenset({Role.APPROVER})
_FINANCE = frozenset({Role.FINANCE})
_PANEL = frozenset({Role.PANEL})
_DESK = _APPROVER | _FINANCE
# Whoever may come to decide on it, or to pay it.
_ANY_DESK = _DESK | _PANEL
_NOBODY: frozenset[Role] = frozenset()

_TEAM = frozenset({Tie.OWN_TEAM})
# Admin holds the keys of the house, so an account with that seat takes none of the decisions about money.
_DECIDER = frozenset({Tie.OWN_REQUEST, Tie.OWN_TEAM, Tie.CONFLICTED, Tie.ADMIN})
_SECOND_SIGNER = _DECIDER | {Tie.SIGNED_IT}
_VOTER = _SECOND_SIGNER | {Tie.VOTED}
_PAYER = _DECIDER | {Tie.DECIDED_IT}
_SECOND_PAYER = _PAYER | {Tie.ENTERED_IT}

_S, _A = Status, Action

# Where whoever a request is for can still stop it: sent, and not all of it out of the bank.
PAUSABLE = (_S.WAITING, _S.QUESTION, _S.SIGNED, _S.PANEL, _S.AGREED, _S.BEING_PAID, _S.PART_PAID)
_PAUSED = frozenset({Tie.PAUSED})

TABLE: tuple[Rule, ...] = (
    Rule(_S.DRAFT, _A.SEND, _S.WAITING, _WORKER, must=_TEAM),
    Rule(_S.DRAFT, _A.WITHDRAW, _S.WITHDRAWN, _WORKER, must=_TEAM),
    Rule(_S.WAITING, _A.ASK_QUESTION, _S.QUESTION, _APPROVER, needs_reason=True, barred=_DECIDER),
    Rule(_S.WAITING, _A.AGREE, _S.AGREED, _APPROVER, barred=_DECIDER),
    Rule(_S.WAITING, _A.AGREE_PART, _S.AGREED, _APPROVER, needs_reason=True, barred=_DECIDER),
    # What the standing policy allows it agrees by itself; what takes more than one word is signed, or put to the panel.
    Rule(_S.WAITING, _A.AGREE_BY_POLICY, _S.AGREED, _NOBODY, must=frozenset({Tie.THE_POLICY})),
    Rule(_S.WAITING, _A.SIGN, _S.SIGNED, _APPROVER, barred=_DECIDER),
    Rule(_S.WAITING, _A.PUT_TO_PANEL, _S.PANEL, _APPROVER, barred=_DECIDER),
    Rule(_S.WAITING, _A.DECLINE, _S.DECLINED, _APPROVER, needs_reason=True, barred=_DECIDER),
    Rule(_S.WAITING, _A.WITHDRAW, _S.WITHDRAWN, _WORKER, must=_TEAM),
    Rule(_S.WAITING, _A.STEP_ASIDE, _S.WAITING, _ANY_DESK, barred=frozenset({Tie.CONFLICTED})),
    # Whose seat signs next follows from the policy's tier (grants/together/signers.py); nobody signs twice.
    Rule(_S.SIGNED, _A.COUNTERSIGN, _S.AGREED, _DESK, must=frozenset({Tie.NEEDED}), barred=_SECOND_SIGNER),
    # In an emergency any second approver or finance officer will do; it is reported.
    Rule(_S.SIGNED, _A.AGREE_URGENTLY, _S.AGREED, _DESK, needs_reason=True, barred=_SECOND_SIGNER),
    Rule(_S.SIGNED, _A.DISAGREE, _S.WAITING, _DESK, needs_reason=True, barred=_DECIDER),
    Rule(_S.SIGNED, _A.WITHDRAW, _S.WITHDRAWN, _WORKER, must=_TEAM),
    # Somebody lets it over a cap, and somebody else agrees it (grants/policy/caps.py).
    *(Rule(status, _A.LIFT_CAP, status, _APPROVER, needs_reason=True, barred=_DECIDER) for status in (_S.WAITING, _S.PANEL)),
    Rule(_S.SIGNED, _A.LIFT_CAP, _S.SIGNED, _DESK, needs_reason=True, barred=_DECIDER),
    Rule(_S.SIGNED, _A.STEP_ASIDE, _S.SIGNED, _ANY_DESK, barred=frozenset({Tie.CONFLICTED})),
    Rule(_S.PANEL, _A.VOTE, _S.PANEL, _PANEL, barred=_VOTER),
    # Settled by the votes alone: by the one that decides it, or when the vote closes.
    Rule(_S.PANEL, _A.PANEL_AGREE, _S.AGREED, _NOBODY, must=frozenset({Tie.THE_PANEL})),
    Rule(_S.PANEL, _A.PANEL_DECLINE, _S.DECLINED, _NOBODY, must=frozenset({Tie.THE_PANEL})),
    Rule(_S.PANEL, _A.PANEL_LAPSE, _S.WAITING, _NOBODY, must=frozenset({Tie.THE_PANEL})),
    Rule(_S.PANEL, _A.AGREE_URGENTLY, _S.AGREED, _DESK, needs_reason=True, barred=_VOTER),
    Rule(_S.PANEL, _A.DISAGREE, _S.WAITING, _APPROVER, needs_reason=True, barred=_DECIDER),
    Rule(_S.PANEL, _A.WITHDRAW, _S.WITHDRAWN, _WORKER, must=_TEAM),
    Rule(_S.PANEL, _A.STEP_ASIDE, _S.PANEL, _ANY_DESK, barred=frozenset({Tie.CONFLICTED})),
    Rule(_S.QUESTION, _A.ANSWER, _S.WAITING, _WORKER, needs_reason=True, must=_TEAM),
    # A question that nobody answers must not hold a request for ever.
    Rule(_S.QUESTION, _A.DECLINE, _S.DECLINED, _APPROVER, needs_reason=True, barred=_DECIDER),
    Rule(_S.QUESTION, _A.WITHDRAW, _S.WITHDRAWN, _WORKER, must=_TEAM),
    Rule(_S.QUESTION, _A.STEP_ASIDE, _S.QUESTION, _ANY_DESK, barred=frozenset({Tie.CONFLICTED})),
    Rule(_S.AGREED, _A.ENTER_PAYMENT, _S.BEING_PAID, _FINANCE, barred=_PAYER),
    # Something changed since it was agreed, and nothing is paid yet: the money goes back, every signature is void, and it waits anew.
    Rule(_S.AGREED, _A.REOPEN, _S.WAITING, _DESK, needs_reason=True, barred=_DECIDER),
    Rule(_S.AGREED, _A.RELEASE_AWARD, _S.WITHDRAWN, _DESK, needs_reason=True, barred=_DECIDER),
    Rule(_S.AGREED, _A.WITHDRAW, _S.WITHDRAWN, _WORKER, needs_reason=True, must=_TEAM),
    Rule(_S.AGREED, _A.STEP_ASIDE, _S.AGREED, _DESK, barred=frozenset({Tie.CONFLICTED})),
    # The last payment ends it, a part leaves the rest set aside; which of them it is, was said when it was entered.
    Rule(_S.BEING_PAID, _A.RELEASE_PAYMENT, _S.PAID, _FINANCE, barred=_SECOND_PAYER),
    Rule(_S.BEING_PAID, _A.RELEASE_PART, _S.PART_PAID, _FINANCE, barred=_SECOND_PAYER),
    # Sent back: the first payment, or one after others were made.
    Rule(_S.BEING_PAID, _A.REFUSE_PAYMENT, _S.AGREED, _FINANCE, needs_reason=True, barred=_SECOND_PAYER),
    Rule(_S.BEING_PAID, _A.REFUSE_NEXT, _S.PART_PAID, _FINANCE, needs_reason=True, barred=_SECOND_PAYER),
    Rule(_S.BEING_PAID, _A.STEP_ASIDE, _S.BEING_PAID, _DESK, barred=frozenset({Tie.CONFLICTED})),
    Rule(_S.PART_PAID, _A.ENTER_PAYMENT, _S.BEING_PAID, _FINANCE, barred=_PAYER),
    # What was paid stays paid, so nothing is withdrawn: the rest goes back to the fund, and the bill is still to be shown.
    Rule(_S.PART_PAID, _A.RELEASE_REST, _S.PAID, _FINANCE, needs_reason=True, barred=_DECIDER),
    Rule(_S.PART_PAID, _A.WITHDRAW, _S.PAID, _WORKER, needs_reason=True, must=_TEAM),
    Rule(_S.PART_PAID, _A.CONFIRM, _S.PART_PAID, _WORKER, must=_TEAM),
    Rule(_S.PART_PAID, _A.STEP_ASIDE, _S.PART_PAID, _DESK, barred=frozenset({Tie.CONFLICTED})),
    # A payment came back from the bank, or was none: what it cleared is set aside again. Either it was all that was paid, or a part.
    Rule(_S.PART_PAID, _A.TAKE_BACK, _S.AGREED, _FINANCE, needs_reason=True, barred=_PAYER),
    Rule(_S.PART_PAID, _A.TAKE_BACK_PART, _S.PART_PAID, _FINANCE, needs_reason=True, barred=_PAYER),
    Rule(_S.PAID, _A.TAKE_BACK, _S.AGREED, _FINANCE, needs_reason=True, barred=_PAYER),
    Rule(_S.PAID, _A.TAKE_BACK_PART, _S.PART_PAID, _FINANCE, needs_reason=True, barred=_PAYER),
    Rule(_S.PAID, _A.CONFIRM, _S.IN_HANDS, _WORKER, must=_TEAM),
    Rule(_S.IN_HANDS, _A.TELL_OUTCOME, _S.CLOSED, _WORKER, must=_TEAM),
    *(Rule(status, _A.PAUSE, status, _NOBODY, must=frozenset({Tie.THE_PERSON}), barred=_PAUSED) for status in PAUSABLE),
    *(Rule(status, _A.RESUME, status, _WORKER, must=_TEAM | _PAUSED) for status in PAUSABLE),
)

_RULES = {(rule.start, rule.action): rule for rule in TABLE}

# Money is set aside for a request in these states: agreed, and not yet (all) out of the bank.
COMMITTED = frozenset({Status.AGREED, Status.BEING_PAID, Status.PART_PAID})
# What is to be given is written down, and it takes more: another signature, or the panel's votes.
PENDING = frozenset({Status.SIGNED, Status.PANEL})
# Somebody owes an answer, and its clock runs (grants/clocks). While a question waits with the worker it stands still.
UNANSWERED = frozenset({Status.WAITING}) | PENDING
# The answer is still to come: from an approver, or first the worker's to a question.
UNDECIDED = UNANSWERED | {Status.QUESTION}
# Steps by which people decide to give: whoever took one of these does not pay.
SIGNING = frozenset({_A.AGREE, _A.AGREE_PART, _A.SIGN, _A.COUNTERSIGN, _A.AGREE_URGENTLY, _A.PUT_TO_PANEL, _A.VOTE, _A.LIFT_CAP})
# Steps that leave the request where it is: nobody's page is old because of one.
ASIDE = frozenset({_A.STEP_ASIDE, _A.VOTE, _A.LIFT_CAP})
# Decisions and payments that go forward: none is taken while the person has paused it. What ends it or gives back is.
FORWARD = SIGNING | {_A.AGREE_BY_POLICY, _A.PANEL_AGREE} | {_A.ENTER_PAYMENT, _A.RELEASE_PAYMENT, _A.RELEASE_PART}
# Nobody has anything left to do.
ENDED = frozenset({Status.CLOSED, Status.DECLINED, Status.WITHDRAWN})

# Every set of seats that a step of the table is for.
_FOR = {
    frozenset(): marked("Nobody with an account does this."),
    _WORKER: marked("This is for a key worker to do."),
    _APPROVER: marked("This is for an approver to do."),
    _FINANCE: marked("This is for a finance officer to do."),
    _DESK: marked("This is for an approver or a finance officer to do."),
    _PANEL: marked("This is for a member of the panel to do."),
    _ANY_DESK: marked("This is for an approver, a finance officer or a member of the panel to do."),
}
_WHY_MUST = {
    Tie.NEEDED: marked("Somebody with another seat signs this next."),
    Tie.OWN_TEAM: marked("This request belongs to another team."),
    Tie.PAUSED: marked("It is not paused, so there is nothing to take up again."),
}
_WHY_BARRED = {
    Tie.OWN_REQUEST: marked("You asked for this one yourself, so somebody else answers it."),
    Tie.OWN_TEAM: marked("Your team asked for this one, so somebody else answers it."),
    Tie.CONFLICTED: marked("You stepped aside from this one."),
    Tie.SIGNED_IT: marked("You have signed this one, so somebody else has the next word."),
    Tie.VOTED: marked("You have voted on this one. A vote is given once."),
    Tie.DECIDED_IT: marked("You agreed this one, so two other people pay it."),
    Tie.ENTERED_IT: marked("You entered this payment, so somebody else checks and releases it."),
    Tie.ADMIN: marked("An administrator’s account neither decides on a request nor pays it."),
    Tie.PAUSED: marked("Whoever it is for has paused it. Their key worker takes it up again with them."),
}
# The order in which reasons are told when there are several.
_TOLD_FIRST = (
    Tie.ADMIN,
    Tie.CONFLICTED,
    Tie.OWN_REQUEST,
    Tie.OWN_TEAM,
    Tie.VOTED,
    Tie.SIGNED_IT,
    Tie.DECIDED_IT,
    Tie.ENTERED_IT,
)


def rule(start: Status, action: Action) -> Rule | None:
    """The rule for an action in a state, or None when there is no such step."""
    return _RULES.get((start, action))


def why_not(found: Rule, roles: AbstractSet[Role], ties: AbstractSet[Tie]) -> str | None:
    """Why a person may not take this step, as a sentence, or None when they may."""
    if found.roles.isdisjoint(roles) and (found.roles or not found.must <= ties):
        return _(_FOR[found.roles])
    for tie in _TOLD_FIRST:
        if tie in found.barred and tie in ties:
            return _(_WHY_BARRED[tie])
    if Tie.PAUSED in ties and (found.action in FORWARD or Tie.PAUSED in found.barred):
        return _(_WHY_BARRED[Tie.PAUSED])
    missing = next((words for tie, words in _WHY_MUST.items() if tie in found.must - ties), None)
    return _(missing) if missing else None


def allowed(start: Status, roles: AbstractSet[Role], ties: AbstractSet[Tie]) -> tuple[Action, ...]:
    """What a person may do to a request now, in the table's order: the buttons of a page."""
    return tuple(found.action for found in TABLE if found.start == start and why_not(found, roles, ties) is None)


def may_see(*, sent: bool, agreed: bool, status: Status, roles: AbstractSet[Role], ties: AbstractSet[Tie]) -> bool:
    """Whether a person may know that this request exists.

    Its own team sees it always; approvers once it was sent; the panel while it waits, and what was put to it; finance once somebody
    signed it; auditors all.
    """
    if Role.AUDITOR in roles or not ties.isdisjoint({Tie.THE_POLICY, Tie.THE_PANEL, Tie.THE_PERSON}):
        return True
    if Role.KEY_WORKER in roles and Tie.OWN_TEAM in ties:
        return True
    if Role.APPROVER in roles and sent:
        return True
    if Role.PANEL in roles and (status in UNANSWERED | {Status.QUESTION} or Tie.WITH_PANEL in ties):
        return True
    return Role.FINANCE in roles and (agreed or status in PENDING)
