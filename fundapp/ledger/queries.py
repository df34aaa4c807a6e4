"""Reading the ledger: balances, positions of funds, entries. One or two statements each; nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.ledger import balances
from fundapp.ledger.chart import CASH, DEBIT_KINDS, GRANTS_PAYABLE, MONEY_KINDS, AccountKind, awardable
from fundapp.ledger.entries import (
    EntryView,
    LineView,
    Movement,
    entries,
    entries_about,
    entries_for,
    entry,
    entry_count,
    known_keys,
    movements,
)
from fundapp.ledger.models import Account, Fund

__all__ = [
    "AccountView",
    "EntryView",
    "FundPosition",
    "FundView",
    "LineView",
    "Movement",
    "TrialRow",
    "accounts",
    "available_pence",
    "balance_pence",
    "cash_pence",
    "entries",
    "entries_about",
    "entries_for",
    "entry",
    "entry_count",
    "fund_positions",
    "funds",
    "known_keys",
    "movements",
    "trial_balance",
]


@dataclass(frozen=True, slots=True)
class FundView:
    """A fund and its terms. Both dates count as inside; an empty one is no limit."""

    code: str
    name: str
    restriction: str
    purpose: str
    starts_on: date | None
    ends_on: date | None
    grantor: str


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account by its present name."""

    code: str
    name: str
    kind: AccountKind


@dataclass(frozen=True, slots=True)
class FundPosition:
    """Where a fund stands, in pence: available = balance less what is not yet money (ledger.md section 4)."""

    fund: FundView
    # Assets less liabilities, so what is agreed and not yet paid is off already.
    balance_pence: int
    # Agreed, not yet paid.
    committed_pence: int
    # Fee not yet known, disputed, promised, not yet understood.
    not_yet_money_pence: int
    # What can be awarded today. Below nothing after a chargeback of money already used.
    available_pence: int
    # In the bank, on its way there, and at Stripe.
    cash_pence: int

    @property
    def code(self) -> str:
        """The fund's code."""
        return self.fund.code

    @property
    def name(self) -> str:
        """The fund's name."""
        return self.fund.name

    @property
    def restriction(self) -> str:
        """Who bound the fund's money, if anybody did."""
        return self.fund.restriction

    @property
    def starts_on(self) -> date | None:
        """The first day on which awards may be made."""
        return self.fund.starts_on

    @property
    def ends_on(self) -> date | None:
        """The last day on which awards may be made."""
        return self.fund.ends_on


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One account in one fund: all that was ever debited and credited, in pence."""

    account: str
    name: str
    kind: AccountKind
    fund: str
    debits_pence: int
    credits_pence: int

    @property
    def balance_pence(self) -> int:
        """The balance on the account's own side: more debits for assets and expenses, more credits for the others."""
        return natural(self.kind, self.debits_pence - self.credits_pence)


def natural(kind: str, debit_balance_pence: int) -> int:
    """A debit balance as the account's own side has it."""
    return debit_balance_pence if kind in DEBIT_KINDS else -debit_balance_pence


def funds(session: Session) -> list[FundView]:
    """Every fund, in the order they were opened."""
    columns = (Fund.code, Fund.name, Fund.restriction, Fund.purpose, Fund.starts_on, Fund.ends_on, Fund.grantor)
    return [FundView(*row) for row in session.execute(select(*columns).order_by(Fund.id))]


def accounts(session: Session) -> list[AccountView]:
    """Every account by its present name, in the order they were opened."""
    rows = session.execute(select(Account.code, Account.name, Account.kind).order_by(Account.id))
    return [AccountView(code, name, AccountKind(kind)) for code, name, kind in rows]


def trial_balance(session: Session, as_of: date | None = None, *, log_size: int | None = None) -> list[TrialRow]:
    """Debits and credits of every account in every fund that it ever moved in.

    Now; or to the end of a day, by what happened; or as it was recorded when the log had `log_size` entries.
    """
    totals = balances.totals(session, as_of=as_of, log_size=log_size)
    return [TrialRow(code, name, AccountKind(kind), fund, debits, credits_) for code, name, kind, fund, debits, credits_ in totals]


def fund_positions(session: Session, as_of: date | None = None) -> list[FundPosition]:
    """Where every fund stands, by what happened up to the end of a day or up to now, in the order the funds were opened."""
    rows = trial_balance(session, as_of)
    return [_position(fund, [row for row in rows if row.fund == fund.code]) for fund in funds(session)]


def available_pence(session: Session, fund_code: str) -> int:
    """What a fund has left to award, in pence. Only the gate may rely on it for longer than a moment. Raises NotFound."""
    return _position_of(session, fund_code).available_pence


def cash_pence(session: Session, fund_code: str) -> int:
    """A fund's money in the bank, on its way there and at Stripe, in pence. Raises NotFound."""
    return _position_of(session, fund_code).cash_pence


def balance_pence(
    session: Session, account_code: str, fund_code: str | None = None, as_of: date | None = None, since: date | None = None
) -> int:
    """An account's balance on its own side, in pence, in one fund or in all.

    By `happened_on`: from the beginning or from `since`, to now or to the end of `as_of`; both days are included.
    Raises NotFound for an account that does not exist.
    """
    kind = session.scalar(select(Account.kind).where(Account.code == account_code))
    if kind is None:
        raise NotFound(_("There is no account “%(code)s” in the ledger.") % {"code": account_code})
    debit_balance = _debit_balance(session, account_code, fund_code, as_of)
    if since is not None:
        debit_balance -= _debit_balance(session, account_code, fund_code, since - timedelta(days=1))
    return natural(kind, debit_balance)


def _debit_balance(session: Session, account: str, fund: str | None, as_of: date | None) -> int:
    totals = balances.totals(session, as_of=as_of)
    return sum(total.debits_pence - total.credits_pence for total in totals if total.account == account and fund in (None, total.fund))


def _position_of(session: Session, fund_code: str) -> FundPosition:
    for position in fund_positions(session):
        if position.code == fund_code:
            return position
    raise NotFound(_("There is no fund “%(code)s” in the ledger.") % {"code": fund_code})


def _position(fund: FundView, rows: list[TrialRow]) -> FundPosition:
    debit_balances = {row.account: row.debits_pence - row.credits_pence for row in rows if row.kind in MONEY_KINDS}
    balance = sum(debit_balances.values())
    available = sum(awardable(code, pence) for code, pence in debit_balances.items())
    return FundPosition(
        fund=fund,
        balance_pence=balance,
        committed_pence=-debit_balances.get(GRANTS_PAYABLE, 0),
        not_yet_money_pence=balance - available,
        available_pence=available,
        cash_pence=sum(debit_balances.get(code, 0) for code in CASH),
    )
