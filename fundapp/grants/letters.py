"""Letters about requests: a number and a link. No person's words, no kind of help, no code."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.grants.clocks.models import Step
from fundapp.grants.models import GrantRequest
from fundapp.jobs import enqueue
from fundapp.web.letters import Letter, letter

# What the key worker who asked is told.
NEWS = frozenset(
    {"question", "agreed", "declined", "paid", "part-paid", "came-back", "released", "rest-released", "paused", "they-answered"}
)


def post_to_asker(session: Session, request: GrantRequest, news: str) -> None:
    """Have the key worker who asked told, once this act is committed."""
    if news not in NEWS:
        raise ValueError(f"no letter tells of {news!r}")
    enqueue(session, "grants.tell_asker", request_id=request.id, news=news, version=request.version)


def post_to_approvers(session: Session, request: GrantRequest) -> None:
    """Have those who may decide told, once this act is committed."""
    enqueue(session, "grants.tell_approvers", request_id=request.id)


def to_asker(news: str, number: int, base_url: str) -> Letter:
    """To the key worker who asked."""
    return letter("mail/request_to_asker.txt", news=news, number=number, link=f"{base_url}/requests/{number}")


def to_approver(number: int, due_at: datetime | None, base_url: str) -> Letter:
    """To somebody who may decide."""
    return letter("mail/request_to_approver.txt", number=number, due=due_at, link=f"{base_url}/decisions/{number}")


def still_waits(step: Step, number: int, due_at: datetime, base_url: str) -> Letter:
    """To whoever hears that a request waits still. The office reads no requests: it is led to the rota."""
    link = f"{base_url}/admin/cover" if step is Step.OFFICE else f"{base_url}/decisions/{number}"
    return letter("mail/request_waits_still.txt", step=step.value, number=number, due=due_at, link=link)


def of_emergency(number: int, base_url: str) -> Letter:
    """To whoever looks on: two people agreed a request in an emergency."""
    return letter("mail/request_agreed_urgently.txt", number=number, link=f"{base_url}/decisions/{number}")
