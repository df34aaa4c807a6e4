"""Everything that is held about somebody, gathered by the inventory: for whoever asks what the Fund knows about them (Article 15)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.core.db import Base
from fundapp.core.errors import NotFound, Refused
from fundapp.core.indexed import BlindIndex, WordIndexes
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.personal import Holding, Whose
from fundapp.privacy import inventory

# By kind of subject: its table, and about whom its columns tell.
KINDS = {
    "user": ("user_account", frozenset({Whose.STAFF})),
    "person": ("person", frozenset({Whose.HELPED, Whose.PAYEE})),
    "reader": ("checkpoint_reader", frozenset({Whose.READER})),
    "point": ("collection_point", frozenset({Whose.HOST})),
    "donor": ("gift_aid_donor", frozenset({Whose.DONOR})),
}
KIND_WORDS = {
    "user": marked("An account, by its number"),
    "person": marked("A person who is helped, by the number of their code"),
    "reader": marked("A reader of checkpoints"),
    "point": marked("The contact of a collection point"),
    "donor": marked("A donor who declared Gift Aid, by the first figure of their number"),
}
# What opens a door, and what finds a sealed value, is told of and not handed out.
_SECRET = ("password_hash", "token_hash", "secret", "code_hash", "public_key", "credential_id", "user_handle")


def plain_subject(text: str) -> str:
    """A subject as it is kept: "user:2". Raises Refused for anything else."""
    kind, _colon, number = text.strip().lower().partition(":")
    if kind not in KINDS or not (number.isascii() and number.isdigit() and len(number) < 16):
        raise Refused(_("Write it as the audit trail has it, like user:2, person:5, reader:3, point:4 or donor:6."))
    return f"{kind}:{int(number)}"


def require(session: Session, subject: str) -> None:
    """Raises NotFound where there is nothing of that number."""
    kind, _colon, number = subject.partition(":")
    root = Base.metadata.tables[KINDS[kind][0]]
    if session.scalar(select(root.c.id).where(root.c.id == int(number))) is None:
        raise NotFound(_("There is nothing of that number."))


def gathered(session: Session, subject: str) -> dict[str, Any]:
    """What is held about one subject, table by table, sealed values opened. Raises NotFound where there is no such thing."""
    require(session, subject)
    kind, _colon, number = subject.partition(":")
    root_name, whose = KINDS[kind]
    root = Base.metadata.tables[root_name]
    told: dict[str, list[Holding]] = {}
    for one in inventory.holdings():
        if one.whose in whose:
            told.setdefault(one.table, []).append(one)
    held = {name: _rows(session, Base.metadata.tables[name], columns, root, int(number)) for name, columns in sorted(told.items())}
    return {
        "about": subject,
        "held": {name: rows for name, rows in held.items() if rows},
        "why": [
            {
                "what": f"{one.table}.{one.column}",
                "why": _(one.why),
                "basis": inventory.basis_words(one.basis),
                "kept": inventory.kept_words(one.kept),
            }
            for columns in told.values()
            for one in columns
            if held[one.table]
        ],
        "done": [
            {"at": event.at.isoformat(), "what": event.kind, "facts": event.facts, "words": event.words}
            for event in audit.trail(session, subject)
        ],
    }


def _rows(session: Session, table: Table, columns: list[Holding], root: Table, number: int) -> list[dict[str, Any]]:
    where = _leads_to(table, root, number)
    if where is None:
        return []
    kept = [table.c[one.column] for one in columns if not isinstance(table.c[one.column].type, (BlindIndex, WordIndexes))]
    statement = select(*kept).where(where).order_by(*table.primary_key.columns)
    return [{column.name: _said(column.name, value) for column, value in zip(kept, row, strict=True)} for row in session.execute(statement)]


# By which column other tables say whose a row is.
_OWNERS = {"user_account": "user_id", "checkpoint_reader": "reader_id", "person": "person_id", "gift_aid_donor": "donor_id"}


def _leads_to(table: Table, root: Table, number: int) -> ColumnElement[bool] | None:
    """Which rows of a table belong to a row of the root: by its own key, or by a column that says whose it is."""
    if table is root:
        return root.c.id == number
    owner = _OWNERS.get(root.name)
    if owner and owner in table.c:
        return table.c[owner] == number
    if root.name == "person" and "request_id" in table.c:
        requests = Base.metadata.tables["grant_request"]
        return table.c.request_id.in_(select(requests.c.id).where(requests.c.person_id == number))
    return None


def _said(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _SECRET:
        return _("held, and never handed out: it opens a door")
    if isinstance(value, bytes):
        return _("%(size)s bytes: handed out as a file") % {"size": f"{len(value):,}"}
    return value.isoformat() if isinstance(value, (date, datetime)) else value
