"""After a new key: what an older one sealed is opened and sealed again, a few rows at a time, while everybody works.

Nothing is kept of how far it is: a row that is under another key than the newest says so itself. So it can be killed anywhere and
begun again, and a row that somebody writes meanwhile is either waited for or found done. Every table with a sealed column is walked,
with the indexes that stand beside; none has to be named here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, RowMapping, Table, and_, func, or_, select, tuple_, type_coerce, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fundapp.core.db import Base, transaction
from fundapp.core.errors import Busy
from fundapp.core.indexed import Indexed, joined
from fundapp.core.sealed import Sealed, SealedBytes, vault_of
from fundapp.core.vault import FORM, MARK_BYTES, Unreadable, Vault

BATCH = 100
# Bills are some hundreds of kilobytes each.
BATCH_OF_FILES = 5
_MARK_AT = len(FORM) + 1


@dataclass(frozen=True)
class SealedTable:
    """One table with sealed columns, and what its indexes are made of."""

    table: Table
    sealed: dict[str, Sealed]
    indexed: dict[str, tuple[str, ...]]

    @property
    def batch(self) -> int:
        """How many rows are held at once."""
        return BATCH_OF_FILES if any(isinstance(kind, SealedBytes) for kind in self.sealed.values()) else BATCH

    def raw(self, column: str) -> ColumnElement[bytes]:
        """A sealed column's bytes as they lie there."""
        return type_coerce(self.table.c[column], LargeBinary)

    def behind(self, vault: Vault) -> ColumnElement[bool]:
        """That a row has a value under another key than the newest."""
        head = FORM + vault.newest
        return or_(*(func.substr(self.raw(column), 1, len(head)) != head for column in self.sealed))


@dataclass
class Done:
    """What became of the rows that were behind."""

    changed: int = 0
    # By table, rows that no key of ours opens, and rows whose index belongs to another row already.
    unreadable: Counter[str] = field(default_factory=Counter)
    clashing: Counter[str] = field(default_factory=Counter)


def sealed_tables() -> list[SealedTable]:
    """Every table that has a sealed column, by name."""
    made_of = {mapper.local_table: mapper.class_.indexed for mapper in Base.registry.mappers if issubclass(mapper.class_, Indexed)}
    found = []
    for table in Base.metadata.sorted_tables:
        sealed = {column.name: column.type for column in table.columns if isinstance(column.type, Sealed)}
        if sealed:
            found.append(SealedTable(table, sealed, made_of.get(table, {})))
    return sorted(found, key=lambda one: one.table.name)


def count_by_key(session: Session) -> Counter[bytes]:
    """How many values lie under each key, by the key's mark."""
    found: Counter[bytes] = Counter()
    for one in sealed_tables():
        for column in one.sealed:
            mark = func.substr(one.raw(column), _MARK_AT, MARK_BYTES)
            statement = select(mark, func.count()).where(one.raw(column).is_not(None)).group_by(mark)
            for key, number in session.execute(statement):
                found[bytes(key)] += number
    return found


def reseal(session: Session) -> Done:
    """Bring everything under the newest key. Each batch is a transaction of its own; rows that cannot be opened are left as they are.

    Raises Busy when somebody holds a row for too long; what was done until then stays done.
    """
    done = Done()
    for one in sealed_tables():
        for _ in _batches(session, one, done):
            pass
    return done


def _batches(session: Session, one: SealedTable, done: Done) -> Iterator[None]:
    """Go through a table once, in the order of its key."""
    after: Sequence[Any] | None = None
    while True:
        with transaction(session):
            rows = _held(session, one, after)
            for row in rows:
                _reseal_row(session, one, row, done)
        if not rows:
            return
        after = [rows[-1][name] for name in _key(one.table)]
        yield


def _held(session: Session, one: SealedTable, after: Sequence[Any] | None) -> Sequence[RowMapping]:
    """The next rows that are behind, held against whoever would change them. One that was changed meanwhile is looked at again."""
    key = [one.table.c[name] for name in _key(one.table)]
    statement = select(*key, *(one.raw(column).label(column) for column in one.sealed)).where(one.behind(vault_of(session)))
    if after is not None:
        statement = statement.where(tuple_(*key) > tuple_(*after))
    held = statement.order_by(*key).limit(one.batch).with_for_update(key_share=True)
    return session.execute(held).mappings().all()


def _reseal_row(session: Session, one: SealedTable, row: RowMapping, done: Done) -> None:
    vault = vault_of(session)
    try:
        plain = {name: kind.decode(vault.open(kind.purpose, row[name])) for name, kind in one.sealed.items() if row[name] is not None}
    except Unreadable:
        done.unreadable[one.table.name] += 1
        return
    # The types seal and index on their way in, under the newest key.
    values = {**plain, **{index: joined(_texts(plain, columns)) for index, columns in one.indexed.items()}}
    this = and_(*(one.table.c[name] == row[name] for name in _key(one.table)))
    try:
        with session.begin_nested():
            session.execute(update(one.table).where(this).values(values))
    except IntegrityError:
        done.clashing[one.table.name] += 1
    else:
        done.changed += 1


def _texts(plain: dict[str, Any], columns: Iterable[str]) -> Iterator[str | None]:
    return (plain.get(column) for column in columns)


def _key(table: Table) -> list[str]:
    return [column.name for column in table.primary_key.columns]


def until_nobody_is_in_the_way(session: Session, *, tries: int) -> Done:
    """The same, begun again where a row could not be had. Raises Busy after so many tries."""
    for left in range(tries - 1, -1, -1):
        try:
            return reseal(session)
        except Busy:
            if not left:
                raise
    raise ValueError("at least one try")
