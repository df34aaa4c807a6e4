"""Sealed columns: what the database holds of them, and what happens to whoever comes without the keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, LargeBinary, cast, column, func, literal, select, table, type_coerce
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from fundapp.core.db import Database
from fundapp.core.roles import Role
from fundapp.core.sealed import Sealed, SealedBytes, SealedJson, SealedText, vault_of
from fundapp.core.vault import Vault
from tests.builders import people
from tests.support.postgres import OwnDatabase
from tests.support.web import Client


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (SealedText("t.words"), "Łucja’s own words"),
        (SealedBytes("t.file"), b"\x00\xff"),
        (SealedJson("t.typed"), {"goal": "a bed", "n": 1}),
    ],
)
def test_a_value_goes_in_sealed_and_comes_out_as_it_was(connection: Connection, kind: Sealed, value: object) -> None:
    sent = literal(value, kind)
    assert connection.scalar(select(sent)) == value
    raw = connection.scalar(select(cast(sent, LargeBinary)))
    assert isinstance(raw, bytes)
    assert len(raw) > 5 + 12 + 16
    assert not {b"words", b"bed", b"\x00\xff"} & {raw[n : n + size] for n in range(len(raw)) for size in (2, 3, 5)}


def test_nothing_is_sealed_where_there_is_nothing(connection: Connection) -> None:
    assert connection.scalar(select(literal(None, SealedText("t.words")))) is None


def test_comparing_a_sealed_column_is_refused_before_it_is_asked() -> None:
    kept = table("t", column("kept", SealedText("t.words")))
    with pytest.raises(TypeError, match="Keep an index of it"):
        select(kept).where(kept.c.kept == "Rosa")


def test_a_database_opened_without_keys_neither_reads_nor_writes(worker_database: OwnDatabase) -> None:
    bare = Database(worker_database.app_url)
    try:
        with bare.session() as session:
            with pytest.raises(LookupError, match="without its keys"):
                vault_of(session)
            with pytest.raises(StatementError, match="without its keys"):
                session.execute(select(literal("Rosa", SealedText("t.words"))))
            with pytest.raises(LookupError, match="without its keys"):
                session.scalar(select(type_coerce(func.decode("78", "hex"), SealedText("t.words"))))
    finally:
        bare.dispose()


def test_a_page_of_somebody_signed_in_opens_one_account(
    client: Client, session: Session, sign_in_as: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(12):
        people.user(session, Role.KEY_WORKER)
    sign_in_as(client, people.user(session, Role.KEY_WORKER))
    opened = []
    whole = Vault.open

    def counted(vault: Vault, purpose: str, sealed: bytes) -> bytes:
        opened.append(purpose)
        return whole(vault, purpose, sealed)

    monkeypatch.setattr(Vault, "open", counted)
    assert client.get("/requests").status == 200
    assert sorted(opened) == ["user_account.email", "user_account.name"]
