"""What happens by itself: a year's key of comparisons is destroyed once it is out of use."""

from __future__ import annotations

from fundapp.core.db import transaction
from fundapp.grants.matching import keys
from fundapp.jobs import JobContext, Tasks

tasks = Tasks("grants_matching")

# Hourly, so that a night that was missed is made up for; once it is done it costs one look.
EVERY_SECONDS = 3_600


@tasks.loop(every_seconds=EVERY_SECONDS)
def destroy_old_keys(context: JobContext) -> None:
    """Destroy keys of comparisons that are older than last year's, with all that they made."""
    with context.database.session() as session, transaction(session):
        keys.destroy_old(session)
