"""`fundapp ledger verify`: recompute everything, and say in one sentence what was found."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click
from sqlalchemy.orm import Session

from fundapp.cli.context import opened
from fundapp.cli.main import Fault
from fundapp.core.money import pounds
from fundapp.ledger import queries
from fundapp.ledger.verify import Progress, Verified
from fundapp.ledger.verify import verify as verify_ledger


@click.command("verify")
def verify() -> None:
    """Recompute every entry, balance and guard. Prints the totals; exits 1 with the first fault named."""
    with opened() as fund, fund.session() as session:
        # One state for all statements, whoever writes meanwhile.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        progress = _progress(queries.entry_count(session))
        found = verify_ledger(session, progress=progress)
        if progress:
            click.echo("", err=True)
        for line in totals(session, found):
            click.echo(line)
    if not found.holds:
        raise Fault(broken(found))
    click.echo(sound(found), err=True)


def totals(session: Session, found: Verified) -> Iterator[str]:
    """The recomputed books, a line for each account in each fund: fund, account, debits, credits, balance on its own side."""
    accounts = {account.code: account for account in queries.accounts(session)}
    order = {code: place for place, code in enumerate([fund.code for fund in queries.funds(session)])}
    yield f"{'fund':<20} {'account':<26} {'debits':>16} {'credits':>16} {'balance':>16}"
    for (code, fund), (debits, credits_) in sorted(found.totals.items(), key=lambda item: (order.get(item[0][1], len(order)), item[0][0])):
        kind = accounts[code].kind if code in accounts else ""
        balance = queries.natural(kind, debits - credits_)
        yield f"{fund:<20} {code:<26} {pounds(debits):>16} {pounds(credits_):>16} {pounds(balance):>16}"
    for code in order:
        yield f"{code:<20} {'available to award':<26} {'':>16} {'':>16} {pounds(found.available.get(code, 0)):>16}"


def sound(found: Verified) -> str:
    """What is said when nothing was found."""
    flagged = f"; {found.forced} took a fund below what it had, and say so" if found.forced else ""
    return f"The ledger holds: {found.entries:,} entries and {found.transfers:,} transfers, each as it was written{flagged}."


def broken(found: Verified) -> str:
    """What is said when something was found: the first fault, and how many there are."""
    more = len(found.faults) - 1
    return found.faults[0].sentence + (f"\nAnd {more:,} more." if more else "")


def _progress(count: int) -> Progress | None:
    if not sys.stderr.isatty():
        return None

    def tell(read: int) -> None:
        click.echo(f"\r{read:,} of {count:,} entries", nl=False, err=True)

    return tell
