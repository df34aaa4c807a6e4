"""When each loop last ran. The queue's own tables belong to procrastinate (migration 0003)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base


class JobLoop(Base):
    """One loop's last turn. It is a row, so that a night without a worker is seen and made good."""

    __tablename__ = "job_loop"

    name: Mapped[str] = mapped_column(primary_key=True)
    last_started_at: Mapped[datetime | None]
    last_done_at: Mapped[datetime | None]
    # The class of the last fault, without its words; empty when the last turn was good.
    last_fault: Mapped[str]
