"""Letters about monthly gifts, asked for in the transaction that gives cause for them. tasks.py writes them."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy.orm import Session

from fundapp.giving.monthly.models import Pledge
from fundapp.jobs import enqueue


class News(StrEnum):
    """What has happened to a monthly gift that its donor is told, whoever did it."""

    CHANGED = "changed"
    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPED = "stopped"


def ask_for_news(session: Session, pledge: Pledge, news: News, *, mark: str) -> None:
    """Have its donor told, once for each `mark` (an id)."""
    enqueue(session, "giving.send_pledge_news", pledge_id=str(pledge.id), news=news.value, mark=mark)


def ask_for_reminder(session: Session, pledge: Pledge, *, invoice_id: str, number: int) -> None:
    """Have its donor reminded that a month was not paid."""
    enqueue(session, "giving.send_pledge_reminder", pledge_id=str(pledge.id), invoice_id=invoice_id, number=number)


def ask_for_link(session: Session, pledge: Pledge, *, mark: str) -> None:
    """Have the link to its page sent to the address that Stripe has."""
    enqueue(session, "giving.send_pledge_link", pledge_id=str(pledge.id), mark=mark)
