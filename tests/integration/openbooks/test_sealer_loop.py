"""The worker's loop that seals the ledger: it never stops for a key, says what is wrong with it, and keeps up with whoever posts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.keys import Keys
from fundapp.core.roles import Role
from fundapp.gateways import Gateways
from fundapp.jobs import JobContext, queries
from fundapp.jobs.loops import keep_going, take_turn
from fundapp.jobs.models import JobLoop
from fundapp.jobs_registry import LOOPS
from fundapp.ledger import chart, checkpoints, sealing, service, signing
from fundapp.ledger.notes import Signer
from fundapp.ledger.service import Line
from fundapp.ledger.signing import SigningKeyUnknown
from fundapp.openbooks import tasks
from fundapp.people.models import User
from tests.builders import ledger as books
from tests.builders import people
from tests.support.postgres import Cluster, OwnDatabase
from tests.support.web import Client, settings_for

ORIGIN = "example.org/ledger"
SIGNER, STRANGER = Signer.generate(ORIGIN), Signer.generate(ORIGIN)
LOOP = next(loop for loop in LOOPS if loop.name == "openbooks.seal")
Contexts = Callable[..., JobContext]


@pytest.fixture(scope="module")
def town(cluster: Cluster) -> Iterator[OwnDatabase]:
    """Books and a key in use, committed."""
    with cluster.clone() as database:
        with database.session() as session, transaction(session):
            books.open_books(session)
            signing.introduce_key(session, vkey=SIGNER.verifier.vkey, actor="system")
        yield database


@pytest.fixture
def context(town: OwnDatabase, tmp_path: Path) -> Contexts:
    """The worker's context with a key, or without."""

    def make(key: str | None = SIGNER.skey) -> JobContext:
        settings = settings_for(town, tmp_path, LEDGER_ORIGIN=ORIGIN, **({"LEDGER_SIGNING_KEY": key} if key else {}))
        return JobContext(settings, town, Gateways.build(settings), Keys(settings.secret_key, ()))

    return make


@pytest.fixture
def later(town: OwnDatabase) -> Callable[[], None]:
    """As if the loop's last turn were long ago."""

    def forget() -> None:
        with town.session() as session, transaction(session):
            session.execute(text("DELETE FROM job_loop"))

    forget()
    return forget


def post(town: OwnDatabase, count: int = 1) -> None:
    with town.session() as session, transaction(session):
        for _ in range(count):
            books.pay_in(session, 100)


def lag(town: OwnDatabase) -> checkpoints.Lag:
    with town.session() as session:
        return checkpoints.lag(session)


def row(town: OwnDatabase) -> JobLoop:
    with town.session() as session:
        return session.get_one(JobLoop, LOOP.name)


def test_a_turn_seals_all_that_waits_in_as_many_passes_as_it_takes(
    town: OwnDatabase, context: Contexts, later: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(town, 25)
    sizes = []
    seal = sealing.seal

    def noted(*arguments: object, **named: object) -> object:
        sizes.append(found := seal(*arguments, most=10, **named))  # type: ignore[arg-type]
        return found

    monkeypatch.setattr(sealing, "seal", noted)
    assert take_turn(context(), LOOP)
    assert lag(town).entries == 0
    assert len(sizes) >= 3
    assert row(town).last_fault == ""


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        (None, "NoSigningKey"),
        (STRANGER.skey, "SigningKeyUnknown"),
        (Signer.generate("example.org/another").skey, "SigningKeyMisnamed"),
        # It has the form of a key, and its number is another's.
        (SIGNER.skey.replace(f"+{SIGNER.verifier.key_id.hex()}+", "+00000000+"), "BadNote"),
    ],
    ids=["none", "unknown", "misnamed", "broken"],
)
def test_a_key_that_cannot_sign_stops_no_sealing_and_is_noted_turn_after_turn(
    town: OwnDatabase, context: Contexts, later: Callable[[], None], key: str | None, fault: str
) -> None:
    for _ in range(2):
        post(town)
        assert take_turn(context(key), LOOP)
        assert (lag(town).unsealed, row(town).last_fault) == (0, fault)
        assert lag(town).unsigned
        later()
    # Nothing new: what is unsigned is still a fault.
    assert take_turn(context(key), LOOP)
    assert row(town).last_fault == fault
    later()
    assert take_turn(context(), LOOP)
    assert (lag(town).entries, row(town).last_fault) == (0, "")


def test_the_words_of_a_fault_stay_out_of_the_database_and_the_key_out_of_the_log(
    town: OwnDatabase, context: Contexts, later: None, caplog: pytest.LogCaptureFixture
) -> None:
    post(town)
    take_turn(context(STRANGER.skey), LOOP)
    assert "openbooks.seal failed: SigningKeyUnknown" in caplog.text
    assert STRANGER.skey.split("+", 4)[4] not in caplog.text
    assert STRANGER.skey.split("+", 4)[4] not in repr(context(STRANGER.skey).settings)


def test_a_sealer_that_finds_another_at_it_does_nothing_and_complains_of_nothing(town: OwnDatabase, context: Contexts) -> None:
    post(town)
    with town.session() as other:
        assert sealing.seal(other, origin=ORIGIN, signer=SIGNER)
        tasks.seal(context())
        assert lag(town).unsealed == 1
        other.rollback()
    with pytest.raises(SigningKeyUnknown):
        tasks.seal(context(STRANGER.skey))
    tasks.seal(context())
    assert lag(town).entries == 0


def test_a_worker_that_has_not_come_round_for_minutes_is_late(town: OwnDatabase, context: Contexts, later: None) -> None:
    take_turn(context(), LOOP)
    post(town)
    with town.session() as session, clock.at(clock.now() + timedelta(minutes=4)):
        assert not checkpoints.lag(session).is_late
    with town.session() as session, clock.at(clock.now() + timedelta(minutes=7)):
        late = checkpoints.lag(session)
        assert late.is_late
        assert late.sentence.startswith("No signed checkpoint covers 1 entry, and the first has waited 7 minutes.")
        assert queries.late_loops(session, [LOOP]) == ["openbooks.seal"]


WAITED = """
SELECT count(*), max(extract(epoch FROM signed_at - recorded_at)) FROM log_leaf JOIN entry ON entry.id = entry_id
JOIN LATERAL (SELECT signed_at FROM checkpoint WHERE size > seq ORDER BY size LIMIT 1) AS first ON true WHERE seq >= :begun
"""


def test_what_is_posted_under_load_is_signed_within_two_seconds(town: OwnDatabase, context: Contexts, later: None) -> None:
    """Three clients post as fast as they can for some seconds, while the loop runs as the worker runs it."""
    stop, failures = threading.Event(), list[BaseException]()
    with town.session() as session:
        begun = session.scalar(text("SELECT coalesce(max(size), 0) FROM checkpoint"))

    def give(thread: int) -> None:
        nth = 0
        try:
            while not stop.is_set():
                nth += 1
                with town.session() as session, transaction(session):
                    gift(session, f"{thread}-{nth}")
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=give, args=(nth,)) for nth in range(3)]
    threads.append(threading.Thread(target=keep_going, args=(context(), LOOP, stop)))
    for thread in threads:
        thread.start()
    time.sleep(2.5)
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures
    with town.session() as session:
        waited = session.execute(text(WAITED), {"begun": begun}).one()
    assert waited[0] > 50
    assert waited[1] < 2
    take_turn(context(), LOOP)


def gift(session: Session, nth: str) -> None:
    service.post(
        session,
        event_key=f"charge:ch_{nth}",
        kind="gift.charged",
        happened_on=clock.today(),
        lines=[Line(chart.STRIPE_CLEARING, chart.DONATIONS, "general", 500)],
        actor="stripe",
        subject=f"donation:{nth}",
    )


def test_the_finance_desk_says_that_the_ledger_is_not_signed(
    client: Client, session: Session, sign_in_as: Callable[[Client, User], None]
) -> None:
    books.open_books(session)
    session.commit()
    sign_in_as(client, people.user(session, Role.FINANCE))
    assert "Nothing needs you." in client.get("/finance/needs-a-look").words
    with clock.at(clock.now() + timedelta(minutes=9)):
        page = client.get("/finance/needs-a-look")
        assert "The ledger is not signed" in page.words
        assert "the first has waited 9 minutes" in page.words
        assert "Nothing needs you." not in page.words
