"""What leaves the house by itself: checkpoints to their readers, and each quarter's help into the ledger."""

from __future__ import annotations

from fundapp.core.db import transaction
from fundapp.gateways.mail import MailFault
from fundapp.jobs import JobContext, Tasks
from fundapp.openbooks import letters, publishing

tasks = Tasks("openbooks")

# Often, so that a day's letters come soon after six, and after a pause soon after it; what is done already costs one look.
EVERY_SECONDS = 300


@tasks.loop(every_seconds=EVERY_SECONDS)
def write_checkpoint_letters(context: JobContext) -> None:
    """Have today's checkpoint sent to whoever is due it. Days that were missed are not made up for: the newest says it all."""
    with context.database.session() as session, transaction(session):
        letters.write_due(session)


# The tries of a day. What has not left by midnight is overtaken by the next day's.
@tasks.job(retries=8)
def send_checkpoint(context: JobContext, letter_id: int) -> None:
    """Send one letter. A fault is kept where administrators see it, and one that may pass is tried again."""
    try:
        with context.database.session() as session, transaction(session):
            letters.send(session, context.gateways.mail, letter_id=letter_id, base_url=context.settings.base_url)
    except MailFault as fault:
        with context.database.session() as session, transaction(session):
            letters.note_fault(session, letter_id=letter_id, sentence=fault.sentence)
        if fault.passing:
            raise


@tasks.loop(every_seconds=EVERY_SECONDS)
def publish_quarters(context: JobContext) -> None:
    """Publish the help of each quarter whose months are sealed, the oldest first, each in a transaction of its own."""
    with context.database.session() as session:
        with transaction(session):
            due = publishing.due(session)
        for quarter in due:
            with transaction(session):
                publishing.publish(session, quarter)
