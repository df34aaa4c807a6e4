"""The books as hledger reads them (https://hledger.org/hledger.html, from version 1.25), ready for its strict checks.

A fund is a sub-account of each account that it lies in, and each transfer two postings. Records without money are comments: a
transaction without postings is hledger's own notion, which its relatives refuse. The last transaction moves nothing: it asserts
the ledger's own balances, and hledger, which sums the postings itself, refuses the file if one of them is another.
"""

from __future__ import annotations

from collections.abc import Iterator

from fundapp.core.spreadsheet import amount, one_line
from fundapp.finance.exports.books import Books, Drawer, Written
from fundapp.finance.exports.text import particulars
from fundapp.finance.ledger_words import plain_kind
from fundapp.ledger.chart import AccountKind

# The first word of an account, and hledger's letter for its type.
_ROOTS = {
    AccountKind.ASSET: ("assets", "A"),
    AccountKind.LIABILITY: ("liabilities", "L"),
    AccountKind.INCOME: ("income", "R"),
    AccountKind.EXPENSE: ("expenses", "X"),
    AccountKind.FUND: ("equity", "E"),
}

_HEAD = """\
; The ledger of the Changing Lives Fund, for hledger. To check it: hledger -f THIS-FILE check --strict
; {extent}
decimal-mark .
commodity 1000.00 GBP

"""


def lines(books: Books) -> Iterator[str]:
    """The file, some lines at a time."""
    yield _HEAD.format(extent=f"Everything up to the end of {books.as_of}." if books.as_of else "Everything that is written.")
    names: dict[tuple[str, str], str] = {}
    for drawer in books.drawers():
        names[drawer.account.code, drawer.fund.code if drawer.fund else ""] = _name(drawer)
        yield _account(drawer)
    yield "\n"
    written = records = 0
    for entry in books.entries():
        written += 1
        records += not entry.lines
        yield _transaction(entry, names) if entry.lines else _record(entry)
    yield from _assertions(books, names)
    yield f"\n; The end: {written} entries, {records} of them records without money.\n"


def _name(drawer: Drawer) -> str:
    """`stripe-balance` and `public-giving` → `assets:stripe-balance:public-giving`."""
    return ":".join([_ROOTS[drawer.account.kind][0], drawer.account.code, *([drawer.fund.code] if drawer.fund else [])])


def _account(drawer: Drawer) -> str:
    words = f"{drawer.account.name}: {drawer.fund.name}" if drawer.fund else drawer.account.name
    return f"; {one_line(words)}\naccount {_name(drawer)}  ; type:{_ROOTS[drawer.account.kind][1]}\n"


def _transaction(entry: Written, names: dict[tuple[str, str], str]) -> str:
    legs = []
    for line in entry.lines:
        pounds = amount(line.amount_pence)
        legs.append(f"    {names[line.debit, line.fund]}  {pounds} GBP\n    {names[line.credit, line.fund]}  -{pounds} GBP\n")
    # No tag's value has a comma in it: the ledger keeps references, never words.
    tags = ", ".join(f"{name}:{said}" for name, said in _tags(entry).items())
    return f"{_besides(entry)}{entry.happened_on} * ({entry.number}) {plain_kind(entry.kind)}  ; {tags}\n{''.join(legs)}\n"


def _record(entry: Written) -> str:
    tags = ", ".join(f"{name}:{said}" for name, said in _tags(entry).items())
    return f"; {entry.happened_on} record {entry.number} {tags}\n{_besides(entry)}\n"


def _tags(entry: Written) -> dict[str, str]:
    said = {"kind": entry.kind} | entry.facts
    if entry.reverses:
        said["reverses"] = str(entry.reverses)
    if entry.forced:
        said["forced"] = "yes"
    return said


def _besides(entry: Written) -> str:
    """What an entry says besides: at the start of a line, where hledger looks for no tags."""
    more = {"public": entry.public, "private": entry.private}
    return "".join(f"; entry {entry.number} {name} {particulars(what)}\n" for name, what in more.items() if what)


def _assertions(books: Books, names: dict[tuple[str, str], str]) -> Iterator[str]:
    last, said = books.extent()[1], books.balances()
    drawers = {pair: name for pair, name in names.items() if pair[1]}
    if last is None or not drawers:
        return
    yield f"{last} * What the ledger's own trial balance says\n"
    for pair, name in drawers.items():
        yield f"    {name}  0.00 GBP = {amount(said.get(pair, 0))} GBP\n"
