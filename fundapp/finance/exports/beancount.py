"""The books as Beancount 3 reads them (https://beancount.github.io/docs/beancount_language_syntax.html).

A fund is a sub-account of each account that it lies in, each transfer two postings, each record without money a `custom` directive:
so every entry's number is in the file once. The ledger's own balances stand at the end as `balance` directives, and Beancount,
which sums the postings itself, refuses the file if one of them is another.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from fundapp.core.spreadsheet import amount, one_line
from fundapp.finance.exports.books import Books, Drawer, Written
from fundapp.finance.exports.text import particulars
from fundapp.finance.ledger_words import plain_kind
from fundapp.ledger.chart import AccountKind

_ROOTS = {
    AccountKind.ASSET: "Assets",
    AccountKind.LIABILITY: "Liabilities",
    AccountKind.INCOME: "Income",
    AccountKind.EXPENSE: "Expenses",
    AccountKind.FUND: "Equity",
}

# Amounts are whole pence: nothing is inferred from how many digits somebody typed, and nothing may be off by half a penny.
_HEAD = """\
;; The ledger of the Changing Lives Fund, for Beancount 3. To check it: bean-check THIS-FILE
;; {extent}
option "title" "Changing Lives Fund"
option "operating_currency" "GBP"
option "tolerance_multiplier" "0"

"""


def lines(books: Books) -> Iterator[str]:
    """The file, some lines at a time."""
    yield _HEAD.format(extent=f"Everything up to the end of {books.as_of}." if books.as_of else "Everything that is written.")
    names: dict[tuple[str, str], str] = {}
    for drawer in books.drawers():
        names[drawer.account.code, drawer.fund.code if drawer.fund else ""] = _name(drawer)
        yield _open(drawer)
    yield "\n"
    written = records = 0
    for entry in books.entries():
        written += 1
        records += not entry.lines
        yield _transaction(entry, names) if entry.lines else _record(entry)
    yield from _balances(books, names)
    yield f"\n;; The end: {written} entries, {records} of them records without money.\n"


def _name(drawer: Drawer) -> str:
    """`stripe-balance` and `public-giving` → `Assets:Stripe-Balance:Public-Giving`. Two codes never give one name."""
    parts = [drawer.account.code] + ([drawer.fund.code] if drawer.fund else [])
    return ":".join([_ROOTS[drawer.account.kind], *("-".join(word[:1].upper() + word[1:] for word in code.split("-")) for code in parts)])


def _open(drawer: Drawer) -> str:
    said = {"code": drawer.account.code, "name": drawer.account.name}
    if drawer.fund:
        said = {"code": drawer.account.code, "fund": drawer.fund.code, "name": f"{drawer.account.name}: {drawer.fund.name}"}
    return f"{drawer.since} open {_name(drawer)} GBP\n" + _metadata(said)


def _transaction(entry: Written, names: dict[tuple[str, str], str]) -> str:
    links = f"^entry-{entry.number}" + (f" ^entry-{entry.reverses}" if entry.reverses else "")
    legs = []
    for line in entry.lines:
        pounds = amount(line.amount_pence)
        legs.append(f"  {names[line.debit, line.fund]}  {pounds} GBP\n  {names[line.credit, line.fund]}  -{pounds} GBP\n")
    return f"{entry.happened_on} * {_quoted(plain_kind(entry.kind))} #{entry.kind} {links}\n{_about(entry)}{''.join(legs)}\n"


def _record(entry: Written) -> str:
    return f"{entry.happened_on} custom {_quoted(entry.kind)} {_quoted(plain_kind(entry.kind))}\n{_about(entry)}\n"


def _about(entry: Written) -> str:
    reverses = f"  reverses: {entry.reverses}\n" if entry.reverses else ""
    forced = "  forced: TRUE\n" if entry.forced else ""
    more = {"public": entry.public, "private": entry.private}
    said = {name: particulars(what) for name, what in more.items() if what}
    return f"  entry: {entry.number}\n{reverses}{forced}{_metadata(entry.facts | said)}"


def _balances(books: Books, names: dict[tuple[str, str], str]) -> Iterator[str]:
    """Beancount asks for a balance as the day begins: so on the day after the last."""
    last = books.extent()[1]
    if last is None or last == date.max:
        return
    yield ";; What the ledger's own trial balance says. Debits are positive.\n"
    said = books.balances()
    for pair, name in names.items():
        if pair[1]:
            yield f"{last + timedelta(days=1)} balance {name}  {amount(said.get(pair, 0))} ~ 0 GBP\n"


def _metadata(said: dict[str, str]) -> str:
    return "".join(f"  {name}: {_quoted(words)}\n" for name, words in said.items())


def _quoted(words: str) -> str:
    plain = one_line(words).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
