"""What happens by itself: days of the audit trail are sealed, and what is kept long enough is forgotten."""

from __future__ import annotations

from fundapp.core.db import transaction
from fundapp.jobs import JobContext, Tasks
from fundapp.privacy import retention, sealing

tasks = Tasks("privacy")

# Often, so that a day is sealed soon after it ended, and after a pause soon after that; what is done already costs one look.
EVERY_SECONDS = 300


@tasks.loop(every_seconds=EVERY_SECONDS)
def seal_audit_days(context: JobContext) -> None:
    """Seal each day of the trail that is over, the oldest first, each in a transaction of its own."""
    with context.database.session() as session:
        with transaction(session):
            days = sealing.due(session)
        for day in days:
            with transaction(session):
                sealing.seal(session, day)


# Hourly, so that a day whose night was missed has its round too; what was done today costs one look.
@tasks.loop(every_seconds=3_600)
def forget_what_is_due(context: JobContext) -> None:
    """Apply each rule of the retention schedule once a day, each in a transaction of its own."""
    with context.database.session() as session:
        with transaction(session):
            rules = retention.rules_for_today(session)
        for rule in rules:
            with transaction(session):
                retention.apply(session, rule)
