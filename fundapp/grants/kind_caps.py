"""The most of each kind of help for one person in twelve months: an administrator proposes, an approver agrees (rulebook).

What holds stands in the catalogue, whose next version is written when a change is agreed. A kind is added with its first cap: more than
none of its own is stricter than what held for it before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import make_dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from fundapp.core.actor import Actor
from fundapp.core.language import marked
from fundapp.grants import catalogue
from fundapp.grants.catalogue_models import CatalogueVersion
from fundapp.grants.forms import MOST_PENCE
from fundapp.grants.models import CatalogueItem
from fundapp.rulebook import queries
from fundapp.rulebook.models import RuleDecision, RuleVersion
from fundapp.rulebook.rulesets import RuleSet, Unit, rule

CODE = "kind-caps"
NAME = marked("The most of each kind of help")
HINT = marked("For one person, in twelve months. More needs a reason, and a second person. The cap on everything stands in the policy.")


def rule_set(session: Session) -> RuleSet[Any]:
    """A rule for each kind in the catalogue, offered or not. Before any was proposed, each says what the catalogue says."""
    items = session.scalars(select(CatalogueItem).order_by(CatalogueItem.name, CatalogueItem.id)).all()
    first = _first(session) if queries.in_force(session, CODE) else {}
    fields = [(_code(one.id), int, _rule(one.name, first.get(one.id, one.cap_pence or 0))) for one in items]
    return RuleSet(CODE, NAME, HINT, make_dataclass("KindCaps", fields, frozen=True), brings=_bring)


def _rule(name: str, first: int) -> int:
    return rule(first, name, Unit.CAP, least=0, most=MOST_PENCE, by_two=True)


def _code(item_id: int) -> str:
    return f"kind_{item_id}"


def _first(session: Session) -> Mapping[int, int]:
    """What each kind said before a cap was ever agreed here; of a kind that is younger, what it was added with."""
    began = select(func.min(RuleDecision.decided_at)).where(RuleDecision.rule_set == CODE, RuleDecision.agreed).scalar_subquery()
    said = select(CatalogueVersion.item_id, CatalogueVersion.cap_pence).ext(distinct_on(CatalogueVersion.item_id))
    before = said.where(or_(CatalogueVersion.changed_at < began, CatalogueVersion.number == 1))
    rows = session.execute(before.order_by(CatalogueVersion.item_id, CatalogueVersion.number.desc()))
    return {item_id: pence or 0 for item_id, pence in rows}


def _bring(session: Session, version: RuleVersion, actor: Actor) -> None:
    """Write what was agreed into the catalogue."""
    why = queries.reasons(session, [version]).get(version.id, "")
    items = session.scalars(select(CatalogueItem).order_by(CatalogueItem.id)).all()
    for one in items:
        pence = version.numbers.get(_code(one.id), one.cap_pence or 0)
        if pence != (one.cap_pence or 0):
            catalogue.hold_cap(session, actor=actor, item_id=one.id, cap_pence=pence or None, proposed_by=version.proposed_by, why=why)
