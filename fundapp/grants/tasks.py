"""Letters about requests, sent after the act that they tell of was committed."""

from __future__ import annotations

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.grants import covering, letters
from fundapp.grants.clocks import listeners, reminding
from fundapp.grants.clocks.models import Reminder, Step
from fundapp.grants.models import GrantRequest
from fundapp.jobs import JobContext, Tasks, enqueue
from fundapp.people import cover
from fundapp.people.unreachable import write_to

tasks = Tasks("grants")


HOUR = 3_600
# How late somebody may hear of a request that waits still.
MINUTES = 300


@tasks.loop(every_seconds=HOUR)
def forget_photos(context: JobContext) -> None:
    """Drop photos of bills whose senders went away before they had covered parts of them."""
    with context.database.session() as session, transaction(session):
        covering.forget_old(session)


@tasks.loop(every_seconds=MINUTES)
def watch_clocks(context: JobContext) -> None:
    """Have those told whose turn it is, of requests that wait still."""
    with context.database.session() as session, transaction(session):
        reminding.tell(session)


@tasks.job(retries=8)
def tell_asker(context: JobContext, request_id: int, news: str, version: int) -> None:
    """Tell the key worker who asked what became of it, and while they are away their deputy."""
    with context.database.session() as session:
        request = session.get_one(GrantRequest, request_id)
        asked_by = request.asked_by
        deputy = cover.deputies(session, clock.today()).get(asked_by)
    letter = letters.to_asker(news, request_id, context.settings.base_url)
    write_to(context, asked_by, letter, key=f"request-{request_id}-{news}-{version}")
    if deputy is not None:
        write_to(context, deputy, letter, key=f"request-{request_id}-{news}-{version}-{deputy}")


@tasks.job(retries=8)
def tell_approvers(context: JobContext, request_id: int) -> None:
    """Write one letter to each approver on duty who may decide on it: a job each, so that one bad address holds up nobody."""
    with context.database.session() as session, transaction(session):
        request = session.get_one(GrantRequest, request_id)
        if not request.runs:
            return
        for user_id in listeners.on_duty(session, request):
            enqueue(session, "grants.tell_approver", request_id=request_id, user_id=user_id, version=request.version)


@tasks.job(retries=8)
def tell_approver(context: JobContext, request_id: int, user_id: int, version: int) -> None:
    """Tell one approver that a request waits, if it still does."""
    with context.database.session() as session:
        request = session.get_one(GrantRequest, request_id)
        if request.version != version:
            return
        due_at = request.due_at
    letter = letters.to_approver(request_id, due_at, context.settings.base_url)
    write_to(context, user_id, letter, key=f"request-{request_id}-waits-{version}-{user_id}")


@tasks.job(retries=8)
def remind(context: JobContext, reminder_id: int, user_id: int) -> None:
    """Tell one person that a request waits still, unless it has its answer by now or its clock was written anew."""
    with context.database.session() as session:
        reminder = session.get_one(Reminder, reminder_id)
        request = session.get_one(GrantRequest, reminder.request_id)
        if not request.runs or request.due_at != reminder.due_at:
            return
    letter = letters.still_waits(Step(reminder.step), request.id, reminder.due_at, context.settings.base_url)
    write_to(context, user_id, letter, key=f"reminder-{reminder_id}-{user_id}")
