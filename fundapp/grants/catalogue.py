"""The catalogue: what can be asked for, at what guide price, up to how much. Every version is kept, with who made it and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants.catalogue_models import CatalogueVersion
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
    # The most of it for one person in twelve months; None where only the cap on everything holds.
    cap_pence: int | None = None
    # Whether having had it is nobody else's to know.
    is_sensitive: bool = False
    # Whether an address is asked for.
    needs_delivery: bool = False
    # Whether community groups ask for it, and people do not.
    for_groups: bool = False


# The longest reason that a version keeps.
LONGEST_WHY = 400
WORDS = tuple(field.name for field in fields(ItemWords))
# Of these, the names and texts: they stand in the version, and never among the facts of the trail.
_TEXTS = frozenset({"name", "help_text"})


def add_item(session: Session, *, actor: Actor, code: str, words: ItemWords, why: str = "") -> CatalogueItem:
    """Offer a new kind of help, and open its expense account in the ledger.

    Raises Refused when the short name is taken, the guide prices are out of order or the cap is nothing.
    """
    _admin_only(actor)
    item = CatalogueItem(code=code, account_code=f"{chart.HELP}{code}", active=True, **asdict(words))
    session.add(item)
    session.flush()
    if item.account_code not in {account.code for account in ledger_queries.accounts(session)}:
        ledger.open_account(session, code=item.account_code, name=words.name, kind=chart.AccountKind.EXPENSE, actor=actor.reference)
    _keep_version(session, actor.user_id, item, why)
    audit.record(session, actor=actor, kind=AuditKind.ITEM_ADDED, subject=_subject(item), facts=_facts(words))
    return item


def change_item(session: Session, *, actor: Actor, item_id: int, words: ItemWords, why: str) -> CatalogueItem:
    """Change what a kind of help says, as its next version. Requests that were sent keep what they asked.

    Raises NotAllowed, NotFound, and Refused without a reason, or for another cap: that takes two people (kind_caps.py).
    """
    _admin_only(actor)
    item = _held(session, item_id)
    before = words_of(item)
    if words.cap_pence != before.cap_pence:
        raise Refused(_("Another cap is proposed under Rules, and holds once an approver agrees."))
    changed = [name for name in WORDS if getattr(words, name) != getattr(before, name)]
    if not changed:
        return item
    _needs(why)
    if item.name != words.name:
        ledger.rename_account(session, code=item.account_code, name=words.name, actor=actor.reference)
    for name in changed:
        setattr(item, name, getattr(words, name))
    session.flush()
    _keep_version(session, actor.user_id, item, why)
    _record_change(session, actor, item, changed, before, words)
    return item


def hold_cap(session: Session, *, actor: Actor, item_id: int, cap_pence: int | None, proposed_by: int, why: str) -> CatalogueItem:
    """Let another cap hold, which an administrator proposed and this approver agreed to, as the kind's next version.

    Raises NotAllowed, to whoever proposed it as well; NotFound.
    """
    if not actor.has(Role.APPROVER) or actor.user_id in {None, proposed_by}:
        raise NotAllowed(_("Somebody else agrees to what you propose."))
    item = _held(session, item_id)
    before = words_of(item)
    item.cap_pence = cap_pence
    session.flush()
    _keep_version(session, proposed_by, item, why[:LONGEST_WHY])
    _record_change(session, actor, item, ["cap_pence"], before, words_of(item))
    return item


def _record_change(session: Session, actor: Actor, item: CatalogueItem, changed: list[str], before: ItemWords, words: ItemWords) -> None:
    sides = {f"{name}_{when}": said for when, side in (("before", before), ("after", words)) for name, said in _facts(side).items()}
    facts = {"changed": " ".join(changed), **sides}
    told = f"{before.name} → {words.name}" if before.name != words.name else None
    audit.record(session, actor=actor, kind=AuditKind.ITEM_CHANGED, subject=_subject(item), facts=facts, words=told)


def offer_again(session: Session, *, actor: Actor, item_id: int, why: str) -> CatalogueItem:
    """Offer a kind of help again."""
    return _set_active(session, actor, item_id, active=True, why=why)


def stop_offering(session: Session, *, actor: Actor, item_id: int, why: str) -> CatalogueItem:
    """Offer a kind of help no longer. What was asked already goes on."""
    return _set_active(session, actor, item_id, active=False, why=why)


def item(session: Session, item_id: int) -> CatalogueItem:
    """One kind of help. Raises NotFound."""
    found = session.get(CatalogueItem, item_id)
    if found is None:
        raise NotFound
    return found


def versions(item_id: int) -> Select[CatalogueVersion]:
    """Every version of one kind of help, the newest first."""
    return select(CatalogueVersion).where(CatalogueVersion.item_id == item_id).order_by(CatalogueVersion.number.desc(), CatalogueVersion.id)


def words_of(said: CatalogueItem | CatalogueVersion) -> ItemWords:
    """What a kind of help says, or said in one version."""
    return ItemWords(**{name: getattr(said, name) for name in WORDS})


def _set_active(session: Session, actor: Actor, item_id: int, *, active: bool, why: str) -> CatalogueItem:
    _admin_only(actor)
    found = _held(session, item_id)
    if found.active != active:
        _needs(why)
        found.active = active
        session.flush()
        _keep_version(session, actor.user_id, found, why)
        kind = AuditKind.ITEM_OFFERED if active else AuditKind.ITEM_CLOSED
        audit.record(session, actor=actor, kind=kind, subject=_subject(found))
    return found


def _keep_version(session: Session, changed_by: int | None, item: CatalogueItem, why: str) -> None:
    """Write down what it says now. Its row is held, so numbers follow one another."""
    newest = session.scalar(select(func.max(CatalogueVersion.number)).where(CatalogueVersion.item_id == item.id)) or 0
    session.add(
        CatalogueVersion(
            item_id=item.id,
            number=newest + 1,
            active=item.active,
            changed_by=changed_by,
            changed_at=clock.now(),
            why=why.strip(),
            **asdict(words_of(item)),
        )
    )
    session.flush()


def _needs(why: str) -> None:
    if not why.strip():
        raise Refused(_("Say why in a few words: it stands in the history."))


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


def _facts(words: ItemWords) -> dict[str, str | int]:
    """Its figures and flags, for the trail; no cap is 0."""
    return {name: int(getattr(words, name) or 0) for name in WORDS if name not in _TEXTS}
