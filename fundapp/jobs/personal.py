"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from fundapp.core.personal import Inventory, columns

# What a job is given are numbers and references (jobs/queue.py); the queue's own tables hold nothing else.
INVENTORY = Inventory(holdings=(), impersonal={"job_loop": columns("name last_started_at last_done_at last_fault")})
