"""Money in, out, promised and left: a pure sum over the ledger's balances before a period and at its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from fundapp.core.days import day_and_month
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.core.quarters import Period
from fundapp.gateways.charts import Step
from fundapp.ledger import chart
from fundapp.ledger.chart import AccountKind


class Balance(NamedTuple):
    """What stands in one account on a day."""

    kind: str
    # Debits less credits, all funds together.
    net_debit_pence: int


Balances = Mapping[str, Balance]


@dataclass(frozen=True, slots=True)
class Books:
    """The Fund's money over a period, in pence. The lines add up to what is left, whatever the ledger holds."""

    period: Period
    # What was there before the period.
    opening_pence: int
    contributions_pence: int
    gifts_pence: int
    other_income_pence: int
    # Refunds, and what banks took back.
    given_back_pence: int
    help_paid_pence: int
    fees_pence: int
    other_costs_pence: int
    # All the Fund's money at the end of the period, promised or not.
    left_pence: int
    # Agreed and not yet paid.
    promised_pence: int

    @property
    def came_in_pence(self) -> int:
        """What was given and paid in, before anything was given back."""
        return self.contributions_pence + self.gifts_pence + self.other_income_pence

    @property
    def free_pence(self) -> int:
        """What is promised to nobody."""
        return self.left_pence - self.promised_pence

    @property
    def has_moved(self) -> bool:
        """Whether there is anything to tell."""
        return any(step.amount_pence for step in self.steps)

    @property
    def steps(self) -> list[Step]:
        """The lines from what was there to what is left. Lines without an amount are left out, but for gifts and help."""
        help_paid = _("Help paid for")
        lines = [
            (_("Services and grants"), self.contributions_pence, False),
            (_("Gifts from the public"), self.gifts_pence, True),
            (_("Other money in"), self.other_income_pence, False),
            (_("Given back to donors"), -self.given_back_pence, False),
            (help_paid, -self.help_paid_pence, True),
            (_("Card fees"), -self.fees_pence, False),
            (_("Other costs"), -self.other_costs_pence, False),
        ]
        moved = [
            Step(label, abs(pence), "in" if pence > 0 or (pence == 0 and label != help_paid) else "out")
            for label, pence, always in lines
            if pence or always
        ]
        opening = [Step(_("There before"), self.opening_pence, "stood")] if self.opening_pence else []
        return [*opening, *moved, Step(self.last_line, self.left_pence, "stood", promised_pence=self.promised_pence)]

    @property
    def sum_rows(self) -> list[tuple[str, str]]:
        """The lines of the sum as they stand on a page."""
        return [(step.label, step.figure) for step in self.steps[:-1]]

    @property
    def sum_total(self) -> tuple[str, str]:
        """Its last line."""
        return (self.last_line, pounds(self.left_pence))

    @property
    def last_line(self) -> str:
        """What the last line is called: "Left on 31 October"."""
        last = self.period.last
        return _("Left on %(day)s") % {"day": day_and_month(last)}


def add_up(period: Period, before: Balances, at_end: Balances) -> Books:
    """The books of a period from the ledger's balances on the day before it and on its last day."""
    nothing = Balance("", 0)
    moved = {
        code: Balance(balance.kind, balance.net_debit_pence - before.get(code, nothing).net_debit_pence) for code, balance in at_end.items()
    }

    def total(codes: Iterable[str]) -> int:
        return sum(moved[code].net_debit_pence for code in codes if code in moved)

    helped = {code for code in moved if code.startswith(chart.HELP)}
    back, fees = {chart.REFUNDS, chart.CHARGEBACKS}, {chart.PROCESSING_FEES, chart.DISPUTE_FEES}
    income = {code for code, one in moved.items() if one.kind == AccountKind.INCOME} - {chart.CONTRIBUTIONS, chart.DONATIONS}
    told = {chart.CONTRIBUTIONS, chart.DONATIONS, chart.GRANTS_PAYABLE} | helped | back | fees | income
    rest = {code for code, one in moved.items() if one.kind != AccountKind.ASSET} - told
    return Books(
        period=period,
        opening_pence=_assets(before),
        contributions_pence=-total([chart.CONTRIBUTIONS]),
        gifts_pence=-total([chart.DONATIONS]),
        other_income_pence=-total(income),
        given_back_pence=total(back),
        # What was agreed, less what is promised more than before: that much has left the bank.
        help_paid_pence=total(helped) + total([chart.GRANTS_PAYABLE]),
        fees_pence=total(fees),
        other_costs_pence=total(rest),
        left_pence=_assets(at_end),
        promised_pence=-at_end.get(chart.GRANTS_PAYABLE, nothing).net_debit_pence,
    )


def _assets(balances: Balances) -> int:
    return sum(balance.net_debit_pence for balance in balances.values() if balance.kind == AccountKind.ASSET)
