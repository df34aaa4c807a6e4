"""How a request is told: its status in a word and a coin, and its story as a line of coins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.audit.models import AuditEvent
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.money import pounds
from fundapp.grants import queries
from fundapp.grants.confirming import Result
from fundapp.grants.lifecycle import COMMITTED, Action, Status
from fundapp.grants.models import GrantRequest, RequestEvent
from fundapp.web.filters import moment, time_of_day


class Tag(NamedTuple):
    """A status as `tag(...)` shows it."""

    kind: str
    glyph: str
    words: str


_SAME = {
    Status.DRAFT: Tag("", "draft", "Not sent yet"),
    Status.AGREED: Tag("info", "half", "Agreed, not yet paid"),
    Status.BEING_PAID: Tag("info", "half", "Agreed, being paid"),
    Status.PART_PAID: Tag("info", "half", "Part paid"),
    Status.PAID: Tag("info", "full", "Paid"),
    Status.IN_HANDS: Tag("good", "tick", "In their hands"),
    Status.CLOSED: Tag("good", "tick", "Done"),
    Status.DECLINED: Tag("", "bar", "Declined"),
    Status.WITHDRAWN: Tag("", "slash", "Withdrawn"),
}
TAGS: Mapping[Status, Tag] = {
    **_SAME,
    Status.WAITING: Tag("info", "clock", "Sent, waiting"),
    Status.QUESTION: Tag("warn", "question", "A question for you"),
}
DESK_TAGS: Mapping[Status, Tag] = {
    **_SAME,
    Status.WAITING: Tag("warn", "clock", "Waiting for an approver"),
    Status.QUESTION: Tag("info", "question", "Waiting for the key worker"),
}

_TOLD = {
    Action.SEND: ("clock", "Asked"),
    Action.ASK_QUESTION: ("question", "An approver asked"),
    Action.ANSWER: ("clock", "Answered"),
    Action.AGREE: ("half", "Agreed"),
    Action.AGREE_PART: ("half", "Agreed in part"),
    Action.DECLINE: ("bar", "Declined"),
    Action.WITHDRAW: ("slash", "Withdrawn"),
    Action.ENTER_PAYMENT: ("half", "Payment entered"),
    Action.RELEASE_PAYMENT: ("full", "Paid"),
    Action.RELEASE_PART: ("half", "Part paid"),
    Action.REFUSE_PAYMENT: ("half", "Payment sent back"),
    Action.REFUSE_NEXT: ("half", "Payment sent back"),
    Action.TAKE_BACK: ("slash", "The payment came back"),
    Action.TAKE_BACK_PART: ("slash", "A payment came back"),
    Action.CONFIRM: ("tick", "In their hands, bill shown"),
    Action.TELL_OUTCOME: ("tick", "What came of it"),
    Action.RELEASE_AWARD: ("slash", "Not spent, given back to the fund"),
    Action.RELEASE_REST: ("slash", "The rest is not needed, given back to the fund"),
    Action.STEP_ASIDE: ("info", "Stepped aside"),
}
# How finance goes about a payment, and who knows whom, are not the asking team's to read.
_DESK_ONLY = frozenset({Action.ENTER_PAYMENT, Action.REFUSE_PAYMENT, Action.REFUSE_NEXT, Action.STEP_ASIDE})
_MOVES_MONEY = frozenset({Action.RELEASE_PAYMENT, Action.RELEASE_PART, Action.TAKE_BACK, Action.TAKE_BACK_PART})
# The same act, once a part was paid.
_TOLD_OF_A_PART = {Action.CONFIRM: ("half", "In their hands so far, bill shown"), Action.WITHDRAW: ("slash", "The rest is not needed")}
_BY = {
    **dict.fromkeys((Action.SEND, Action.ANSWER, Action.WITHDRAW, Action.CONFIRM, Action.TELL_OUTCOME), "a key worker"),
    **dict.fromkeys((Action.ASK_QUESTION, Action.AGREE, Action.AGREE_PART, Action.DECLINE), "an approver"),
    **dict.fromkeys((Action.ENTER_PAYMENT, Action.REFUSE_PAYMENT, Action.REFUSE_NEXT, *_MOVES_MONEY), "a finance officer"),
}
_AHEAD = (
    (frozenset({Status.WAITING, Status.QUESTION}), "Answered", "By an approver"),
    (frozenset({Status.WAITING, Status.QUESTION, *COMMITTED}), "Paid", "By two finance officers"),
    (
        frozenset({Status.WAITING, Status.QUESTION, *COMMITTED, Status.PAID}),
        "In their hands",
        "The key worker shows the bill",
    ),
    (frozenset({Status.PAID, Status.IN_HANDS}), "What came of it", "The key worker says"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """One step of a story, as `timeline(...)` shows it."""

    what: str
    when: str = ""
    by: str = ""
    why: str = ""
    glyph: str = ""
    todo: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that happened to a request, and what is still to come."""

    steps: Sequence[Told]
    # The approver's question that waits for its answer, or the latest one; and why it was declined or agreed in part.
    question: str = ""
    reason: str = ""
    # Whether the newest payment came back from the bank, and none was made since.
    came_back: bool = False


def story(session: Session, request: GrantRequest, viewer: Actor, *, desk: bool) -> Story:
    """Tell a request from its events, with the words that were not erased. Three questions to the database."""
    happened = queries.events(session, request.id)
    trail = {event.id: event for event in audit.trail(session, request.subject)}
    words = {number: event.words or "" for number, event in trail.items()}
    shown = [event for event in happened if desk or Action(event.action) not in _DESK_ONLY]
    steps = [_told(request, event, trail[event.audit_id], viewer) for event in shown]
    steps += [Told(what, why=why, todo=True) for when, what, why in _AHEAD if request.status in when]
    return Story(
        steps,
        question=_last(happened, words, Action.ASK_QUESTION),
        reason=_last(happened, words, Action.DECLINE, Action.AGREE_PART, Action.RELEASE_AWARD),
        came_back=_came_back(happened),
    )


def result_words(session: Session, request: GrantRequest) -> str:
    """What came of it, once it was told."""
    row = queries.outcome(session, request.id)
    return Result(row.kind).words if row else ""


def _told(request: GrantRequest, event: RequestEvent, line: AuditEvent, viewer: Actor) -> Told:
    action = Action(event.action)
    of_a_part = event.from_status == Status.PART_PAID
    glyph, what = (_TOLD_OF_A_PART if of_a_part else _TOLD).get(action, _TOLD[action])
    if action in {Action.AGREE, Action.AGREE_PART}:
        what = f"{what}, {pounds(request.agreed_pence or 0)}"
    if action in _MOVES_MONEY:
        what = f"{what}, {pounds(int(line.facts['amount_pence']))}"
    by = "you" if event.user_id == viewer.user_id else _BY.get(action, "")
    return Told(what, when=lately(event.at), by=by, why=f"“{line.words}”" if line.words else "", glyph=glyph)


def lately(at: datetime) -> str:
    """A moment as somebody says it: "today, 3:19 am", "yesterday, 2:32 pm", "14 November 2026, 2:32 pm"."""
    days = (clock.today() - clock.day_of(at)).days
    return f"{('today', 'yesterday')[days]}, {time_of_day(at)}" if days in (0, 1) else moment(at)


def _came_back(happened: Sequence[RequestEvent]) -> bool:
    moves = [event.action for event in happened if event.action in {one.value for one in _MOVES_MONEY}]
    return bool(moves) and moves[-1] in {Action.TAKE_BACK.value, Action.TAKE_BACK_PART.value}


def _last(happened: Sequence[RequestEvent], words: Mapping[int, str], *actions: Action) -> str:
    wanted = {action.value for action in actions}
    found = [event for event in happened if event.action in wanted]
    return words.get(found[-1].audit_id, "") if found else ""
