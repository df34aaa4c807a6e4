"""`fundapp ledger verify`: recompute everything, and say in one sentence what was found."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from fundapp.cli.context import opened
from fundapp.cli.main import Fault
from fundapp.core.money import pounds
from fundapp.ledger import queries
from fundapp.ledger.notes import LONGEST_NOTE, BadNote
from fundapp.ledger.verify import Outside, Step, Verified
from fundapp.ledger.verify import verify as verify_ledger

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("verify")
@click.option("--checkpoint", "files", type=FILE, multiple=True, help="A checkpoint, or a gift's proof, that somebody else has kept.")
@click.option("--from", "trusted", type=FILE, help="A checkpoint that you trust: what it covers is not hashed again.")
def verify(files: tuple[Path, ...], trusted: Path | None) -> None:
    """Recompute every entry, seal, balance and guard. Prints the totals; exits 1 with the first fault named.

    The ledger is also compared with each checkpoint that somebody else has kept: only these show whether it was made anew.
    """
    outside, since = [_read(path) for path in files], _read(trusted) if trusted else None
    # One state for all statements, whoever writes meanwhile.
    with opened() as fund, fund.database.snapshot() as session:
        progress = tell if sys.stderr.isatty() else None
        found = verify_ledger(session, origin=fund.settings.ledger_origin, outside=outside, since=since, progress=progress)
        if progress:
            click.echo("", err=True)
    for line in totals(found):
        click.echo(line)
    if not found.holds:
        raise Fault(broken(found))
    click.echo(sound(found, since), err=True)


def totals(found: Verified) -> Iterator[str]:
    """The recomputed books, a line for each account in each fund: fund, account, debits, credits, balance on its own side."""
    order = {code: place for place, code in enumerate(found.funds)}
    yield f"{'fund':<20} {'account':<26} {'debits':>16} {'credits':>16} {'balance':>16}"
    for (code, fund), (debits, credits_) in sorted(found.totals.items(), key=lambda item: (order.get(item[0][1], len(order)), item[0][0])):
        balance = queries.natural(found.kinds.get(code, ""), debits - credits_)
        yield f"{fund:<20} {code:<26} {pounds(debits):>16} {pounds(credits_):>16} {pounds(balance):>16}"
    for code in order:
        yield f"{code:<20} {'available to award':<26} {'':>16} {'':>16} {pounds(found.available.get(code, 0)):>16}"


def sound(found: Verified, since: Outside | None = None) -> str:
    """What is said when nothing was found: what was recomputed, what was compared, and what was taken on trust."""
    parts = [
        f"The ledger holds: {_many(found.entries, 'entry', 'entries')} and {_many(found.transfers, 'transfer')}, each as it was written"
    ]
    if since is not None:
        parts.append(f"the {found.trusted:,} under {since.name} have the fingerprints that it was signed over, and were not hashed again")
    if found.checkpoints:
        parts.append(
            f"{_many(found.checkpoints, 'checkpoint of its own fits', 'checkpoints of its own fit')}, the last over {found.signed:,}"
        )
    if found.entries > found.signed:
        parts.append(f"{_many(found.entries - found.signed, 'entry', 'entries')} not signed yet")
    if found.periods:
        parts.append(f"{_many(found.periods, 'sealed period adds', 'sealed periods add')} up")
    if found.outside:
        parts.append(f"{_many(found.outside, 'checkpoint kept elsewhere fits', 'checkpoints kept elsewhere fit')} as well")
    if found.forced:
        parts.append(f"{found.forced:,} took a fund below what it had, and say so")
    return "; ".join(parts) + "."


def broken(found: Verified) -> str:
    """What is said when something was found: the first fault, and how many there are."""
    more = found.fault_count - 1
    return found.faults[0].sentence + (f"\nAnd {more:,} more." if more else "")


def _read(path: Path) -> Outside:
    with path.open("rb") as file:
        told = file.read(LONGEST_NOTE + 1)
    try:
        return Outside.parse(path.name, told.decode())
    except UnicodeDecodeError:
        raise Fault(f"{path.name} is not a checkpoint: it is not text.") from None
    except BadNote as fault:
        raise Fault(str(fault)) from fault


def _many(count: int, one: str, more: str = "") -> str:
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"


def tell(step: Step) -> None:
    """Entries on a line that is written over; then a line for each further part, as it begins."""
    click.echo(f"\r{step.done:,} of {step.of:,} entries" if step.of else f"\n{step.part}", nl=False, err=True)
