"""Letters about requests, sent after the act that they tell of was committed."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.roles import Role
from fundapp.grants import covering, letters, steps
from fundapp.grants.lifecycle import Action, Status, rule, why_not
from fundapp.grants.models import GrantRequest
from fundapp.jobs import JobContext, Tasks, enqueue
from fundapp.people import cover
from fundapp.people import queries as people
from fundapp.people.unreachable import write_to

tasks = Tasks("grants")


HOUR = 3_600


@tasks.loop(every_seconds=HOUR)
def forget_photos(context: JobContext) -> None:
    """Drop photos of bills whose senders went away before they had covered parts of them."""
    with context.database.session() as session, transaction(session):
        covering.forget_old(session)


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
        if request.status != Status.WAITING:
            return
        for user_id in _deciders(session, request):
            enqueue(session, "grants.tell_approver", request_id=request_id, user_id=user_id, version=request.version)


@tasks.job(retries=8)
def tell_approver(context: JobContext, request_id: int, user_id: int, version: int) -> None:
    """Tell one approver that a request waits, if it still does."""
    with context.database.session() as session:
        request = session.get_one(GrantRequest, request_id)
        if request.version != version:
            return
    letter = letters.to_approver(request_id, context.settings.base_url)
    write_to(context, user_id, letter, key=f"request-{request_id}-waits-{version}-{user_id}")


def _deciders(session: Session, request: GrantRequest) -> list[int]:
    """In office hours whoever is there, out of hours whoever is on call; where none of these may decide on it, everybody who may."""
    found = rule(Status.WAITING, Action.AGREE)
    holders = people.holders(session, Role.APPROVER)
    if found is None:
        return []
    may = [user.id for user in holders if why_not(found, user.roles, steps.ties(session, request, user.actor)) is None]
    on_duty = cover.on_duty(session, clock.now())
    return [user_id for user_id in may if user_id in on_duty] or may
