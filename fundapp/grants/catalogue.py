"""The catalogue: what can be asked for, at what guide price. Every change is kept in the audit trail."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants.models import CatalogueItem
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger_queries
from fundapp.ledger import service as ledger


@dataclass(frozen=True, slots=True)
class ItemWords:
    """What an administrator writes of a kind of help."""

    name: str
    guide_low_pence: int
    guide_high_pence: int
    help_text: str
    # Whether the worker must say what exactly, since the kind alone does not.
    asks_what: bool = False


def add_item(session: Session, *, actor: Actor, code: str, words: ItemWords) -> CatalogueItem:
    """Offer a new kind of help, and open its expense account in the ledger.

    Raises Refused when the short name is taken or the guide prices are out of order.
    """
    _admin_only(actor)
    item = CatalogueItem(
        code=code,
        name=words.name,
        account_code=f"{chart.HELP}{code}",
        guide_low_pence=words.guide_low_pence,
        guide_high_pence=words.guide_high_pence,
        help_text=words.help_text,
        asks_what=words.asks_what,
        active=True,
    )
    session.add(item)
    session.flush()
    if item.account_code not in {account.code for account in ledger_queries.accounts(session)}:
        ledger.open_account(session, code=item.account_code, name=words.name, kind=chart.AccountKind.EXPENSE, actor=actor.reference)
    audit.record(session, actor=actor, kind=AuditKind.ITEM_ADDED, subject=_subject(item), facts=_facts(words))
    return item


def change_item(session: Session, *, actor: Actor, item_id: int, words: ItemWords) -> CatalogueItem:
    """Change a kind's name, guide prices or help text. Requests that were sent keep what they asked."""
    _admin_only(actor)
    item = _held(session, item_id)
    before = _words_of(item)
    if item.name != words.name:
        ledger.rename_account(session, code=item.account_code, name=words.name, actor=actor.reference)
    item.name, item.help_text, item.asks_what = words.name, words.help_text, words.asks_what
    item.guide_low_pence, item.guide_high_pence = words.guide_low_pence, words.guide_high_pence
    session.flush()
    changed = [field.name for field in fields(words) if getattr(words, field.name) != getattr(before, field.name)]
    if changed:
        sides = {f"{name}_{when}": said for when, side in (("before", before), ("after", words)) for name, said in _facts(side).items()}
        facts = {"changed": " ".join(changed), **sides}
        told = f"{before.name} → {words.name}" if before.name != words.name else None
        audit.record(session, actor=actor, kind=AuditKind.ITEM_CHANGED, subject=_subject(item), facts=facts, words=told)
    return item


def offer_again(session: Session, *, actor: Actor, item_id: int) -> CatalogueItem:
    """Offer a kind of help again."""
    return _set_active(session, actor, item_id, active=True)


def stop_offering(session: Session, *, actor: Actor, item_id: int) -> CatalogueItem:
    """Offer a kind of help no longer. What was asked already goes on."""
    return _set_active(session, actor, item_id, active=False)


def item(session: Session, item_id: int) -> CatalogueItem:
    """One kind of help. Raises NotFound."""
    found = session.get(CatalogueItem, item_id)
    if found is None:
        raise NotFound
    return found


def _set_active(session: Session, actor: Actor, item_id: int, *, active: bool) -> CatalogueItem:
    _admin_only(actor)
    found = _held(session, item_id)
    if found.active != active:
        found.active = active
        session.flush()
        kind = AuditKind.ITEM_OFFERED if active else AuditKind.ITEM_CLOSED
        audit.record(session, actor=actor, kind=kind, subject=_subject(found))
    return found


def _held(session: Session, item_id: int) -> CatalogueItem:
    found = session.get(CatalogueItem, item_id, with_for_update={"of": CatalogueItem}, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def _admin_only(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise NotAllowed(_("Administrators keep the catalogue."))


def _subject(item: CatalogueItem) -> str:
    return f"item:{item.id}"


def _words_of(item: CatalogueItem) -> ItemWords:
    return ItemWords(item.name, item.guide_low_pence, item.guide_high_pence, item.help_text, item.asks_what)


def _facts(words: ItemWords) -> dict[str, str | int]:
    return {
        "guide_low_pence": words.guide_low_pence,
        "guide_high_pence": words.guide_high_pence,
        "asks_what": int(words.asks_what),
    }
