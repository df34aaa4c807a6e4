"""A database that was in use before its personal columns were sealed: the migration seals what is there, or refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.pool import NullPool

import fundapp.models
from fundapp.audit.models import AuditWords
from fundapp.config import DEMO_PRIVATE_KEY
from fundapp.core.db import Base, Database, driver_url
from fundapp.core.indexed import found_by
from fundapp.core.vault import Vault
from fundapp.database import migrate, server
from fundapp.database.faults import DatabaseFault
from fundapp.grants.models import Evidence, GrantRequest
from fundapp.grants.thing_models import RequestThing
from fundapp.openbooks.models import CheckpointReader
from fundapp.payouts.models import Payment
from fundapp.people import queries
from tests.support import searching_dumps
from tests.support.postgres import Cluster

assert fundapp.models
BILL = b"\xff\xd8 a bill of Orla Finnegan"
CLEAR = {
    "Orla Finnegan",
    "orla@finnegan.example",
    "Tarquin Shoes",
    "TARQ-17",
    "I want boots",
    "She asked",
    "Una Reader",
    "una@reader.example",
}
ROWS = """
INSERT INTO organisation (name, kind) VALUES ('Riverside', 'partner');
INSERT INTO team (organisation_id, name) VALUES (1, 'Street');
INSERT INTO user_account (email, name, password_hash, team_id, created_at)
  VALUES ('orla@finnegan.example', 'Orla Finnegan', 'x', 1, now()), ('two@finnegan.example', 'Two', 'x', 1, now());
INSERT INTO invitation (email, team_id, roles, invited_by, created_at, expires_at)
  VALUES ('orla@finnegan.example', 1, '{key_worker}', 'system', now(), now());
INSERT INTO catalogue_item (code, name, account_code, guide_low_pence, guide_high_pence, help_text, asks_what, active)
  VALUES ('other', 'Something', 'help-other', 1, 2, '', true, true);
INSERT INTO grant_request (form_key, item_id, asked_by, team_id, organisation_id, detail_words, goal_words, unblocks_words, supplier,
    consent_how, typed, paid_pence, released_pence, status, version, started_at, saved_at)
  VALUES (gen_random_uuid(), 1, 1, 1, 1, 'Boots', 'I want boots', '', 'Tarquin Shoes', 'She asked', '{"price": "about 40"}', 0, 0, 'draft',
    1, now(), now());
INSERT INTO evidence (request_id, media_type, content, added_by, added_at) VALUES (1, 'image/jpeg', :bill, 1, now());
INSERT INTO payment (request_id, number, amount_pence, is_last, paid_on, supplier, bank_reference, entered_by, entered_at)
  VALUES (1, 1, 4000, true, now(), 'Tarquin Shoes', 'TARQ-17', 1, now());
INSERT INTO checkpoint_reader (name, email, part, active, added_at) VALUES ('Una Reader', 'una@reader.example', 'trustee', true, now());
INSERT INTO audit_event (at, actor, kind, subject, facts) VALUES (now(), 'user:1', 'point.closed', 'point:1', '{}');
INSERT INTO audit_words (event_id, words) VALUES (1, 'Orla Finnegan said so')
"""


@pytest.fixture
def old(empty_cluster: Cluster) -> Iterator[tuple[str, Engine]]:
    """The owner's address and engine of a database of before, with somebody in it."""
    with empty_cluster.empty() as (_app_url, owner_url):
        _migrate(owner_url, None, "0016")
        engine = create_engine(driver_url(owner_url), poolclass=NullPool)
        with engine.begin() as connection:
            for statement in ROWS.split(";"):
                connection.execute(text(statement), {"bill": BILL} if ":bill" in statement else {})
        yield owner_url, engine


def test_rows_that_are_there_are_sealed_and_read_as_before(old: tuple[str, Engine]) -> None:
    owner_url, engine = old
    vault = Vault([DEMO_PRIVATE_KEY])
    before = _file(engine)
    assert b"Orla Finnegan" in searching_dumps.dumped(owner_url)
    _migrate(owner_url, vault, "head")
    # The old pages are gone with the words in them.
    assert _file(engine) != before
    clear = dict.fromkeys(CLEAR, "")
    assert searching_dumps.hits(searching_dumps.dumped(owner_url), clear) == {}

    database = Database(owner_url, vault=vault)
    with database.session() as session:
        user = queries.user_by_email(session, "Orla@Finnegan.example")
        assert user
        assert (user.name, user.email) == ("Orla Finnegan", "orla@finnegan.example")
        request = session.scalars(
            select(GrantRequest).where(GrantRequest.things.any(found_by(session, RequestThing.words_index, "tarquin shoe")))
        ).one()
        thing = request.things[0]
        assert (thing.detail_words, thing.supplier, thing.price_pence, request.what) == ("Boots", "Tarquin Shoes", None, "Boots")
        assert (request.goal_words, request.typed, request.consent_how) == ("I want boots", {"price": "about 40"}, "She asked")
        assert session.scalar(select(Evidence.content)) == BILL
        payment = session.scalars(select(Payment).where(found_by(session, Payment.words_index, "TARQ-17"))).one()
        assert payment.supplier == "Tarquin Shoes"
        reader = session.scalars(
            select(CheckpointReader).where(found_by(session, CheckpointReader.email_index, "una@reader.example"))
        ).one()
        assert reader.name == "Una Reader"
        assert session.scalar(select(AuditWords.words)) == "Orla Finnegan said so"
    database.dispose()


def test_without_a_key_it_refuses_in_a_sentence_and_changes_nothing(old: tuple[str, Engine]) -> None:
    owner_url, engine = old
    with pytest.raises(DatabaseFault, match="no key to do it with"):
        _migrate(owner_url, None, "0017")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0016"
        assert connection.scalar(text("SELECT name FROM user_account WHERE id = 1")) == "Orla Finnegan"


def _migrate(owner_url: str, vault: Vault | None, revision: str) -> None:
    # No rights of the application are at stake here: of before, the models know nothing.
    metadata = Base.metadata if revision == "head" else type(Base.metadata)()
    migrate.migrate(owner_url, app_role=server.APP, metadata=metadata, revision=revision, vault=vault)


def _file(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT pg_relation_filenode('user_account')")) or 0)
