"""Reading entries, each with what it moved."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.ledger.chart import DEBIT_KINDS
from fundapp.ledger.log_models import LogLeaf
from fundapp.ledger.models import Account, Entry, Fund, Transfer


@dataclass(frozen=True, slots=True)
class LineView:
    """One movement: from the credited account to the debited one, with the names of today."""

    debit: str
    debit_name: str
    credit: str
    credit_name: str
    fund: str
    fund_name: str
    amount_pence: int


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry with what it moved. Actor, subject, reason and note are references and codes, as the ledger keeps them."""

    number: int
    event_key: str
    kind: str
    happened_on: date
    recorded_at: datetime
    reason: str
    actor: str
    subject: str
    note: str
    # The number of the entry that this one undoes, and of the one that undid it.
    reverses: int | None
    reversed_by: int | None
    # It took a fund below what it had.
    forced: bool
    public_particulars: dict[str, Any]
    private_particulars: dict[str, Any]
    leaf_hash: bytes
    lines: tuple[LineView, ...]

    @property
    def amount_pence(self) -> int:
        """What moved, all lines together."""
        return sum(line.amount_pence for line in self.lines)


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of an account's statement. The amount is positive where it raises the balance on the account's own side."""

    number: int
    kind: str
    happened_on: date
    subject: str
    fund: str
    other_account: str
    amount_pence: int


class Wanted(TypedDict, total=False):
    """What entries are looked for by. All that is given must hold; account, fund and amount of one and the same line."""

    account: str | None
    fund: str | None
    subject: str | None
    kind: str | None
    # The first and the last day, both included.
    since: date | None
    until: date | None
    # Of one line, both included.
    least_pence: int | None
    most_pence: int | None
    number: int | None
    # An event key, or how it begins.
    key: str | None
    # Only entries of the log as it was when it had so many.
    log_size: int | None


def entry(session: Session, number: int) -> EntryView:
    """One entry. Raises NotFound."""
    found = _views(session, _entries().where(Entry.number == number))
    if not found:
        raise NotFound(_("There is no entry %(number)s in the ledger.") % {"number": f"{number:,}"})
    return found[0]


def entries_for(session: Session, subject: str) -> list[EntryView]:
    """Every entry about one thing, the oldest first."""
    return _views(session, _entries().where(Entry.subject == subject).order_by(Entry.id))


def entries_about(session: Session, subjects: Collection[str]) -> dict[str, list[EntryView]]:
    """Every entry about several things, the oldest first, by what it is about. What no entry is about is left out."""
    found: dict[str, list[EntryView]] = {}
    for view in _views(session, _entries().where(Entry.subject.in_(subjects)).order_by(Entry.id)) if subjects else ():
        found.setdefault(view.subject, []).append(view)
    return found


def entries(session: Session, *, limit: int = 50, offset: int = 0, **wanted: Unpack[Wanted]) -> list[EntryView]:
    """Entries, the newest first, a page at a time: all, or those that are wanted."""
    chosen = _chosen(select(Entry.id), wanted).order_by(Entry.id.desc()).limit(limit).offset(offset)
    return _views(session, _entries().where(Entry.id.in_(chosen)).order_by(Entry.id.desc()))


def entry_count(session: Session, **wanted: Unpack[Wanted]) -> int:
    """How many entries `entries` finds, over all pages."""
    return session.execute(_chosen(select(func.count()).select_from(Entry), wanted)).scalar_one()


def known_keys(session: Session, event_keys: Sequence[str]) -> set[str]:
    """Of these event keys, those that an entry stands under."""
    return set(session.scalars(select(Entry.event_key).where(Entry.event_key.in_(event_keys))))


def movements(session: Session, account_code: str, since: date, until: date) -> list[Movement]:
    """An account's statement from one day to another, both included, the oldest first. Raises NotFound for no such account."""
    kind = session.execute(select(Account.kind).where(Account.code == account_code)).scalar_one_or_none()
    if kind is None:
        raise NotFound(_("There is no account “%(code)s” in the ledger.") % {"code": account_code})
    debited = Transfer.debit_account == account_code
    grows = debited if kind in DEBIT_KINDS else ~debited
    statement = (
        select(
            Entry.number,
            Entry.kind,
            Entry.happened_on,
            Entry.subject,
            Transfer.fund,
            case((debited, Transfer.credit_account), else_=Transfer.debit_account),
            case((grows, Transfer.amount_pence), else_=-Transfer.amount_pence),
        )
        .join(Entry, Entry.id == Transfer.entry_id)
        .where(or_(debited, Transfer.credit_account == account_code), Entry.happened_on.between(since, until))
        .order_by(Entry.happened_on, Entry.id, Transfer.n)
    )
    return [Movement(*row) for row in session.execute(statement)]


def _chosen(statement: Select[int], wanted: Wanted) -> Select[int]:
    log_size = wanted.get("log_size")
    if log_size is not None:
        statement = statement.where(exists().where(LogLeaf.entry_id == Entry.id, LogLeaf.seq < log_size))
    touches = _of_a_line(wanted)
    if touches:
        statement = statement.where(exists().where(Transfer.entry_id == Entry.id, *touches))
    return statement.where(*_of_the_entry(wanted))


def _of_the_entry(wanted: Wanted) -> list[ColumnElement[bool]]:
    asked: list[tuple[Any, Any]] = [
        (wanted.get("subject"), Entry.subject.__eq__),
        (wanted.get("kind"), Entry.kind.__eq__),
        (wanted.get("since"), Entry.happened_on.__ge__),
        (wanted.get("until"), Entry.happened_on.__le__),
        (wanted.get("number"), Entry.number.__eq__),
        (wanted.get("key"), lambda key: Entry.event_key.startswith(key, autoescape=True)),
    ]
    return [rule(value) for value, rule in asked if value is not None]


def _of_a_line(wanted: Wanted) -> list[ColumnElement[bool]]:
    asked: list[tuple[Any, Any]] = [
        (wanted.get("account"), lambda code: or_(Transfer.debit_account == code, Transfer.credit_account == code)),
        (wanted.get("fund"), Transfer.fund.__eq__),
        (wanted.get("least_pence"), Transfer.amount_pence.__ge__),
        (wanted.get("most_pence"), Transfer.amount_pence.__le__),
    ]
    return [rule(value) for value, rule in asked if value is not None]


def _entries() -> Select[*tuple[Any, ...]]:
    undoing = aliased(Entry)
    debit, credit = aliased(Account), aliased(Account)
    line = func.jsonb_build_array(debit.code, debit.name, credit.code, credit.name, Fund.code, Fund.name, Transfer.amount_pence)
    lines = (
        select(func.coalesce(func.jsonb_agg(aggregate_order_by(line, Transfer.n)), func.jsonb_build_array()))
        .join(debit, debit.code == Transfer.debit_account)
        .join(credit, credit.code == Transfer.credit_account)
        .join(Fund, Fund.code == Transfer.fund)
        .where(Transfer.entry_id == Entry.id)
        .correlate(Entry)
        .scalar_subquery()
    )
    reversed_by = select(undoing.number).where(undoing.reverses == Entry.number).correlate(Entry).scalar_subquery()
    return select(
        Entry.number,
        Entry.event_key,
        Entry.kind,
        Entry.happened_on,
        Entry.recorded_at,
        Entry.reason,
        Entry.actor,
        Entry.subject,
        Entry.note,
        Entry.reverses,
        reversed_by.label("reversed_by"),
        Entry.forced,
        Entry.public_particulars,
        Entry.private_particulars,
        Entry.leaf_hash,
        lines.label("lines"),
    )


def _views(session: Session, statement: Select[*tuple[Any, ...]]) -> list[EntryView]:
    return [EntryView(**{**row._asdict(), "lines": tuple(LineView(*line) for line in row.lines)}) for row in session.execute(statement)]
