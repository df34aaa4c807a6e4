"""Work after the commit: jobs written in the act's own transaction, loops, and the rescue of what was interrupted."""

from fundapp.jobs.context import JobContext
from fundapp.jobs.queue import enqueue
from fundapp.jobs.tasks import Tasks

__all__ = ["JobContext", "Tasks", "enqueue"]
