"""The job behind `fundapp keys rotate`: everything is brought under the newest key."""

from __future__ import annotations

import logging

from sqlalchemy.orm import Session

from fundapp.core import resealing
from fundapp.core.errors import FundError
from fundapp.core.language import marked
from fundapp.core.sealed import vault_of
from fundapp.jobs.context import JobContext
from fundapp.jobs.queue import enqueue
from fundapp.jobs.tasks import Tasks

log = logging.getLogger(__name__)
tasks = Tasks("keys")

# A row that somebody holds for two seconds is tried again so often before the job is put off.
TRIES = 5
OLD_KEY = marked("This worker was not restarted with the new key yet. The job waits for it.")


def ask(session: Session) -> int:
    """Queue the job for the newest key that this process knows. A key's mark tells nothing of the key."""
    return enqueue(session, "keys.reseal", mark=vault_of(session).newest.hex())


@tasks.job(retries=8)
def reseal(context: JobContext, mark: str) -> None:
    """Bring every sealed value under this key. Killed half-way, it goes on where it was. Raises FundError in a worker of older keys."""
    with context.database.session() as session:
        if vault_of(session).newest.hex() != mark:
            raise FundError(OLD_KEY)
        done = resealing.until_nobody_is_in_the_way(session, tries=TRIES)
    log.info("%d rows are under the newest key now", done.changed)
    for table, number in sorted(done.unreadable.items()):
        log.error("%d rows of %s are under a key that is not in PRIVATE_KEYS; they were left as they are", number, table)
    for table, number in sorted(done.clashing.items()):
        log.error("%d rows of %s have what another row has that must be the only one; they were left as they are", number, table)
