"""The note that somebody finds when they first come with a new seat: three things they do here. Put away, it stays under Help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.people.models import FirstVisit

THREE_THINGS: Mapping[Role, tuple[str, str, str]] = {
    Role.KEY_WORKER: (
        marked("Ask for something with “Ask for something”: seven short questions, saved as you go."),
        marked("Come back when it says “Needs you”: a question to answer, or a bill to photograph."),
        marked("Say what came of it. One tap, and the town sees that it helped."),
    ),
    Role.APPROVER: (
        marked("Open the request that is due first, and read their words before all else."),
        marked("Answer it: agree, agree a part, ask one question, or decline with a reason they can pass on."),
        marked("If you know anyone in it, step aside. Somebody else then answers."),
    ),
    Role.PANEL: (
        marked("Read what waits for an answer, and vote on what is put to the panel."),
        marked("Look at what was asked, why now, and what it costs against the guide price."),
        marked("Vote once. Nobody sees how you voted until it is settled; the majority decides."),
    ),
    Role.FINANCE: (
        marked("Enter a payment for what is agreed, once you have made it at the bank."),
        marked("Check and release what another officer entered. A payment always has two people."),
        marked("Look at what needs a look, and close the month when it is over."),
    ),
    Role.AUDITOR: (
        marked("Read everything: requests, payments, every entry of the ledger. You change nothing."),
        marked("Find anything by its number with the box at the top."),
        marked("See who did what under Audit. What you open of somebody’s request is written there too."),
    ),
    Role.ADMIN: (
        marked("Invite people, and give each the seats they need. Requests stand still while a seat is empty."),
        marked("Add collection points, and print their posters."),
        marked("Keep the catalogue: what can be asked for, and what it usually costs."),
    ),
}


def three_things(role: Role) -> tuple[str, ...]:
    """What somebody in this seat does, in the reader's language."""
    return tuple(_(one) for one in THREE_THINGS[role])


def unseen(session: Session, actor: Actor) -> list[Role]:
    """The seats of this person whose note they have not put away, in the roles' order. One question to the database."""
    put_away = set(session.scalars(select(FirstVisit.role).where(FirstVisit.user_id == actor.user_id)))
    return [role for role in Role if role in actor.roles and role.value not in put_away]


def put_away(session: Session, *, actor: Actor, roles: Iterable[Role]) -> None:
    """Note that this person has read about these seats, of those they hold. Again, it changes nothing."""
    rows = [{"user_id": actor.user_id, "role": role.value, "seen_at": clock.now()} for role in sorted(set(roles) & actor.roles)]
    if rows:
        session.execute(insert(FirstVisit).values(rows).on_conflict_do_nothing())
