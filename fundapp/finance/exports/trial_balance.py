"""The trial balance as a table for a spreadsheet (RFC 4180): by fund and account, with totals that agree in each fund and in all."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from fundapp.finance.exports.books import Books
from fundapp.finance.exports.text import amount, one_line
from fundapp.ledger.queries import TrialRow

HEADER = ("fund", "fund name", "account", "account name", "kind", "debits", "credits", "balance")
TOTAL = "Total"

# A cell that begins so is run as a formula (https://owasp.org/www-community/attacks/CSV_Injection), in full width as well.
_FORMULA = "=+-@＝＋－＠"


def lines(books: Books) -> Iterator[str]:
    """The table, row by row. The balance is on the account's own side: debit for assets and expenses, credit for the others."""
    yield _row(*HEADER)
    rows = books.trial_balance()
    for fund in books.funds():
        mine = [row for row in rows if row.fund == fund.code]
        for row in mine:
            figures = map(amount, (row.debits_pence, row.credits_pence, row.balance_pence))
            yield _row(fund.code, words(fund.name), row.account, words(row.name), row.kind.value, *figures)
        yield _row(fund.code, words(fund.name), "", TOTAL, "", *_sums(mine), "")
    yield _row("", "All funds", "", TOTAL, "", *_sums(rows), "")


def words(typed: str) -> str:
    """Words that somebody typed, as a cell that no spreadsheet takes for a formula."""
    plain = one_line(typed)
    return f"'{plain}" if plain.startswith(tuple(_FORMULA)) else plain


def _sums(rows: list[TrialRow]) -> tuple[str, str]:
    return amount(sum(row.debits_pence for row in rows)), amount(sum(row.credits_pence for row in rows))


def _row(*cells: str) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
