"""`fundapp keys …`: the keys that personal data is encrypted with, made and rotated."""

from __future__ import annotations

from collections import Counter

import click
from sqlalchemy.orm import Session

from fundapp.cli.context import opened
from fundapp.cli.main import Fault
from fundapp.core import resealing
from fundapp.core.db import transaction
from fundapp.core.sealed import vault_of
from fundapp.core.vault import new_key

PUT_BACK = "Put it back at the end of PRIVATE_KEYS: without it nobody can read them, not even from a backup."


@click.group("keys")
def command() -> None:
    """Make and rotate the keys that personal data is encrypted with (PRIVATE_KEYS, newest first)."""


@command.command("make")
def make() -> None:
    """Print a new key, this once. Nothing is stored."""
    click.echo(new_key())
    click.echo(
        "The line on standard output is a new key. Put it first in PRIVATE_KEYS, with the old ones after it, wherever the web server and"
        " the worker run; keep a copy where no backup of the database lies; restart both; then run “fundapp keys rotate”.",
        err=True,
    )


@command.command("rotate")
def rotate() -> None:
    """Have everything encrypted anew under the newest key, in the background."""
    from fundapp.jobs import resealing as job

    with opened() as fund, fund.session() as session:
        under, newest = count_by_key(session), vault_of(session).newest
        if lost := missing(session, under):
            raise Fault(lost)
        behind = sum(under.values()) - under[newest]
        if not behind:
            raise Fault("Every value is under the newest key already. Make a new one first: fundapp keys make")
        with transaction(session):
            job.ask(session)
    click.echo(f"{behind:,} values will be encrypted anew. See how far it is: fundapp keys status", err=True)


@command.command("status")
def status() -> None:
    """Print how many values each key has encrypted, newest first, and whether old keys may be removed."""
    with opened() as fund, fund.session() as session:
        under, vault = count_by_key(session), vault_of(session)
        lost = missing(session, under)
    for mark in (*vault.marks, *sorted(set(under) - set(vault.marks))):
        kind = "newest" if mark == vault.newest else "older" if mark in vault.marks else "missing"
        click.echo(f"{mark.hex()}  {kind:<7}  {under[mark]:>9,}")
    for place, mark in enumerate(vault.marks[1:], start=2):
        if under[mark]:
            click.echo(f"Key {place} in PRIVATE_KEYS ({mark.hex()}) is still needed.", err=True)
        else:
            click.echo(f"Key {place} in PRIVATE_KEYS ({mark.hex()}) may be removed here, and is kept for older backups.", err=True)
    if lost:
        raise Fault(lost)


def count_by_key(session: Session) -> Counter[bytes]:
    """How many values of every room lie under each key."""
    # Without its models, a room's tables are not there to be counted.
    import fundapp.models  # noqa: F401

    return resealing.count_by_key(session)


def missing(session: Session, under: Counter[bytes] | None = None) -> str:
    """A sentence when some values are under keys that are not there; else nothing."""
    counted = count_by_key(session) if under is None else under
    held = set(vault_of(session).marks)
    lost = {mark: number for mark, number in counted.items() if mark not in held}
    if not lost:
        return ""
    each = ", ".join(f"{number:,} under the key {mark.hex()}" for mark, number in sorted(lost.items()))
    return f"Personal data cannot be read: a key is missing from PRIVATE_KEYS ({each}). {PUT_BACK}"
