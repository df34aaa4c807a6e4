"""The trial balance as a table for a spreadsheet (RFC 4180): by fund and account, with totals that agree in each fund and in all."""

from __future__ import annotations

from collections.abc import Iterator

from fundapp.core.spreadsheet import amount, line, words
from fundapp.finance.exports.books import Books
from fundapp.ledger.queries import TrialRow

HEADER = ("fund", "fund name", "account", "account name", "kind", "debits", "credits", "balance")
TOTAL = "Total"


def lines(books: Books) -> Iterator[str]:
    """The table, row by row. The balance is on the account's own side: debit for assets and expenses, credit for the others."""
    yield line(*HEADER)
    rows = books.trial_balance()
    for fund in books.funds():
        mine = [row for row in rows if row.fund == fund.code]
        for row in mine:
            figures = map(amount, (row.debits_pence, row.credits_pence, row.balance_pence))
            yield line(fund.code, words(fund.name), row.account, words(row.name), row.kind.value, *figures)
        yield line(fund.code, words(fund.name), "", TOTAL, "", *_sums(mine), "")
    yield line("", "All funds", "", TOTAL, "", *_sums(rows), "")


def _sums(rows: list[TrialRow]) -> tuple[str, str]:
    return amount(sum(row.debits_pence for row in rows)), amount(sum(row.credits_pence for row in rows))
