"""What whoever holds a slip is told: the kinds of help and how it stands, in plain words. No place, no sum, no name, no day but one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select

from fundapp.core import clock
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.grants import circumstances
from fundapp.grants.lifecycle import COMMITTED, PAUSABLE, PENDING, Status
from fundapp.grants.models import GrantRequest
from fundapp.grants.slips.models import SlipQuestion

# What ended longer ago than this is not told any more.
SHOWN_FOR = timedelta(days=365)

_ASKED = (
    "info",
    "clock",
    marked("Asked"),
    marked("Somebody at Changing Lives answers it. Your key worker is told as soon as there is an answer."),
)
_AGREED = ("info", "half", marked("Agreed, not yet paid"), marked("The money is set aside. It is paid next."))
_WITH_YOU = (
    "good",
    "tick",
    marked("With you"),
    marked("Your key worker says that you have it. If that is not so, tell us: the way is below."),
)
_WORDS: Mapping[Status, tuple[str, str, str, str]] = {
    Status.WAITING: _ASKED,
    **dict.fromkeys(PENDING, _ASKED),
    Status.QUESTION: (
        "info",
        "question",
        marked("Asked, and we have a question"),
        marked("We asked your key worker something. It goes on once they have answered."),
    ),
    Status.AGREED: _AGREED,
    Status.BEING_PAID: _AGREED,
    Status.PART_PAID: ("info", "half", marked("Part paid"), marked("Part of it is paid. The rest is set aside.")),
    Status.PAID: ("info", "full", marked("Paid"), marked("Your key worker knows how it comes to you.")),
    Status.IN_HANDS: _WITH_YOU,
    Status.CLOSED: _WITH_YOU,
    Status.DECLINED: (
        "",
        "bar",
        marked("Not agreed"),
        marked("Your key worker knows why, and can ask again with what has changed."),
    ),
    Status.WITHDRAWN: (
        "",
        "slash",
        marked("Taken back"),
        marked("It was taken back, and nothing more is paid. You can ask again any time."),
    ),
}
_PAUSED = (
    "warn",
    "pause",
    marked("You paused it"),
    marked("Nothing is decided and nothing is paid. If it should go on, or end, tell your key worker."),
)


@dataclass(frozen=True, slots=True)
class Told:
    """One request, as the person reads it."""

    request_id: int
    what: str
    tag: tuple[str, str, str]
    sentence: str
    asked_at: datetime | None
    paid_how: str
    may_pause: bool
    question: SlipQuestion | None

    @property
    def waits(self) -> bool:
        """Whether they are asked something: it stands before everything else."""
        return self.question is not None


def shown(person_id: int) -> Select[GrantRequest]:
    """What was asked in a person's name and is going on, or ended lately; the newest first."""
    return (
        select(GrantRequest)
        .where(
            GrantRequest.person_id == person_id,
            GrantRequest.sent_at.is_not(None),
            or_(GrantRequest.ended_at.is_(None), GrantRequest.ended_at > clock.now() - SHOWN_FOR),
        )
        .order_by(GrantRequest.sent_at.desc(), GrantRequest.id.desc())
    )


def told(request: GrantRequest, question: SlipQuestion | None) -> Told:
    """A request in words that tell nothing to whoever finds the slip but what kind of help it is, and whether it comes."""
    paused = request.paused_at is not None and request.status in PAUSABLE
    kind, glyph, word, sentence = _PAUSED if paused else _WORDS[request.status]
    words = _(sentence)
    if not paused and request.status in COMMITTED and (request.agreed_pence or 0) < (request.asked_pence or 0):
        words = f"{_('Not all that was asked is agreed.')} {words}"
    return Told(
        request_id=request.id,
        what=kinds(request),
        tag=(kind, glyph, _(word)),
        sentence=words,
        asked_at=request.sent_at,
        paid_how=circumstances.said(circumstances.PAID_HOW, request.paid_how),
        may_pause=request.paused_at is None and request.status in PAUSABLE,
        question=question,
    )


def kinds(request: GrantRequest) -> str:
    """The kinds of help, each once and never what exactly; of what is nobody's business, not even the kind."""
    names = [_("something that is not named here") if thing.item.is_sensitive else thing.item.name for thing in request.things]
    return ", ".join(dict.fromkeys(names))
