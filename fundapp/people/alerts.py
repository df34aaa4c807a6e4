"""Letters that tell somebody what happened to their account, so that they notice when it was not them (ASVS 5.0, 6.3.5 and 6.3.7)."""

from __future__ import annotations

import secrets
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from fundapp.core.language import marked
from fundapp.jobs import enqueue
from fundapp.people.models import UserSession


class News(StrEnum):
    """What is told. The code rides in the job's arguments."""

    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    FACTOR_COPIED = "factor_copied"
    FACTORS_RESET = "factors_reset"
    CODES_MADE = "codes_made"
    RECOVERY_USED = "recovery_used"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an event
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of an event


SENTENCES = {
    News.FACTOR_ADDED: marked("A passkey or an app with codes was added to your account."),
    News.FACTOR_REMOVED: marked("A passkey or an app with codes was removed from your account."),
    News.FACTOR_COPIED: marked(
        "A passkey of yours was refused: it has signed less often than before, so there may be a copy of it. Remove it."
    ),
    News.FACTORS_RESET: marked(
        "An administrator removed every passkey, app and recovery code of your account. "
        "You are signed out everywhere; set them up anew when you sign in."
    ),
    News.CODES_MADE: marked("New recovery codes were made for your account. Those from before no longer work."),
    News.RECOVERY_USED: marked("Somebody signed in to your account with a recovery code. It does not work again."),
    News.PASSWORD_CHANGED: marked("The password of your account was changed, and every other device was signed out."),
    News.PASSWORD_RESET: marked("The password of your account was set anew by a link, and every device was signed out."),
}


def tell(session: Session, user_id: int, news: News) -> None:
    """Write a letter about what was done, once it is done."""
    enqueue(session, "people_factors.send_news", user_id=user_id, news=news.value, mark=secrets.token_hex(8))


def tell_of_sign_in(session: Session, row: UserSession) -> None:
    """Write a letter when a device signs in that the account has not used before. A right password alone counts."""
    before = exists().where(UserSession.user_id == row.user_id, UserSession.device == row.device, UserSession.id != row.id)
    if not session.scalar(select(before)):
        enqueue(session, "people_factors.send_new_device", session_id=row.id)
