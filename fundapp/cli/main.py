"""The command `fundapp`. Its parts are imported when they are called, so that help comes at once."""

from __future__ import annotations

from importlib import import_module
from typing import IO, Any, NamedTuple

import click

from fundapp.config import SettingsError
from fundapp.core.errors import FundError


class Part(NamedTuple):
    """One command or group: the module that holds it as `command`, and what the list of commands says of it."""

    module: str
    words: str
    hidden: bool = False


PARTS = {
    "serve": Part("serve", "Serve the Fund over HTTP."),
    "worker": Part("worker", "Do the background work: letters, sweeps, schedules."),
    "migrate": Part("migrate", "Bring the database's schema up to date."),
    "demo-data": Part("demo_data", "Fill an empty database with demonstration data."),
    "check": Part("check", "Say in plain words what is wrong with settings, database and seats."),
    "user": Part("user", "Invite people; sign everybody out."),
    "keys": Part("keys", "Make and rotate the keys that personal data is encrypted with."),
    "ledger": Part("ledger", "Verify the books, prove an entry, keep the keys that sign."),
    "audit": Part("audit", "Check the audit trail against its seals in the ledger."),
    "export": Part("export", "Write the books as a file for Beancount, hledger or a spreadsheet."),
    "stripe": Part("stripe", "Fetch what no event told, or act again on stored events."),
    "demo": Part("demo", "Run web server, worker and stand-in together.", hidden=True),
}


class Fault(click.ClickException):
    """Something went wrong that a sentence explains: no traceback, exit 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the sentence to standard error."""
        click.echo(self.message, err=True, file=file)


class Commands(click.Group):
    """The parts by name, imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names, in the order they are told."""
        return list(PARTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """One command, imported now."""
        part = PARTS.get(cmd_name)
        if part is None:
            return None
        command: click.Command = import_module(f"fundapp.cli.{part.module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list in the help, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, part.words) for name, part in PARTS.items() if not part.hidden])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the Fund refuses is told in its own sentence."""
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise Fault("\n".join(error.faults)) from error
        except FundError as error:
            raise Fault(error.sentence) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """The Changing Lives Fund."""
