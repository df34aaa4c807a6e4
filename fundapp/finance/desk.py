"""What a finance officer sees first: what waits, where the money is, what each fund has, and whether the books agree."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fundapp.finance.models import Contribution
from fundapp.finance.shortfalls import Shortfall, open_shortfalls
from fundapp.giving import queries as giving
from fundapp.grants import queries as grants
from fundapp.grants.lifecycle import Status
from fundapp.jobs import queries as jobs
from fundapp.ledger import chart, checkpoints
from fundapp.ledger import queries as ledger
from fundapp.ledger.queries import FundPosition, TrialRow

# Where money lies, in the order in which it travels.
PLACES = (chart.STRIPE_CLEARING, chart.STRIPE_BALANCE, chart.PAYOUTS_IN_TRANSIT, chart.BANK, chart.DISPUTED, chart.SUSPENSE)


@dataclass(frozen=True, slots=True)
class Place:
    """One place where money lies, and how much of each fund is there, in the funds' order."""

    code: str
    name: str
    by_fund_pence: tuple[int, ...]

    @property
    def total_pence(self) -> int:
        """All funds together."""
        return sum(self.by_fund_pence)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much asks for somebody's hand."""

    to_enter: int
    to_release: int
    needs_a_look: int


@dataclass(frozen=True, slots=True)
class Controls:
    """Two figures each that must be the same, and are shown side by side."""

    debits_pence: int
    credits_pence: int
    agreed_by_requests_pence: int
    agreed_by_ledger_pence: int

    @property
    def hold(self) -> bool:
        """Whether every pair agrees."""
        return self.debits_pence == self.credits_pence and self.agreed_by_requests_pence == self.agreed_by_ledger_pence


@dataclass(frozen=True, slots=True)
class Desk:
    """All of the finance officer's first page."""

    waiting: Waiting
    shortfalls: list[Shortfall]
    funds: list[FundPosition]
    places: list[Place]
    controls: Controls
    stripe: giving.Heard


def desk(session: Session) -> Desk:
    """Read the desk's figures from the ledger and the rooms' own rows."""
    rows = ledger.trial_balance(session)
    funds = ledger.fund_positions(session)
    shortfalls = open_shortfalls(session, funds)
    waiting = Waiting(
        to_enter=grants.count_in(session, Status.AGREED, Status.PART_PAID),
        to_release=grants.count_in(session, Status.BEING_PAID),
        needs_a_look=len(jobs.failed(session)) + len(giving.open_alarms(session)) + len(shortfalls) + int(checkpoints.lag(session).is_late),
    )
    return Desk(
        waiting, shortfalls, funds, _places(rows, [fund.code for fund in funds]), _controls(session, rows, funds), giving.heard(session)
    )


def contributions() -> Select[Contribution]:
    """What partners and grant-makers paid in, newest first."""
    return select(Contribution).order_by(Contribution.received_on.desc(), Contribution.id.desc())


def _places(rows: list[TrialRow], funds: list[str]) -> list[Place]:
    found = {(row.account, row.fund): row for row in rows}
    names = {row.account: row.name for row in rows}
    return [
        Place(code, names[code], tuple(found[code, fund].balance_pence if (code, fund) in found else 0 for fund in funds))
        for code in PLACES
        if code in names
    ]


def _controls(session: Session, rows: list[TrialRow], funds: list[FundPosition]) -> Controls:
    return Controls(
        debits_pence=sum(row.debits_pence for row in rows),
        credits_pence=sum(row.credits_pence for row in rows),
        agreed_by_requests_pence=grants.agreed_not_paid_pence(session),
        agreed_by_ledger_pence=sum(fund.committed_pence for fund in funds),
    )
