"""What people's room does in the background."""

from __future__ import annotations

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.keys import token_hash
from fundapp.jobs import JobContext, Tasks
from fundapp.people import inviting, queries, sessions, throttle
from fundapp.people.models import Invitation
from fundapp.people.unreachable import write_to
from fundapp.web import limits
from fundapp.web.letters import letter

tasks = Tasks("people")

DAY = 86_400


@tasks.job(retries=8)
def send_invitation(context: JobContext, invitation_id: int) -> None:
    """Mint the link of an invitation and mail it. One that was accepted or withdrawn meanwhile sends nothing."""
    with context.database.session() as session, transaction(session):
        invitation = session.get(Invitation, invitation_id, with_for_update=True)
        if invitation is None or invitation.accepted_at or invitation.withdrawn_at:
            return
        token = inviting.mint_link(session, invitation=invitation)
        team = queries.team(session, invitation.team_id)
        holder = queries.fund_holder(session)
        words = letter(
            "mail/invitation.txt",
            link=f"{context.settings.base_url}/invitations/{token}",
            organisation=team.organisation.name,
            roles=[role.words for role in sorted(invitation.role_set)],
            expires_at=invitation.expires_at,
            holder=holder,
        )
    # After the commit: the link in the mail is the one the database knows. A retry mints another.
    context.gateways.mail.send(invitation.email, words.subject, words.text, key=f"invitation:{token_hash(token).hex()[:24]}")


@tasks.job(retries=8)
def tell_taker(context: JobContext, user_id: int, handed: int) -> None:
    """Tell a key worker that a colleague's requests are theirs now."""
    words = letter("mail/work_handed_over.txt", handed=handed, link=f"{context.settings.base_url}/requests")
    write_to(context, user_id, words, key=f"handed-over-{user_id}-{clock.now():%Y%m%d%H%M}")


@tasks.job(retries=8)
def tell_of_refusal(context: JobContext, user_id: int, about_id: int, what: str) -> None:
    """Tell somebody that a colleague's address refuses mail, and what became of the account."""
    page = f"{context.settings.base_url}/admin/people/{about_id}/hand-over"
    words = letter("mail/address_refused.txt", disabled=what == "disabled", link=page)
    write_to(context, user_id, words, key=f"address-refused-{about_id}-{user_id}-{clock.today()}")


@tasks.loop(every_seconds=DAY)
def forget_old(context: JobContext) -> None:
    """Drop tries to sign in and on public forms, and ended sessions, that are of no more use."""
    with context.database.session() as session, transaction(session):
        throttle.forget_old(session)
        sessions.forget_old(session)
        limits.forget_old(session)
