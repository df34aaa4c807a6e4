"""Columns that are sealed on their way into the database and opened on their way out (core/vault.py).

The vault rides on the engine's dialect, so that nothing is global and two towns in one process keep their keys apart. PostgreSQL
can neither compare nor sort these columns: whoever must find a row by one keeps an index of it beside (`Vault.index`).
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Engine, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from fundapp.core.vault import Vault

_RIDES_AS = "fundapp_vault"


def carry(engine: Engine, vault: Vault) -> None:
    """Let everything this engine reads and writes go through this vault."""
    setattr(engine.dialect, _RIDES_AS, vault)


def vault_on(dialect: Dialect) -> Vault:
    """The vault that rides on a dialect. Raises LookupError where a database was opened without one."""
    found: Vault | None = getattr(dialect, _RIDES_AS, None)
    if found is None:
        raise LookupError("This database was opened without its keys: nothing sealed can be read or written.")
    return found


def vault_of(session: Session) -> Vault:
    """The vault of the database a session speaks to."""
    return vault_on(session.get_bind().dialect)


class Sealed(TypeDecorator[Any]):
    """What the sealed types share. `purpose` is the column's own name, "table.column": a value opens in no other column."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def coerce_compared_value(self, op: Any, value: Any) -> Any:  # noqa: ARG002 - SQLAlchemy calls it so
        """Comparing two sealed values says nothing."""
        raise TypeError(f"{self.purpose} is sealed: it cannot be compared in the database. Keep an index of it.")

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Seal on the way in."""
        return None if value is None else vault_on(dialect).seal(self.purpose, self.encode(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Open on the way out."""
        return None if value is None else self.decode(vault_on(dialect).open(self.purpose, bytes(value)))

    def encode(self, value: Any) -> bytes:
        """The bytes that are sealed: a file's, as they are."""
        return bytes(value)

    def decode(self, plain: bytes) -> Any:
        """The value that the bytes stand for."""
        return plain


class SealedText(Sealed):
    """Words."""

    cache_ok = True

    def encode(self, value: str) -> bytes:
        """In UTF-8."""
        return value.encode()

    def decode(self, plain: bytes) -> str:
        """From UTF-8."""
        return plain.decode()


class SealedBytes(Sealed):
    """A file."""

    cache_ok = True


class SealedJson(Sealed):
    """What was typed into a form that is not finished. To change it, set it anew: a change inside is not noticed."""

    cache_ok = True

    def encode(self, value: Any) -> bytes:
        """As JSON in UTF-8."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def decode(self, plain: bytes) -> Any:
        """From JSON."""
        return json.loads(plain)
