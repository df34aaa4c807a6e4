"""Random lives of a ledger, beside books kept in a dictionary: the two agree after every step, and nothing written ever changes."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from fundapp.core.errors import Conflict, Refused
from fundapp.ledger import chart, queries, service
from fundapp.ledger.service import Line, MustPassTheGate, NotEnoughMoney, Posted
from fundapp.ledger.verify import verify
from tests.builders import ledger as books
from tests.support.properties import examples

FUNDS = [code for code, *_ in books.FUNDS]
CODES = [account.code for account in chart.STANDARD] + [code for code, _ in books.HELP]
KINDS = {account.code: str(account.kind) for account in chart.STANDARD} | {code: "expense" for code, _ in books.HELP}
PENCE = st.integers(1, 5_000)
FUND = st.sampled_from(FUNDS)
DAYS = st.integers(0, 400).map(lambda days: date(2026, 1, 1) + timedelta(days=days))
LINE = st.builds(Line, st.sampled_from(CODES), st.sampled_from(CODES), FUND, PENCE).filter(lambda line: line.debit != line.credit)


@dataclass(frozen=True)
class Written:
    """One posting as it was sent, and what came of it."""

    verb: Callable[..., Posted]
    said: dict[str, Any]
    posted: Posted


class Ledger(RuleBasedStateMachine):
    """What people and the processor may do, in any order."""

    session: Session
    written = Bundle("written")

    def __init__(self) -> None:
        super().__init__()
        self.inner = self.session.begin_nested()
        self.balances: dict[tuple[str, str], int] = defaultdict(int)
        self.seen: dict[int, queries.EntryView] = {}
        self.undone: set[int] = set()
        self.count = 0

    def teardown(self) -> None:
        for number, before in self.seen.items():
            now = queries.entry(self.session, number)
            assert (now.lines, now.leaf_hash, now.happened_on, now.event_key) == (
                before.lines,
                before.leaf_hash,
                before.happened_on,
                before.event_key,
            )
        assert [fault.sentence for fault in verify(self.session).faults] == []
        self.inner.rollback()

    # The model: debit balances by fund and account.

    def available(self, fund: str, more: list[Line] | None = None) -> int:
        balances = dict(self.balances)
        for line in more or []:
            for code, pence in ((line.debit, line.amount_pence), (line.credit, -line.amount_pence)):
                balances[line.fund, code] = balances.get((line.fund, code), 0) + pence
        money = {code: pence for (name, code), pence in balances.items() if name == fund and KINDS[code] in {"asset", "liability"}}
        for promised in (chart.STRIPE_CLEARING, chart.DISPUTED):
            money.pop(promised, None)
        return sum(money.values()) - max(0, money.get(chart.SUSPENSE, 0))

    def outflow(self, lines: list[Line]) -> bool:
        """Whether some fund could be left with less, whatever it holds: a gain not yet understood is none."""
        rise: dict[str, int] = defaultdict(int)
        doubtful: dict[str, int] = defaultdict(int)
        for line in lines:
            for code, pence in ((line.debit, line.amount_pence), (line.credit, -line.amount_pence)):
                if code == chart.SUSPENSE:
                    doubtful[line.fund] += pence
                elif KINDS[code] in {"asset", "liability"} and code not in {chart.STRIPE_CLEARING, chart.DISPUTED}:
                    rise[line.fund] += pence
        return any(rise[line.fund] + min(0, doubtful[line.fund]) < 0 for line in lines)

    def short(self, lines: list[Line]) -> bool:
        funds = {line.fund for line in lines}
        return any(self.available(fund, lines) < min(0, self.available(fund)) for fund in funds)

    def said(self, lines: list[Line], day: date, kind: str) -> dict[str, Any]:
        self.count += 1
        key = f"test:{self.count}"
        return {"event_key": key, "kind": kind, "happened_on": day, "lines": lines, "actor": "user:1", "subject": f"thing:{self.count % 5}"}

    def keep(self, verb: Callable[..., Posted], said: dict[str, Any], lines: list[Line]) -> Any:
        posted = verb(self.session, **said)
        assert not posted.replayed
        for line in lines:
            self.balances[line.fund, line.debit] += line.amount_pence
            self.balances[line.fund, line.credit] -= line.amount_pence
        self.seen[posted.number] = queries.entry(self.session, posted.number)
        return Written(verb, said, posted)

    def refuse(self, verb: Callable[..., Posted], said: dict[str, Any], kind: type[Refused]) -> Any:
        with pytest.raises(kind):
            verb(self.session, **said)
        return multiple()

    # What happens.

    @rule(target=written, fund=FUND, pence=PENCE, day=DAYS)
    def give(self, fund: str, pence: int, day: date) -> Any:
        lines = [Line(chart.STRIPE_CLEARING, chart.DONATIONS, fund, pence)]
        return self.keep(service.post, self.said(lines, day, "gift.charged"), lines)

    @rule(target=written, fund=FUND, net=PENCE, fee=st.integers(1, 60), day=DAYS)
    def settle(self, fund: str, net: int, fee: int, day: date) -> Any:
        lines = [
            Line(chart.STRIPE_BALANCE, chart.STRIPE_CLEARING, fund, net),
            Line(chart.PROCESSING_FEES, chart.STRIPE_CLEARING, fund, fee),
        ]
        return self.keep(service.post, self.said(lines, day, "gift.settled"), lines)

    @rule(target=written, lines=st.lists(LINE, min_size=1, max_size=4), day=DAYS)
    def post_anything(self, lines: list[Line], day: date) -> Any:
        said = self.said(lines, day, "test.posted")
        return self.refuse(service.post, said, MustPassTheGate) if self.outflow(lines) else self.keep(service.post, said, lines)

    @rule(target=written, fund=FUND, pence=PENCE, day=DAYS)
    def award(self, fund: str, pence: int, day: date) -> Any:
        lines = [Line("help-phone", chart.GRANTS_PAYABLE, fund, pence)]
        said = self.said(lines, day, "grant.awarded")
        return self.refuse(service.spend, said, NotEnoughMoney) if self.short(lines) else self.keep(service.spend, said, lines)

    @rule(target=written, lines=st.lists(LINE, min_size=1, max_size=3), day=DAYS)
    def spend_anything(self, lines: list[Line], day: date) -> Any:
        said = self.said(lines, day, "test.spent")
        short = any(self.available(fund, lines) < min(self.available(fund), 0) for fund in {line.fund for line in lines})
        return self.refuse(service.spend, said, NotEnoughMoney) if short else self.keep(service.spend, said, lines)

    @rule(target=written, fund=FUND, pence=PENCE, day=DAYS)
    def refund(self, fund: str, pence: int, day: date) -> Any:
        lines = [Line(chart.REFUNDS, chart.STRIPE_BALANCE, fund, pence)]
        below = self.short(lines)
        written = self.keep(service.force, self.said(lines, day, "gift.refunded"), lines)
        assert self.seen[written.posted.number].forced is below
        return written

    @rule(one=written)
    def tell_again(self, one: Written) -> None:
        again = one.verb(self.session, **one.said)
        assert again == Posted(one.posted.entry_id, one.posted.number, replayed=True, forced=one.posted.forced)

    @rule(one=written, pence=PENCE)
    def tell_otherwise(self, one: Written, pence: int) -> None:
        other = [Line(chart.BANK, chart.CONTRIBUTIONS, "general", pence), Line(chart.BANK, chart.CONTRIBUTIONS, "general", pence)]
        self.refuse(service.post, {**one.said, "lines": other}, Conflict)

    @rule(one=written, day=DAYS)
    def reverse(self, one: Written, day: date) -> None:
        number = one.posted.number
        key = f"correction:{number}:{self.count}"
        said = {"number": number, "event_key": key, "happened_on": day, "actor": "user:2", "reason": "wrong"}
        if number in self.undone:
            self.refuse(service.reverse, said, Conflict)
            return
        self.count += 1
        lines = [line.mirrored() for line in one.said["lines"]]
        below = self.short(lines)
        undoing = self.keep(service.reverse, said, lines)
        assert self.seen[undoing.posted.number].forced is below
        self.undone.add(number)

    @invariant()
    def the_books_agree(self) -> None:
        rows = queries.trial_balance(self.session)
        assert {(row.fund, row.account): row.debits_pence - row.credits_pence for row in rows if row.debits_pence != row.credits_pence} == {
            place: pence for place, pence in self.balances.items() if pence
        }
        for position in queries.fund_positions(self.session):
            assert position.available_pence == self.available(position.code)

    @invariant()
    def every_entry_is_there_once(self) -> None:
        assert queries.entry_count(self.session) == len(self.seen) + len(CODES) + len(FUNDS)


def test_whatever_happens_the_books_agree_and_nothing_changes(session: Session) -> None:
    class OnThisSession(Ledger):
        pass

    books.open_books(session)
    OnThisSession.session = session
    run_state_machine_as_test(
        OnThisSession,
        settings=settings(max_examples=examples(20), stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)),
    )
