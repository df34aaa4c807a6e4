"""What giving does in the background about collection points."""

from __future__ import annotations

from fundapp.core.db import transaction
from fundapp.giving import point_watch
from fundapp.jobs import JobContext, Tasks

tasks = Tasks("giving_points")


# A silence is counted in days; hourly, so that a worker that was away says it soon after.
@tasks.loop(every_seconds=3_600)
def watch_points(context: JobContext) -> None:
    """Find points that have gone silent."""
    with context.database.session() as session, transaction(session):
        point_watch.watch(session)
