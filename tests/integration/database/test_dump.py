"""Whoever carries off a dump, the files and the logs reads nobody's name, address, contact, payee, reference or words."""

from __future__ import annotations

import base64
import logging
from pathlib import Path

import pytest
from sqlalchemy import text

from fundapp.cli.demo_data.closing import READERS
from fundapp.cli.demo_data.stories import STORIES
from fundapp.cli.demo_data.world import PEOPLE
from fundapp.core.db import transaction
from fundapp.core.roles import Role
from tests.builders import people
from tests.support import searching_dumps
from tests.support.postgres import OwnDatabase
from tests.support.web import Client, settings_for

# What is public by itself: the grant's name, the charity's and its partners', what seats and teams are called, and a way to agree.
PUBLIC = {
    "Rough Sleepers Grant",
    "changing-lives.example",
    "Northgate",
    "northgate",
    "office",
    "admin",
    "amber",
    "auditor",
    "panel",
    "phone",
}
STRANGER = "Zebulon Quarrymoor"


def sought_in(town: OwnDatabase) -> dict[str, str]:
    with town.session() as session:
        sought = searching_dumps.needles(searching_dumps.opened_values(session))
    return {words: column for words, column in sought.items() if words not in PUBLIC}


def test_a_dump_of_a_town_tells_nobodys_name_address_contact_payee_reference_or_words(grown_town: OwnDatabase) -> None:
    sought = sought_in(grown_town)
    # What is looked for is what was put in, so that nothing is missed because it was not asked for.
    for email, name, *_rest in PEOPLE:
        assert {email, name} <= set(sought)
    for name, email, _part in READERS:
        assert {email, name} <= set(sought)
    for story in STORIES:
        assert {story.supplier, story.goal, story.unblocks} <= set(sought)
    columns = set(sought.values())
    assert {"payment.bank_reference", "request_thing.supplier", "audit_words.words", "collection_point.contact_details"} <= columns

    dump = searching_dumps.dumped(grown_town.owner_url)
    assert b"COPY public.procrastinate_jobs" in dump
    assert b"COPY public.entry" in dump
    assert searching_dumps.hits(dump, sought) == {}


def test_what_jobs_letters_and_logs_leave_behind_tells_nobody_either(
    own_database: OwnDatabase, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from fundapp import create_app
    from fundapp.core.actor import SYSTEM
    from fundapp.people import service

    caplog.set_level(logging.DEBUG)
    settings = settings_for(own_database, tmp_path)
    with own_database.session() as session:
        people.user(session, Role.ADMIN, name=STRANGER, email="zebulon@quarrymoor.example")
        with transaction(session):
            where = people.team(session)
            service.invite(session, actor=SYSTEM, email="xenia-vance@quarrymoor.example", roles=[Role.KEY_WORKER], team_id=where.id)
        client = Client(create_app(settings, database=own_database), session)
        for address in (f"/{STRANGER}", f"/admin/people?words={STRANGER}", f"/gifts/{STRANGER}", f"/sign-in?email={STRANGER}"):
            client.get(address)
    sought = sought_in(own_database)
    assert {STRANGER, "Quarrymoor", "xenia-vance@quarrymoor.example"} <= set(sought)
    dump = searching_dumps.dumped(own_database.owner_url)
    assert b"people.send_invitation" in dump
    assert searching_dumps.hits(dump, sought) == {}
    logs = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith(("asyncio", "hypothesis")))
    files = b"\n".join(path.read_bytes() for path in (tmp_path / "uploads").rglob("*") if path.is_file())
    assert searching_dumps.hits(logs.encode() + files, sought) == {}


def test_the_same_search_finds_somebody_who_was_planted(own_database: OwnDatabase) -> None:
    with own_database.session() as session:
        people.user(session, Role.ADMIN, name=STRANGER, email="zebulon@quarrymoor.example")
        sought = sought_in(own_database)
        with transaction(session):
            session.execute(
                text("UPDATE organisation SET name = :name WHERE kind = 'fund_holder'"), {"name": f"Care of {STRANGER.upper()}"}
            )
            session.execute(text("UPDATE user_account SET password_hash = :bytes"), {"bytes": b"zebulon@quarrymoor.example".hex()})
    found = searching_dumps.hits(searching_dumps.dumped(own_database.owner_url), sought)
    assert {STRANGER, "Quarrymoor", "zebulon@quarrymoor.example"} <= set(found)


@pytest.mark.parametrize("before", [b"", b"a", b"ab"])
@pytest.mark.parametrize(
    "written",
    [
        lambda raw: raw,
        lambda raw: raw.upper(),
        lambda raw: raw.hex().encode(),
        lambda raw: raw.hex().upper().encode(),
        lambda raw: base64.b64encode(raw),
        lambda raw: base64.urlsafe_b64encode(raw),
        lambda raw: raw.decode().encode("utf-16-le"),
        lambda raw: raw.decode().encode("utf-16-be"),
        lambda raw: raw.decode().encode("utf-16-be").hex().encode(),
    ],
)
def test_however_it_is_written_it_is_found(written: object, before: bytes) -> None:
    sought = {STRANGER: "user_account.name"}
    assert callable(written)
    assert searching_dumps.hits(b"--- " + written(before + b" " + STRANGER.encode() + b" etc.") + b" ---", sought) == sought
    assert searching_dumps.hits(b"--- " + written(before + b" nobody at all here") + b" ---", sought) == {}
