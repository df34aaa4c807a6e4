"""The exports, read by the programs that they are for: no complaint, and the same balances, account by account and fund by fund."""

import csv
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.finance.exports.books import Books
from fundapp.finance.exports.registry import EXPORTS
from fundapp.ledger import chart, queries, service
from fundapp.ledger.chart import AccountKind
from fundapp.ledger.models import Entry
from fundapp.ledger.sealing import seal
from fundapp.ledger.service import Line
from tests.builders import ledger as books
from tests.support.accounting import Summed, bean_check, by_beancount, by_hledger, hledger
from tests.support.postgres import OwnDatabase
from tests.support.properties import examples

DAY = date(2026, 11, 14)
ODD = '  =He said "hi"; a:b | c, d \\ “Łukasz & Żółć”\n2026-01-01 open Assets:Mine\r\x85\u2028\x0b; comment {x} #tag ^link  '


def export(session: Session, name: str, as_of: date | None = None) -> bytes:
    return b"".join(EXPORTS[name].content(Books(session, as_of)))


def table(session: Session, as_of: date | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(export(session, "trial-balance", as_of).decode(), newline=""), strict=True))


def ours(session: Session, as_of: date | None = None) -> dict[tuple[str, str], int]:
    """What the ledger says itself, as debit balances; what came to nothing left out."""
    rows = queries.trial_balance(session, as_of)
    return {(row.account, row.fund): pence for row in rows if (pence := row.debits_pence - row.credits_pence)}


def read(session: Session, folder: Path, as_of: date | None = None) -> tuple[Summed, Summed]:
    """What both programs make of the books. Neither may complain."""
    beans = by_beancount(export(session, "beancount", as_of))
    path = folder / "books.journal"
    path.write_bytes(export(session, "hledger", as_of))
    ledger = by_hledger(path)
    assert beans.complaints == ledger.complaints == ""
    return beans, ledger


def post(session: Session, *lines: Line, verb: Any = service.post, on: date = DAY, key: str, **more: str) -> int:
    return int(
        verb(session, event_key=key, kind="fund.moved", happened_on=on, lines=lines, actor="user:7", subject="test:1", **more).number
    )


@pytest.fixture
def lived(session: Session) -> Session:
    """Books in which everything has happened once."""
    live(session)
    return session


def live(session: Session) -> None:
    books.open_books(session)
    service.open_account(session, code="a--b-", name=ODD, kind=AccountKind.ASSET, actor="system")
    service.open_account(session, code="never-used", name="Nobody’s", kind=AccountKind.LIABILITY, actor="system")
    service.rename_account(session, code="help-phone", name="@Phones: “smart” ones", actor="user:7")
    terms = {"restriction": "designated", "purpose": ODD, "grantor": '+"The Board"'}
    service.open_fund(session, code="x9-y", name=ODD, actor="system", **terms)  # type: ignore[arg-type]
    service.open_fund(session, code="empty", name="-1+1", restriction="restricted", purpose="None yet", actor="system")
    # Older than the opening of its accounts, and written first of all.
    books.pay_in(session, 250_001, "x9-y", on=date(2024, 2, 29))
    taken = books.pay_in(session, 12_345, "general", on=DAY)
    service.reverse(
        session, number=taken.number, event_key="undo:1", happened_on=DAY + timedelta(3), actor="user:7", reason="entered-twice"
    )
    books.award(session, 3_750, "x9-y", on=DAY, key="grant:417")
    moved = (
        Line(chart.TRANSFERS_BETWEEN_FUNDS, chart.BANK, "x9-y", 10_000),
        Line(chart.BANK, chart.TRANSFERS_BETWEEN_FUNDS, "general", 10_000),
    )
    post(session, *moved, verb=service.spend, on=DAY, key="move:1", note="words:12")
    post(
        session,
        Line("a--b-", chart.SUSPENSE, "public-giving", 7),
        Line("a--b-", chart.SUSPENSE, "public-giving", 7),
        verb=service.force,
        key="odd:1",
    )
    charged = Line(chart.STRIPE_CLEARING, chart.DONATIONS, "public-giving", 1_000)
    post(session, charged, on=DAY - timedelta(1), key="charge:ch_1")
    post(session, Line(chart.CHARGEBACKS, chart.BANK, "public-giving", 90_071_992_547), verb=service.force, key="dispute:1")


def test_both_programs_read_the_books_without_complaint_and_find_our_balances(lived: Session, tmp_path: Path) -> None:
    beans, ledger = read(lived, tmp_path)
    assert beans.standing == ledger.standing == ours(lived)
    assert len(ours(lived)) > 8


def test_every_entry_is_in_them_once_with_what_moved_line_by_line(lived: Session, tmp_path: Path) -> None:
    beans, ledger = read(lived, tmp_path)
    written = {}
    for entry in queries.entries(lived, limit=1_000):
        legs = [[((line.debit, line.fund), line.amount_pence), ((line.credit, line.fund), -line.amount_pence)] for line in entry.lines]
        written[entry.number] = [leg for pair in legs for leg in pair]
    assert beans.entries == written
    assert ledger.entries == {number: legs for number, legs in written.items() if legs}
    records = [number for number, legs in written.items() if not legs]
    journal = export(lived, "hledger").decode()
    assert [f" record {number} " in journal for number in records] == [True] * len(records)
    for content in (journal, export(lived, "beancount").decode()):
        assert content.endswith(f"; The end: {len(written)} entries, {len(records)} of them records without money.\n")


def test_every_account_is_opened_used_or_not_before_anything_is_booked_under_it(lived: Session, tmp_path: Path) -> None:
    beans, ledger = read(lived, tmp_path)
    assert beans.accounts == ledger.accounts == {account.code for account in queries.accounts(lived)}
    opened = {one.account: one for one in beans.directives if type(one).__name__ == "Open"}
    assert opened["Assets:Bank"].date == opened["Assets:Bank:X9-Y"].date == date(2024, 2, 29)
    assert opened["Liabilities:Never-Used"].date == clock.today()
    assert opened["Equity:Transfers-Between-Funds:General"].meta["name"] == "Moved between funds: General fund"
    assert opened["Assets:A--B-"].meta["name"].startswith('=He said "hi"; a:b | c, d \\ “Łukasz & Żółć” 2026-01-01 open')
    assert not [name for name in opened if "Empty" in name]


def test_what_an_entry_says_goes_with_it(lived: Session, tmp_path: Path) -> None:
    beans, _ = read(lived, tmp_path)
    undone = next(one for one in beans.directives if one.meta.get("event") == "undo:1")
    original = undone.meta["reverses"]
    assert undone.links == {f"entry-{int(original)}", f"entry-{int(undone.meta['entry'])}"}
    assert (undone.narration, undone.tags) == ("Correction", {"reversal"})
    assert (undone.meta["reason"], undone.meta["actor"], undone.meta["private"]) == (
        "entered-twice",
        "user:7",
        '{"original_on":"2026-11-14"}',
    )
    moved = next(one for one in beans.directives if one.meta.get("event") == "move:1")
    assert (moved.meta["note"], moved.meta["subject"], "forced" in moved.meta) == ("words:12", "test:1", False)
    assert next(one for one in beans.directives if one.meta.get("event") == "dispute:1").meta["forced"] is True
    renamed = next(one for one in beans.directives if one.meta.get("subject") == "account:help-phone" and "@" in one.meta["public"])
    assert renamed.values[0].value == "Account renamed"
    path = tmp_path / "books.journal"
    assert hledger(path, "print", "tag:subject=^grant:417$").stdout.count("help-phone") == 1
    assert hledger(path, "print", "tag:reverses=.", "tag:reason=entered-twice").stdout.count("2026-11-17") == 1
    assert hledger(path, "accounts", "--declared", "type:E").stdout.split()[0] == "equity:transfers-between-funds"


def test_they_are_in_the_order_of_days_and_then_of_numbers(lived: Session) -> None:
    order = [(one.happened_on, one.number) for one in Books(lived).entries()]
    assert order == sorted(order)
    assert len(order) == queries.entry_count(lived)


def test_the_same_books_give_the_same_bytes(lived: Session) -> None:
    for name in EXPORTS:
        assert export(lived, name) == export(lived, name)


@pytest.mark.parametrize("as_of", [date(2024, 2, 28), date(2024, 2, 29), DAY - timedelta(1), DAY, DAY + timedelta(3)])
def test_as_of_a_day_they_hold_what_had_happened_by_its_end(lived: Session, tmp_path: Path, as_of: date) -> None:
    beans, ledger = read(lived, tmp_path, as_of)
    assert beans.standing == ledger.standing == ours(lived, as_of)
    numbers = {one.number for one in queries.entries(lived, limit=1_000) if one.happened_on <= as_of}
    assert beans.entries.keys() == numbers


def test_empty_books_are_books_too(session: Session, tmp_path: Path) -> None:
    beans, ledger = read(session, tmp_path)
    assert (beans.standing, ledger.standing, beans.entries) == ({}, {}, {})
    assert [row["fund name"] for row in table(session)] == ["All funds"]


def test_the_command_that_people_run_is_silent_too(lived: Session, tmp_path: Path) -> None:
    path = tmp_path / "books.beancount"
    path.write_bytes(export(lived, "beancount"))
    done = bean_check(path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("pence", [1, -1])
def test_a_penny_more_or_less_anywhere_is_found_by_both(lived: Session, tmp_path: Path, pence: int) -> None:
    """In one posting the entry no longer balances; in both the sums are no longer what the ledger says."""
    for name, pair in (("beancount", ("  37.50 GBP", "  -37.50 GBP")), ("hledger", ("  37.50 GBP", "  -37.50 GBP"))):
        whole = export(lived, name).decode()
        one_side = whole.replace(pair[0], f"  {(3_750 + pence) / 100:.2f} GBP", 1)
        both = one_side.replace(pair[1], f"  -{(3_750 + pence) / 100:.2f} GBP", 1)
        for changed in (one_side, both):
            assert changed != whole
            path = tmp_path / f"changed-{name}"
            path.write_text(changed)
            summed = by_beancount(changed.encode()) if name == "beancount" else by_hledger(path)
            assert summed.complaints


def test_sealed_books_read_the_same_and_a_balance_taken_out_of_the_snapshot_is_found_by_both(lived: Session, tmp_path: Path) -> None:
    """The ledger's balances come from its snapshot, the programs' from the entries."""
    assert seal(lived, origin="test.example/books", signer=None)
    beans, ledger = read(lived, tmp_path)
    assert beans.standing == ledger.standing == ours(lived)
    lived.execute(text("DELETE FROM balance_snapshot WHERE account = 'bank' AND fund = 'x9-y'"))
    path = tmp_path / "books.journal"
    path.write_bytes(export(lived, "hledger"))
    assert "assets:bank:x9-y" in by_hledger(path).complaints
    assert "Assets:Bank:X9-Y" in by_beancount(export(lived, "beancount")).complaints


def test_nothing_personal_leaves_in_them(lived: Session) -> None:
    """Whoever acted is a reference, as in the ledger itself."""
    content = export(lived, "beancount") + export(lived, "hledger") + export(lived, "trial-balance")
    assert b"user:7" in content
    for secret in lived.execute(text("SELECT encode(nonce, 'hex') FROM entry LIMIT 3")).scalars():
        assert secret.encode() not in content


def test_the_trial_balance_balances_in_each_fund_and_in_all(lived: Session) -> None:
    rows = table(lived)
    told = {(row["account"], row["fund"]): row for row in rows if row["account"]}
    for row in queries.trial_balance(lived):
        found = told.pop((row.account, row.fund))
        figures = [round(float(found[side]) * 100) for side in ("debits", "credits", "balance")]
        assert figures == [row.debits_pence, row.credits_pence, row.balance_pence]
        assert found["kind"] == row.kind
    assert not told
    totals = [row for row in rows if row["account name"] == "Total"]
    assert [row["fund"] for row in totals] == [*(fund.code for fund in queries.funds(lived)), ""]
    assert [row["debits"] for row in totals] == [row["credits"] for row in totals]
    assert totals[-1]["debits"] == f"{sum(row.debits_pence for row in queries.trial_balance(lived)) / 100:.2f}"
    assert table(lived, date(2024, 2, 29))[-1]["debits"] == "2500.01"


def test_no_cell_of_it_is_run_as_a_formula(lived: Session) -> None:
    cells = [cell for row in table(lived) for cell in row.values()]
    assert {"'=He", "'@Phones:", "'-1+1"} <= {cell.partition(" ")[0] for cell in cells}
    for cell in cells:
        assert not cell.startswith(tuple("=+@\t\r＝＋－＠"))
        assert not cell.startswith("-") or float(cell) < 0
    raw = export(lived, "trial-balance").decode()
    assert len(raw.splitlines(keepends=False)) == raw.count("\r\n"), "a name broke its line"


LINES = st.builds(
    Line,
    st.sampled_from([account.code for account in chart.STANDARD]),
    st.sampled_from([code for code, _ in books.HELP] + [chart.BANK]),
    st.sampled_from([code for code, *_ in books.FUNDS]),
    st.integers(1, 99_999_999_999),
).filter(lambda line: line.debit != line.credit)
EVENT = st.tuples(st.lists(LINES, min_size=1, max_size=4), st.integers(0, 800))


@settings(max_examples=examples(6), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(EVENT, min_size=1, max_size=12), name=st.text(min_size=1, max_size=40))
def test_whatever_happens_all_three_agree(session: Session, tmp_path: Path, events: list[tuple[list[Line], int]], name: str) -> None:
    with rolled_back(session):
        books.open_books(session)
        named = name.replace("\0", "").encode(errors="ignore").decode().strip() or "x"
        service.open_account(session, code="any", name=named, kind=AccountKind.INCOME, actor="system")
        for number, (lines, days) in enumerate(events):
            post(session, *lines, verb=service.force, on=date(2025, 1, 1) + timedelta(days), key=f"event:{number}")
        beans, ledger = read(session, tmp_path)
        assert beans.standing == ledger.standing == ours(session)


@contextmanager
def rolled_back(session: Session) -> Iterator[None]:
    inner = session.begin_nested()
    yield
    inner.rollback()


def test_while_others_write_it_is_one_state(own_database: OwnDatabase, tmp_path: Path) -> None:
    """Somebody posts between any two statements of the export, and its own balances still fit its entries."""
    with own_database.session() as session, transaction(session):
        books.open_books(session)
        for _ in range(30):
            books.pay_in(session, 500)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with own_database.session() as other, transaction(other):
                books.pay_in(other, 500, "general")

    writer = threading.Thread(target=write)
    with own_database.snapshot() as snapshot:
        pieces = EXPORTS["beancount"].content(Books(snapshot))
        first = queries.entry_count(snapshot)
        writer.start()
        try:
            content = b"".join(pieces)
            path = tmp_path / "books.journal"
            path.write_bytes(export(snapshot, "hledger"))
        finally:
            stop.set()
            writer.join()
    beans, ledger = by_beancount(content), by_hledger(path)
    assert beans.complaints == ledger.complaints == ""
    assert len(beans.entries) == first
    assert beans.standing == ledger.standing == {("bank", "public-giving"): 15_000, ("contributions", "public-giving"): -15_000}
    with own_database.session() as session:
        assert queries.entry_count(session) > first


def test_a_snapshot_cannot_write(own_database: OwnDatabase) -> None:
    from sqlalchemy.exc import InternalError

    with own_database.snapshot() as snapshot, pytest.raises(InternalError, match="read-only transaction"):
        snapshot.execute(text("SELECT nextval('entry_number')"))
    with own_database.session() as session:
        assert session.scalar(text("SHOW transaction_read_only")) == "off"
        assert session.scalar(text("SHOW transaction_isolation")) == "read committed"


def test_an_account_without_a_record_of_its_opening_is_opened_all_the_same(own_database: OwnDatabase, tmp_path: Path) -> None:
    with own_database.session() as session:
        session.execute(text("INSERT INTO account (code, name, kind) VALUES ('old', 'From before', 'asset')"))
        session.flush()
        beans, ledger = read(session, tmp_path)
        assert beans.accounts == ledger.accounts == {"old"}
        assert session.query(Entry).count() == 0
