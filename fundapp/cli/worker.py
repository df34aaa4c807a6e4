"""`fundapp worker`: the background work."""

from __future__ import annotations

from dataclasses import replace

import click

from fundapp.cli.context import opened


@click.command("worker")
def command() -> None:
    """Send letters, sweep, seal the ledger and keep schedules, until told to stop."""
    from fundapp.cli import demo_key
    from fundapp.jobs import JobContext, worker
    from fundapp.jobs_registry import ROOMS
    from fundapp.web.logs import configure

    with opened(application_name="fundapp worker") as fund:
        configure(fund.settings)
        # Only here: nothing else of the Fund needs the key.
        settings = replace(fund.settings, ledger_signing_key=demo_key.line(fund.settings))
        context = JobContext(settings, fund.database, fund.gateways, fund.keys)
        worker.run(context, ROOMS, database_url=fund.app_url)
