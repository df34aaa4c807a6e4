"""Finding what is sealed: beside a sealed column stands an index of it, which the row carries along by itself.

A `BlindIndex` finds a row by the whole value; a `WordIndexes` by any of its words. Both are keyed hashes (`Vault.index`), so the
database can compare them and nobody can read them there. What such an index tells all the same is in docs/decisions/0010.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, LargeBinary, and_, event, false, inspect
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeDecorator

from fundapp.core.sealed import vault_of, vault_on
from fundapp.core.vault import Vault

# As much of a word's hash as is kept: a stranger's word is mistaken for another's once in 2^64.
WORD_BYTES = 8
_APOSTROPHES = dict.fromkeys(map(ord, "'\u2018\u2019\u02bc`"))
# A word that is longer than this loses its plural: "boots" is found by "boot".
_SHORT = 3


class BlindIndex(TypeDecorator[Any]):
    """A whole value's index, whatever its capitals. Words are hashed on their way in; hashes (bytes) go in as they are."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Under the newest key."""
        return value if value is None or isinstance(value, bytes) else self.of(vault_on(dialect), value)

    def of(self, vault: Vault, text: str) -> bytes:
        """What a row with this value carries from now on."""
        return vault.index(self.purpose, plain(text))

    def fits(self, column: ColumnElement[Any] | InstrumentedAttribute[Any], vault: Vault, text: str) -> ColumnElement[bool]:
        """That a row carries this value, under whichever key."""
        return column.in_(vault.indexes(self.purpose, plain(text)))


class WordIndexes(TypeDecorator[Any]):
    """The indexes of every word of a text, in no order and each once."""

    impl = ARRAY(LargeBinary)
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: Any, dialect: Dialect) -> list[bytes] | None:
        """Under the newest key."""
        return self.of(vault_on(dialect), value) if isinstance(value, str) else value

    def of(self, vault: Vault, text: str) -> list[bytes]:
        """What a row with these words carries from now on."""
        return sorted({vault.index(self.purpose, word)[:WORD_BYTES] for word in words_of(text)})

    def fits(self, column: ColumnElement[Any] | InstrumentedAttribute[Any], vault: Vault, text: str) -> ColumnElement[bool]:
        """That a row carries every word of a text, under whichever key. A text without words fits none."""
        each = [[index[:WORD_BYTES] for index in vault.indexes(self.purpose, word)] for word in words_of(text)]
        return and_(*(column.overlap(indexes) for indexes in each)) if each else false()


class Indexed:
    """A table whose rows carry indexes. Each is written whenever one of the columns that it is made of is.

    Only what goes through a session's own objects is seen: a bulk UPDATE of a sealed column sets the index itself.
    """

    # By index column, the columns it finds.
    indexed: ClassVar[dict[str, tuple[str, ...]]] = {}


def found_by(session: Session, column: InstrumentedAttribute[Any], text: str) -> ColumnElement[bool]:
    """The condition that finds rows by this value, or by these words."""
    kind: BlindIndex | WordIndexes = column.type
    return kind.fits(column, vault_of(session), text)


def plain(text: str) -> str:
    """A value as it is compared: without outer blanks, in small letters."""
    return text.strip().lower()


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared: letters and figures alone, without capitals, accents or a plural's s."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    kept = "".join(one if one.isalnum() else " " for one in bare.translate(_APOSTROPHES))
    return [word[:-1] if len(word) > _SHORT and word.endswith("s") and not word.endswith("ss") else word for word in kept.split()]


def with_words(terms: Iterable[str]) -> list[str]:
    """Those terms that have a word in them: "&" between two words is none."""
    return [term for term in terms if words_of(term)]


def joined(values: Iterable[str | None]) -> str:
    """Several columns as one text to be indexed."""
    return "\n".join(value for value in values if value)


def _write_all(_mapper: object, _connection: object, row: Indexed) -> None:
    for index, columns in row.indexed.items():
        setattr(row, index, joined(getattr(row, column) for column in columns))


def _write_changed(_mapper: object, _connection: object, row: Indexed) -> None:
    told = inspect(row).attrs
    for index, columns in row.indexed.items():
        if any(told[column].history.has_changes() for column in columns):
            setattr(row, index, joined(getattr(row, column) for column in columns))


event.listen(Indexed, "before_insert", _write_all, propagate=True)
event.listen(Indexed, "before_update", _write_changed, propagate=True)
