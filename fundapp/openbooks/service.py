"""Changing what the front page says a gift does. Each change leaves a line in the audit trail."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds_short
from fundapp.core.roles import Role
from fundapp.openbooks.models import OpenbooksExample


def add_example(session: Session, *, actor: Actor, position: int, amount_pence: int, words: str) -> OpenbooksExample:
    """Write a new example, shown at once. Raises NotAllowed for anybody but an administrator."""
    _must_be_admin(actor)
    example = OpenbooksExample(
        position=position,
        amount_pence=amount_pence,
        words=words.strip(),
        active=True,
        changed_at=clock.now(),
        changed_by=actor.user_id,
    )
    session.add(example)
    session.flush()
    _record(session, actor, example, "added")
    return example


def change_example(session: Session, *, actor: Actor, example_id: int, position: int, amount_pence: int, words: str) -> None:
    """Give an example another place, price or wording. Raises NotAllowed, and NotFound where there is none."""
    _must_be_admin(actor)
    example = _held(session, example_id)
    example.position, example.amount_pence, example.words = position, amount_pence, words.strip()
    _touch(session, actor, example, "changed")


def retire_example(session: Session, *, actor: Actor, example_id: int) -> None:
    """Take an example off the front page; it stays in the list. Raises NotAllowed, and NotFound where there is none."""
    _must_be_admin(actor)
    example = _held(session, example_id)
    if example.active:
        example.active = False
        _touch(session, actor, example, "retired")


def bring_back_example(session: Session, *, actor: Actor, example_id: int) -> None:
    """Let an example stand on the front page again. Raises NotAllowed, and NotFound where there is none."""
    _must_be_admin(actor)
    example = _held(session, example_id)
    if not example.active:
        example.active = True
        _touch(session, actor, example, "brought_back")


def _must_be_admin(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise NotAllowed(_("Only an administrator changes the examples."))


def _held(session: Session, example_id: int) -> OpenbooksExample:
    example = session.scalar(select(OpenbooksExample).where(OpenbooksExample.id == example_id).with_for_update())
    if example is None:
        raise NotFound(_("There is no such example."))
    return example


def _touch(session: Session, actor: Actor, example: OpenbooksExample, what: str) -> None:
    example.changed_at, example.changed_by = clock.now(), actor.user_id
    session.flush()
    _record(session, actor, example, what)


def _record(session: Session, actor: Actor, example: OpenbooksExample, what: str) -> None:
    record(
        session,
        actor=actor,
        kind=AuditKind.EXAMPLE_CHANGED,
        subject=example.subject,
        facts={"what": what, "amount_pence": example.amount_pence, "place": example.position},
        words=f"{pounds_short(example.amount_pence)}: {example.words}",
    )
