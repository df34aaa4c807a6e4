"""Letters about an account and how one proves it is one's own."""

from __future__ import annotations

from fundapp.core.db import transaction
from fundapp.core.keys import token_hash
from fundapp.core.language import gettext as _
from fundapp.jobs import JobContext, Tasks
from fundapp.people import passkeys, queries, resetting
from fundapp.people.alerts import SENTENCES, News
from fundapp.people.models import UserSession
from fundapp.people.sessions import device_words
from fundapp.people.unreachable import write_to
from fundapp.web.letters import letter

tasks = Tasks("people_factors")

DAY = 86_400


@tasks.job(retries=8)
def send_news(context: JobContext, user_id: int, news: str, mark: str) -> None:
    """Tell somebody what was done to their account. `mark` tells one letter from the next of its kind."""
    with context.database.session() as session:
        words = letter(
            "mail/account_news.txt", sentence=_(SENTENCES[News(news)]), base=context.settings.base_url, holder=queries.fund_holder(session)
        )
    write_to(context, user_id, words, key=f"news:{mark}")


@tasks.job(retries=8)
def send_new_device(context: JobContext, session_id: int) -> None:
    """Tell somebody that a device signed in which their account has not used before."""
    with context.database.session() as session:
        row = session.get(UserSession, session_id)
        if row is None:
            return
        words = letter(
            "mail/new_device.txt",
            device=device_words(row.device),
            at=row.created_at,
            base=context.settings.base_url,
            holder=queries.fund_holder(session),
        )
    write_to(context, row.user_id, words, key=f"new-device:{session_id}")


@tasks.job(retries=8)
def send_reset(context: JobContext, reset_id: int) -> None:
    """Mint the link to set a new password and mail it. Where there is no such account, nothing is sent."""
    with context.database.session() as session, transaction(session):
        minted = resetting.mint(session, reset_id)
        if minted is None:
            return
        token, user = minted
        link = f"{context.settings.base_url}/sign-in/forgotten/{token}"
        words = letter("mail/password_reset.txt", link=link, holder=queries.fund_holder(session))
    # After the commit: the link in the mail is the one the database knows. A retry mints another.
    write_to(context, user.id, words, key=f"reset:{token_hash(token).hex()[:24]}")


@tasks.loop(every_seconds=DAY)
def forget_old(context: JobContext) -> None:
    """Drop used challenges and links that are of no more use."""
    with context.database.session() as session, transaction(session):
        passkeys.forget_old(session)
        resetting.forget_old(session)
