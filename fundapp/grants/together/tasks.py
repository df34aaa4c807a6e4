"""What happens by itself when several decide: votes close, and an emergency is reported."""

from __future__ import annotations

from fundapp.core.db import transaction
from fundapp.core.roles import Role
from fundapp.grants import letters
from fundapp.grants.together import panel
from fundapp.jobs import JobContext, Tasks, enqueue
from fundapp.people import queries as people
from fundapp.people.unreachable import write_to

tasks = Tasks("grants_together")

MINUTES = 300
# Who is told of what two people agreed in an emergency: whoever looks on, and those who keep the money.
READERS = (Role.AUDITOR, Role.FINANCE)


@tasks.loop(every_seconds=MINUTES)
def close_votes(context: JobContext) -> None:
    """Settle the votes of the panel whose time is over."""
    with context.database.session() as session, transaction(session):
        panel.close_votes(session)


@tasks.job(retries=8)
def tell_of_emergency(context: JobContext, request_id: int) -> None:
    """Have everybody told who looks on: a job each, so that one bad address holds up nobody."""
    with context.database.session() as session, transaction(session):
        for user_id in sorted({user.id for role in READERS for user in people.holders(session, role)}):
            enqueue(session, "grants_together.tell_one_of_emergency", request_id=request_id, user_id=user_id)


@tasks.job(retries=8)
def tell_one_of_emergency(context: JobContext, request_id: int, user_id: int) -> None:
    """Tell one of them."""
    letter = letters.of_emergency(request_id, context.settings.base_url)
    write_to(context, user_id, letter, key=f"request-{request_id}-emergency-{user_id}")
