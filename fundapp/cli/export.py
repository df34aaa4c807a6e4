"""`fundapp export NAME`: the books as a file that other programs read and check."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click

from fundapp.audit import queries as audit
from fundapp.cli.context import opened
from fundapp.core.errors import FundError
from fundapp.finance.exports import files
from fundapp.finance.exports.books import Books, Progress
from fundapp.finance.exports.registry import EXPORTS, find

AUDIT = "audit"


@click.command("export")
@click.argument("name", type=click.Choice([*EXPORTS, AUDIT]))
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it here, whole or not at all; - or nothing: to standard output.",
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Only what happened up to the end of this day.")
def command(name: str, output: Path | None, as_of: datetime | None) -> None:
    """Write the books in the form NAME, or the audit trail as JSON Lines. One state of them, whoever writes meanwhile."""
    if name == AUDIT and as_of:
        raise click.UsageError("The audit trail is written whole: leave --as-of away.")
    with opened(application_name="fundapp export") as fund, fund.database.snapshot() as session:
        progress = _progress()
        content = (
            audit.lines(session, cover_the_helped=False)
            if name == AUDIT
            else find(name).content(Books(session, as_of.date() if as_of else None, progress))
        )
        if output is None or str(output) == "-":
            _print(content)
        else:
            files.write(output, content)
    if progress:
        click.echo("", err=True)
    if output is not None and str(output) != "-":
        click.echo(f"The {'audit trail is' if name == AUDIT else 'books are'} in {output}.", err=True)


def _print(content: Iterable[bytes]) -> None:
    out = sys.stdout.buffer
    try:
        for chunk in content:
            out.write(chunk)
        out.flush()
    except BrokenPipeError:
        # Whoever reads has had enough. Click ends the command without a word.
        raise
    except OSError as error:
        raise FundError(f"Standard output could not be written: {error.strerror or error}.") from error


def _progress() -> Progress | None:
    if not sys.stderr.isatty():
        return None

    def tell(read: int, total: int) -> None:
        click.echo(f"\r{read:,} of {total:,} entries", nl=False, err=True)

    return tell
