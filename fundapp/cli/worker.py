"""`fundapp worker`: the background work."""

from __future__ import annotations

import click

from fundapp.cli.context import opened


@click.command("worker")
def command() -> None:
    """Send letters, sweep and keep schedules, until told to stop."""
    from fundapp.jobs import JobContext, worker
    from fundapp.jobs_registry import ROOMS
    from fundapp.web.logs import configure

    with opened(application_name="fundapp worker") as fund:
        configure(fund.settings)
        context = JobContext(fund.settings, fund.database, fund.gateways, fund.keys)
        worker.run(context, ROOMS, database_url=fund.app_url)
