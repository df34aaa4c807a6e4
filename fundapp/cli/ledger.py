"""`fundapp ledger …`: verify the books, prove an entry, keep the keys; open the accounts and funds that a new Fund begins with."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import click

from fundapp.cli import ledger_keys, ledger_verify
from fundapp.cli.context import opened
from fundapp.cli.main import Fault
from fundapp.core.actor import SYSTEM
from fundapp.core.db import transaction
from fundapp.finance.exports import files
from fundapp.ledger import checkpoints, proofs, queries, service
from fundapp.ledger.chart import Restriction

DAY = click.DateTime(["%Y-%m-%d"])


@click.group("ledger")
def command() -> None:
    """Verify the books, prove what is in them, keep the keys; open accounts and funds."""


command.add_command(ledger_verify.verify)
command.add_command(ledger_keys.keys)


@command.command("checkpoint")
@click.option("--size", type=click.IntRange(min=1), help="The one over this many entries, instead of the newest.")
def checkpoint(size: int | None) -> None:
    """Print a signed checkpoint: how many entries there are, and the root over them."""
    with opened() as fund, fund.session() as session:
        found = checkpoints.at(session, size) if size else checkpoints.latest(session)
    if found is None:
        raise Fault("The ledger has no signed checkpoint yet: the worker makes one a second after the first entry, with a key.")
    click.echo(found.note, nl=False)


@command.command("prove")
@click.argument("entry", type=click.IntRange(min=1))
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it here instead of to standard output.")
def prove(entry: int, output: Path | None) -> None:
    """Print the proof that the entry with the number ENTRY is in the newest checkpoint (a .tlog-proof file)."""
    with opened() as fund, fund.session() as session:
        proof = proofs.proof(session, entry)
    if output is None:
        click.echo(proof, nl=False)
    else:
        # For its owner's eyes alone, as the words below say.
        others = os.umask(0o077)
        try:
            files.write(output, [proof.encode()])
        finally:
            os.umask(others)
    click.echo("It holds the entry's private part and nonce: give it to whoever the entry is about, and to nobody else.", err=True)


@command.command("open-accounts")
def open_accounts() -> None:
    """Open whichever of the accounts that every Fund has are not open yet."""
    with opened() as fund, fund.session() as session:
        before = len(queries.accounts(session))
        with transaction(session):
            service.open_standard_accounts(session, actor=SYSTEM.reference)
        after = len(queries.accounts(session))
    click.echo(f"Opened {after - before} accounts; {after} are open.", err=True)


@command.command("open-fund")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--restriction", type=click.Choice([kind.value for kind in Restriction]), required=True)
@click.option("--purpose", required=True, help="What the money may be used for, in the giver's terms.")
@click.option("--starts-on", type=DAY, help="The first day on which awards may be made.")
@click.option("--ends-on", type=DAY, help="The last one.")
@click.option("--grantor", default="", help="The organisation that gives it.")
def open_fund(
    code: str, name: str, restriction: str, purpose: str, starts_on: datetime | None, ends_on: datetime | None, grantor: str
) -> None:
    """Open the fund CODE with the terms it is given on. They cannot be changed later."""
    with opened() as fund, fund.session() as session, transaction(session):
        posted = service.open_fund(
            session,
            code=code,
            name=name,
            restriction=restriction,
            purpose=purpose,
            starts_on=starts_on.date() if starts_on else None,
            ends_on=ends_on.date() if ends_on else None,
            grantor=grantor,
            actor=SYSTEM.reference,
        )
    click.echo(f"{name} is open: entry {posted.number:,}.", err=True)
