"""Running a failed job again."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.jobs.queue import enqueue


def run_again(session: Session, *, job_id: int) -> None:
    """Ask anew for a job that was given up, once. Raises Refused when it is not, or no longer, among the failed.

    The old row stays as "cancelled", so that what failed and when can still be read.
    """
    row = session.execute(
        text("SELECT task_name, args FROM procrastinate_jobs WHERE id = :id AND status = 'failed' FOR UPDATE"), {"id": job_id}
    ).one_or_none()
    if row is None:
        raise Refused(_("That job is not among the failed any more. Somebody may have run it again already."))
    session.execute(text("UPDATE procrastinate_jobs SET status = 'cancelled' WHERE id = :id"), {"id": job_id})
    enqueue(session, row.task_name, **row.args)
