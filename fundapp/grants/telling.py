"""How a request is told: its status in a word and a coin, and its story as a line of coins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEvent
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.money import pounds
from fundapp.grants import queries
from fundapp.grants.confirming import Result
from fundapp.grants.lifecycle import COMMITTED, UNANSWERED, Action, Status
from fundapp.grants.models import Evidence, GrantRequest, RequestEvent
from fundapp.web.filters import moment, time_of_day


class Tag(NamedTuple):
    """A status as `tag(...)` shows it."""

    kind: str
    glyph: str
    words: str


class Tags(dict[Status, Tag]):
    """A tag for each status, in the language of whoever looks it up."""

    def __getitem__(self, status: Status) -> Tag:
        """The tag with its words said."""
        tag = super().__getitem__(status)
        return tag._replace(words=_(tag.words))


_SAME = {
    Status.DRAFT: Tag("", "draft", marked("Not sent yet")),
    Status.SIGNED: Tag("info", "clock", marked("Signed, waiting for another")),
    Status.PANEL: Tag("info", "clock", marked("With the panel")),
    Status.AGREED: Tag("info", "half", marked("Agreed, not yet paid")),
    Status.BEING_PAID: Tag("info", "half", marked("Agreed, being paid")),
    Status.PART_PAID: Tag("info", "half", marked("Part paid")),
    Status.PAID: Tag("info", "full", marked("Paid")),
    Status.IN_HANDS: Tag("good", "tick", marked("In their hands")),
    Status.CLOSED: Tag("good", "tick", marked("Done")),
    Status.DECLINED: Tag("", "bar", marked("Declined")),
    Status.WITHDRAWN: Tag("", "slash", marked("Withdrawn")),
}
TAGS = Tags(
    {
        **_SAME,
        Status.WAITING: Tag("info", "clock", marked("Sent, waiting")),
        Status.QUESTION: Tag("warn", "question", marked("A question for you")),
    }
)
DESK_TAGS = Tags(
    {
        **_SAME,
        Status.WAITING: Tag("warn", "clock", marked("Waiting for an approver")),
        Status.QUESTION: Tag("info", "question", marked("Waiting for the key worker")),
    }
)

_TOLD = {
    Action.SEND: ("clock", marked("Asked")),
    Action.ASK_QUESTION: ("question", marked("An approver asked")),
    Action.ANSWER: ("clock", marked("Answered")),
    Action.AGREE: ("half", marked("Agreed")),
    Action.AGREE_PART: ("half", marked("Agreed in part")),
    Action.AGREE_BY_POLICY: ("half", marked("Agreed at once")),
    Action.SIGN: ("clock", marked("Signed, and another must")),
    Action.COUNTERSIGN: ("half", marked("Signed by a second, and agreed")),
    Action.AGREE_URGENTLY: ("half", marked("Agreed as an emergency, by two")),
    Action.DISAGREE: ("clock", marked("Taken back, to be decided anew")),
    Action.PUT_TO_PANEL: ("clock", marked("Put to the panel")),
    Action.VOTE: ("info", marked("Voted")),
    Action.PANEL_AGREE: ("half", marked("Agreed by the panel")),
    Action.PANEL_DECLINE: ("bar", marked("Declined by the panel")),
    Action.PANEL_LAPSE: ("clock", marked("Too few of the panel voted, so it waits anew")),
    Action.REOPEN: ("clock", marked("Opened again, to be decided anew")),
    Action.DECLINE: ("bar", marked("Declined")),
    Action.WITHDRAW: ("slash", marked("Withdrawn")),
    Action.ENTER_PAYMENT: ("half", marked("Payment entered")),
    Action.RELEASE_PAYMENT: ("full", marked("Paid")),
    Action.RELEASE_PART: ("half", marked("Part paid")),
    Action.REFUSE_PAYMENT: ("half", marked("Payment sent back")),
    Action.REFUSE_NEXT: ("half", marked("Payment sent back")),
    Action.TAKE_BACK: ("slash", marked("The payment came back")),
    Action.TAKE_BACK_PART: ("slash", marked("A payment came back")),
    Action.CONFIRM: ("tick", marked("In their hands, bill shown")),
    Action.TELL_OUTCOME: ("tick", marked("What came of it")),
    Action.RELEASE_AWARD: ("slash", marked("Not spent, given back to the fund")),
    Action.RELEASE_REST: ("slash", marked("The rest is not needed, given back to the fund")),
    Action.STEP_ASIDE: ("info", marked("Stepped aside")),
    Action.LIFT_CAP: ("info", marked("Let over a cap")),
    Action.PAUSE: ("pause", marked("Paused")),
    Action.RESUME: ("clock", marked("Taken up again")),
}
# How finance goes about a payment, who voted, and who knows whom, are not the asking team's to read.
_DESK_ONLY = frozenset({Action.ENTER_PAYMENT, Action.REFUSE_PAYMENT, Action.REFUSE_NEXT, Action.STEP_ASIDE, Action.VOTE, Action.LIFT_CAP})
_AGREEING = frozenset(
    {Action.AGREE, Action.AGREE_PART, Action.AGREE_BY_POLICY, Action.COUNTERSIGN, Action.AGREE_URGENTLY, Action.PANEL_AGREE}
)
_MOVES_MONEY = frozenset({Action.RELEASE_PAYMENT, Action.RELEASE_PART, Action.TAKE_BACK, Action.TAKE_BACK_PART})
# The same act, once a part was paid.
_TOLD_OF_A_PART = {
    Action.CONFIRM: ("half", marked("In their hands so far, bill shown")),
    Action.WITHDRAW: ("slash", marked("The rest is not needed")),
}
_BY = {
    **dict.fromkeys((Action.SEND, Action.ANSWER, Action.WITHDRAW, Action.CONFIRM, Action.TELL_OUTCOME), marked("a key worker")),
    Action.PAUSE: marked("whoever it is for"),
    Action.RESUME: marked("a key worker"),
    **dict.fromkeys(
        (Action.ASK_QUESTION, Action.AGREE, Action.AGREE_PART, Action.SIGN, Action.PUT_TO_PANEL, Action.DECLINE), marked("an approver")
    ),
    **dict.fromkeys(
        (Action.COUNTERSIGN, Action.AGREE_URGENTLY, Action.DISAGREE, Action.REOPEN), marked("an approver or a finance officer")
    ),
    Action.AGREE_BY_POLICY: marked("the standing policy"),
    Action.VOTE: marked("a member of the panel"),
    **dict.fromkeys((Action.ENTER_PAYMENT, Action.REFUSE_PAYMENT, Action.REFUSE_NEXT, *_MOVES_MONEY), marked("a finance officer")),
}
_AHEAD = (
    (UNANSWERED | {Status.QUESTION}, marked("Answered"), marked("By an approver")),
    (UNANSWERED | {Status.QUESTION, *COMMITTED}, marked("Paid"), marked("By two finance officers")),
    (
        UNANSWERED | {Status.QUESTION, *COMMITTED, Status.PAID},
        marked("In their hands"),
        marked("The key worker shows the bill"),
    ),
    (frozenset({Status.PAID, Status.IN_HANDS}), marked("What came of it"), marked("The key worker says")),
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


@dataclass(frozen=True, slots=True)
class CameOfIt:
    """What came of a request: its bills, and what the key worker said, in words; empty until that is told."""

    bills: Sequence[Evidence]
    words: str


def story(session: Session, request: GrantRequest, viewer: Actor, *, desk: bool) -> Story:
    """Tell a request from its events, with the words that were not erased. One question to the database."""
    taken = queries.steps_taken(session, request.id)
    happened, words = [event for event, _line in taken], {line.id: line.words or "" for _event, line in taken}
    steps = [_told(event, line, viewer) for event, line in taken if desk or Action(event.action) not in _DESK_ONLY]
    steps += [Told(_(what), why=_(why), todo=True) for when, what, why in _AHEAD if request.status in when]
    return Story(
        steps,
        question=_last(happened, words, Action.ASK_QUESTION),
        reason=_last(happened, words, Action.DECLINE, Action.AGREE_PART, Action.RELEASE_AWARD),
        came_back=_came_back(happened),
    )


def came_of_it(session: Session, request: GrantRequest) -> CameOfIt:
    """What came of a request. One question to the database."""
    bills, kind = queries.bills_and_outcome(session, request.id)
    return CameOfIt(bills, Result(kind).words if kind else "")


def _told(event: RequestEvent, line: AuditEvent, viewer: Actor) -> Told:
    action = Action(event.action)
    of_a_part = event.from_status == Status.PART_PAID
    glyph, words = (_TOLD_OF_A_PART if of_a_part else _TOLD).get(action, _TOLD[action])
    what = _(words)
    if action in _AGREEING:
        what = f"{what}, {pounds(int(line.facts['agreed_pence']))}"
    if action in _MOVES_MONEY:
        what = f"{what}, {pounds(int(line.facts['amount_pence']))}"
    by = _("you") if event.user_id == viewer.user_id else _(_BY[action]) if action in _BY else ""
    return Told(what, when=lately(event.at), by=by, why=_("“%(words)s”") % {"words": line.words} if line.words else "", glyph=glyph)


def lately(at: datetime) -> str:
    """A moment as somebody says it: "today, 3:19 am", "yesterday, 2:32 pm", "14 November 2026, 2:32 pm"."""
    days = (clock.today() - clock.day_of(at)).days
    if days not in (0, 1):
        return moment(at)
    return (_("yesterday, %(time)s") if days else _("today, %(time)s")) % {"time": time_of_day(at)}


def _came_back(happened: Sequence[RequestEvent]) -> bool:
    moves = [event.action for event in happened if event.action in {one.value for one in _MOVES_MONEY}]
    return bool(moves) and moves[-1] in {Action.TAKE_BACK.value, Action.TAKE_BACK_PART.value}


def _last(happened: Sequence[RequestEvent], words: Mapping[int, str], *actions: Action) -> str:
    wanted = {action.value for action in actions}
    found = [event for event in happened if event.action in wanted]
    return words.get(found[-1].audit_id, "") if found else ""
