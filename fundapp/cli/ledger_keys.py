"""`fundapp ledger keys …`: the keys that sign checkpoints, made, rotated and retired."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from fundapp.cli import demo_key
from fundapp.cli.context import Context, opened
from fundapp.cli.main import Fault
from fundapp.config import ROOT
from fundapp.core.actor import SYSTEM
from fundapp.core.db import transaction
from fundapp.ledger import signing
from fundapp.ledger.notes import Signer
from fundapp.ledger.signing import KnownKey
from fundapp.web.filters import moment


@click.group("keys")
def keys() -> None:
    """The keys that sign checkpoints."""


@keys.command("list")
def list_keys() -> None:
    """Print every key that the ledger knows, the newest first: its id, whether it is in use, and the public line to check with."""
    with opened() as fund, fund.session() as session:
        known = signing.known_keys(session)
    for key in known:
        click.echo(f"{key.key_id}  {'in use ' if key.is_current else 'retired'}  {key.vkey}")
    for key in known:
        retired = f", retired by entry {key.retired_by:,}" if key.retired_by else ""
        click.echo(f"{key.key_id}: introduced {moment(key.introduced_at)} by entry {key.introduced_by:,}{retired}.", err=True)
    if not known:
        click.echo("The ledger knows no key yet. Make one: fundapp ledger keys make", err=True)


@keys.command("make")
def make() -> None:
    """Make a key, introduce it in the ledger, and print its private line, this once."""
    with opened() as fund, fund.session() as session:
        made, _ = _made(fund, session)
        _tell(fund, made)


@keys.command("rotate")
def rotate() -> None:
    """As make; and say what is left to do until the old key is gone."""
    with opened() as fund, fund.session() as session:
        made, old = _made(fund, session)
        _tell(fund, made)
    if not old:
        click.echo("There was no key before it, so nothing is left to retire.", err=True)
        return
    click.echo("Then, when the worker runs with the new key and “fundapp ledger checkpoint” shows a new signature:", err=True)
    for key in old:
        click.echo(f"  fundapp ledger keys retire {key.key_id}", err=True)
    click.echo("What the old key signed stays as good as it was; its public line stays in “fundapp ledger keys list”.", err=True)


@keys.command("retire")
@click.argument("key_id", metavar="KEYID")
def retire(key_id: str) -> None:
    """Say in the ledger that the key KEYID signs no more. What it signed stays good."""
    with opened() as fund, fund.session() as session, transaction(session):
        posted = signing.retire_key(session, key_id=key_id.lower(), actor=SYSTEM.reference)
    word = "was retired before" if posted.replayed else "is retired"
    click.echo(f"The key {key_id.lower()} {word}: entry {posted.number:,}. It signs no more.", err=True)


def _made(fund: Context, session: Session) -> tuple[Signer, list[KnownKey]]:
    """A new key that the ledger knows, and those that were in use before it."""
    if fund.settings.ledger_origin == "":
        raise Fault("LEDGER_ORIGIN is missing: the name of this ledger, and of its keys.")
    made = Signer.generate(fund.settings.ledger_origin)
    with transaction(session):
        old = [key for key in signing.known_keys(session) if key.is_current]
        posted = signing.introduce_key(session, vkey=made.verifier.vkey, actor=SYSTEM.reference)
    click.echo(f"The key {made.verifier.key_id.hex()} of {made.name} is in the ledger: entry {posted.number:,}.", err=True)
    return made, old


def _tell(fund: Context, made: Signer) -> None:
    click.echo(made.skey)
    where = "as LEDGER_SIGNING_KEY"
    if fund.settings.env == "demo":
        where += f" (in the demo: in {ROOT / 'instance' / demo_key.FILE})"
    click.echo(
        f"The line on standard output is the private key, shown this once. Give it to the worker alone, {where}, and restart it.", err=True
    )
    click.echo(f"Public line, for whoever checks: {made.verifier.vkey}", err=True)
