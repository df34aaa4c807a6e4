"""A quarter is published once, from sealed months alone; the open books tell it from its entry, with a proof for everybody."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from fundapp.config import ROOT
from fundapp.core import clock
from fundapp.core.db import Database, transaction
from fundapp.core.errors import NotFound, Refused
from fundapp.core.money import pounds
from fundapp.core.quarters import quarter_of
from fundapp.grants.models import CatalogueItem
from fundapp.ledger import chart, periods, proofs, published_quarters, queries, service
from fundapp.ledger.service import Line
from fundapp.openbooks import books, published, publishing
from fundapp.openbooks import queries as openbooks
from tests.builders import ledger
from tests.builders.openbooks import close_books, help_given, publish
from tests.support.languages import polish
from tests.support.page import Page
from tests.support.postgres import Cluster, OwnDatabase
from tests.support.web import Client

SPRING, SUMMER = quarter_of(date(2026, 5, 1)), quarter_of(date(2026, 8, 1))
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31)


@pytest.fixture(scope="module")
def lived(cluster: Cluster) -> str:
    """A template with money since April, help in two quarters and a little since, and no month closed."""
    name = f"lived_{uuid4().hex[:12]}"
    with cluster.growing_template(name) as database, database.session() as session:
        with clock.at(datetime(2026, 3, 31, 9, tzinfo=UTC)):
            ledger.open_books(session)
        with clock.at(NOW):
            ledger.pay_in(session, 1_000_000, on=date(2026, 4, 1))
            helped(session, "bed", 5, date(2026, 5, 5), 2000)
            helped(session, "phone", 6, date(2026, 7, 10), 3999)
            helped(session, "tools", 2, SEPTEMBER, 777)
            helped(session, "bus", 5, SEPTEMBER, 305)
            helped(session, "phone", 5, date(2026, 10, 2), 3500)
        session.commit()
    return name


@pytest.fixture
def own_database(cluster: Cluster, lived: str) -> Iterator[OwnDatabase]:
    """A copy of it, on 21 November 2026. The watermark outlives any rollback, so each test closes books of its own."""
    with cluster.clone(lived) as database, clock.at(NOW):
        yield database


@pytest.fixture
def database(own_database: OwnDatabase) -> Database:
    """What the pages read."""
    return own_database


def helped(session: Session, kind: str, people: int, on: date, pence: int) -> None:
    for number in range(people):
        help_given(session, kind, f"{kind}{on:%m}{number}", f"team{number % 3}", pence, on)


def told(page: Page, number: int = 0) -> list[str]:
    """The lines of one quarter's table."""
    rows = page.soup.select("table.kinds")[number].select("tbody tr, tfoot tr")
    return [" ".join(row.get_text(" ").split()) for row in rows]


def numbers(session: Session, kind: str) -> list[int]:
    return list(session.scalars(text("SELECT number FROM entry WHERE kind = :kind ORDER BY id"), {"kind": kind}))


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """What the block asks the database."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


SUMMER_TOLD = ["Phone 6 £239.94", "Other help – not told £30.79", "All help agreed £270.73"]


def test_until_its_last_month_is_sealed_a_quarter_is_not_told_and_the_page_says_so(session: Session, client: Client) -> None:
    assert publish(session) == []
    page = client.get("/open")
    assert "July to September 2026: its books are being closed." in page.text("#kinds")
    assert not page.soup.select("table.kinds")
    close_books(session, AUGUST)
    assert publish(session) == ["April to June 2026"]
    with transaction(session):
        periods.close(session, ends_on=SEPTEMBER, actor="user:1")
    assert publish(session) == []
    with pytest.raises(Refused, match="The books of July to September 2026 are not closed yet"):
        publishing.publish(session, SUMMER)
    page = client.get("/open")
    assert "its books are being closed" in page.text("#kinds")
    assert page.texts("#kinds h3") == ["April to June 2026"]
    with transaction(session):
        periods.seal_period(session, ends_on=SEPTEMBER, actor="user:2")
    assert publish(session) == ["July to September 2026"]
    page = client.get("/open")
    assert "being closed" not in page.text("#kinds")
    assert page.texts("#kinds h3") == ["July to September 2026", "April to June 2026"]
    assert told(page) == SUMMER_TOLD
    assert told(page, 1) == ["Bed 5 £100.00", "All help agreed £100.00"]


def test_a_published_quarter_and_its_months_are_told_in_polish(session: Session, client: Client) -> None:
    assert "lipiec – wrzesień 2026: księgi są właśnie zamykane." in polish(client.get("/open?lang=pl")).text("#kinds")
    close_books(session, SEPTEMBER)
    publish(session)
    page = polish(client.get("/open?lang=pl"))
    assert page.texts("#kinds h3") == ["lipiec – wrzesień 2026", "kwiecień – czerwiec 2026"]
    assert told(page)[1:] == ["Inna pomoc – nie podano £30.79", "Cała przyznana pomoc £270.73"]
    assert page.text("#months summary") == "6 miesięcy, do dnia: 30 września 2026"
    assert "Stan na 31 października" in page.text("#money")


def test_what_is_published_is_what_the_ledger_spent_and_adds_up(session: Session) -> None:
    close_books(session, SEPTEMBER)
    publish(session)
    (quarter, _) = published._quarters(session, clock.today())
    spent = sum(
        queries.balance_pence(session, account.code, since=SUMMER.first, as_of=SUMMER.last)
        for account in queries.accounts(session)
        if account.code.startswith(chart.HELP)
    )
    assert quarter.agreed_pence == sum(row.agreed_pence for row in quarter.rows) == spent


def test_a_quarter_is_published_once_however_often_and_by_however_many_at_once(own_database: OwnDatabase, session: Session) -> None:
    close_books(session, SEPTEMBER)

    def publish_all(_: int) -> list[bool]:
        with clock.at(NOW), own_database.session() as mine:
            wrote = []
            for quarter in (SPRING, SUMMER):
                with transaction(mine):
                    wrote.append(publishing.publish(mine, quarter))
            return wrote

    with ThreadPoolExecutor(4) as threads:
        wrote = list(threads.map(publish_all, range(4)))
    assert sorted(column.count(True) for column in zip(*wrote, strict=True)) == [1, 1]
    with clock.at(datetime(2026, 12, 3, 12, tzinfo=UTC)):
        assert publish(session) == []
        assert publishing.publish(session, SUMMER) is False
    assert len(numbers(session, published_quarters.KIND)) == 2


def test_the_page_tells_the_entry_alone_whatever_is_renamed_or_recorded_later(session: Session, client: Client) -> None:
    close_books(session, SEPTEMBER)
    publish(session)
    before = told(client.get("/open"))
    (item,) = [one for one in session.query(CatalogueItem) if one.code == "phone"]
    item.name = "Telephone"
    session.commit()
    assert publish(session) == []
    line = Line(chart.BANK, chart.CONTRIBUTIONS, "public-giving", 500)
    late = service.receive(
        session, event_key="late:1", kind="contribution.received", happened_on=AUGUST, lines=[line], actor="system", subject="late:1"
    )
    assert queries.entry(session, late.number).happened_on == date(2026, 10, 1)
    assert told(client.get("/open")) == before == SUMMER_TOLD


def test_what_is_put_right_after_publication_shows_in_the_quarter_it_is_put_right_in(session: Session, client: Client) -> None:
    close_books(session, SEPTEMBER)
    publish(session)
    (award,) = session.scalars(
        text("SELECT entry.number FROM entry JOIN transfer ON entry_id = entry.id WHERE amount_pence = 777 ORDER BY entry.id LIMIT 1")
    )
    with transaction(session):
        service.reverse(session, number=award, event_key="put-right:1", reason="wrong-kind", actor="system", happened_on=clock.today())
    with clock.at(datetime(2027, 1, 8, 12, tzinfo=UTC)):
        close_books(session, date(2026, 12, 31))
        publish(session)
        page = client.get("/open")
    assert "A quarter stays as it was published" in page.text("#kinds")
    assert page.texts("#kinds h3") == ["October to December 2026", "July to September 2026"]
    assert told(page, 1) == SUMMER_TOLD
    assert told(page)[-1] == f"All help agreed {pounds(5 * 3500 - 777)}"


def test_a_quarter_without_any_help_is_published_as_that(session: Session, client: Client) -> None:
    with clock.at(datetime(2027, 4, 9, 12, tzinfo=UTC)):
        close_books(session, date(2027, 3, 31))
        assert publish(session)[-1] == "January to March 2027"
        assert "No help was agreed." in client.get("/open").text("#kinds")


def test_no_quarter_is_published_of_the_time_before_any_money_moved(session: Session) -> None:
    close_books(session, SEPTEMBER)
    assert publish(session) == ["April to June 2026", "July to September 2026"]


def test_the_closed_months_are_the_seals_own_words_and_add_up_to_the_year_above(session: Session, client: Client) -> None:
    close_books(session, SEPTEMBER)
    page = client.get("/open")
    assert page.texts("#closed-months tbody th")[0] == "April 2026"
    assert len(page.texts("#closed-months tbody tr")) == 6
    assert "October 2026: not closed yet." in page.text("#months")
    close_books(session, OCTOBER)
    page, year = client.get("/open"), openbooks.books(session, clock.today())
    assert "not closed yet" not in page.text("#months")
    months = published.published(session, year=year.period, today=clock.today()).months
    assert sum(month.received_pence for month in months) == year.came_in_pence - year.given_back_pence
    assert sum(month.fees_pence for month in months) == year.fees_pence
    assert sum(month.paid_pence for month in months) == year.help_paid_pence
    assert months[-1].left_pence == year.left_pence
    for month in months:
        alone = books.add_up(
            month.period, openbooks._balances(session, month.period.first), openbooks._balances(session, month.period.last)
        )
        assert month.left_pence == alone.left_pence
    assert f"{pounds(year.left_pence)}" in page.texts("#closed-months tbody tr")[-1]


def test_the_figures_are_tied_to_the_newest_checkpoint_and_their_proofs_hold(session: Session, client: Client, tmp_path: Path) -> None:
    close_books(session, SEPTEMBER)
    publish(session)
    page = client.get("/open")
    assert not page.soup.select('a[href$=".tlog-proof"]'), "nothing is sealed yet"
    assert "which is being sealed" in page.text("#kinds")
    checkpoint = ledger.seal(session)
    session.commit()
    page = client.get("/open")
    summer = numbers(session, published_quarters.KIND)[-1]
    told_in_words = f"These figures are entry {summer} of the ledger, sealed in checkpoint {checkpoint.size}. Proof of entry {summer}"
    assert told_in_words in page.words
    links = [str(one["href"]) for one in page.soup.select('a[href$=".tlog-proof"]')]
    assert len(links) == 6 + 2
    for link in links:
        file = client.get(link)
        assert file.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert "Set-Cookie" not in file.headers
        (tmp_path / "proof").write_bytes(file.body)
        said = check(tmp_path / "proof")
        assert "The proof holds" in said
        assert "The private part is not in this file" in said
    assert "agreed_pence: 27073" in check_words(client, f"/open/ledger/entries/{summer}.tlog-proof", tmp_path)


def check(proof: Path) -> str:
    script = ROOT / "docs" / "verify" / "verify.py"
    command = [sys.executable, str(script), "proof", str(proof), "--key", ledger.SIGNER.verifier.vkey]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def check_words(client: Client, url: str, folder: Path) -> str:
    (folder / "proof").write_bytes(client.get(url).body)
    return check(folder / "proof")


def test_a_public_proof_has_nothing_of_the_private_part(session: Session, client: Client) -> None:
    close_books(session, SEPTEMBER)
    ledger.seal(session)
    session.commit()
    number = numbers(session, periods.KIND)[-1]
    file = client.get(f"/open/ledger/entries/{number}.tlog-proof").body.decode()
    extra = json.loads(base64.b64decode(file.splitlines()[1].removeprefix("extra ")))
    assert set(extra) == {"entry"}
    assert json.loads(extra["entry"])["particulars"]["month"] == "2026-09"
    whole = json.loads(base64.b64decode(proofs.proof(session, number).splitlines()[1].removeprefix("extra ")))
    for secret in (whole["nonce"], "totals", "ends_on", "public-giving", "user:2"):
        assert secret in json.dumps(whole)
        assert secret not in base64.b64decode(file.splitlines()[1].removeprefix("extra ")).decode()


def test_no_other_entry_s_proof_is_for_everybody(session: Session, client: Client) -> None:
    close_books(session, SEPTEMBER)
    ledger.seal(session)
    session.commit()
    missing = client.get("/open/ledger/entries/987654.tlog-proof")
    for kind in ("grant.awarded", "contribution.received", "fund.opened", "key.introduced"):
        number = numbers(session, kind)[0]
        page = client.get(f"/open/ledger/entries/{number}.tlog-proof")
        assert (page.status, page.text()) == (404, missing.text()), "it does not tell whether there is such an entry"
        with pytest.raises(NotFound):
            published.proof(session, number)


def test_with_everything_closed_the_page_still_asks_little(session: Session, client: Client) -> None:
    close_books(session, OCTOBER)
    publish(session)
    ledger.seal(session)
    session.commit()
    with counted(session) as asked:
        assert client.get("/open").status == 200
    questions = [one for one in asked if one.lstrip().startswith(("SELECT", "WITH"))]
    assert len(questions) == len([one for one in asked if not one.startswith("SET CONSTRAINTS")])
    assert len(questions) <= 11, "\n\n".join(questions)
