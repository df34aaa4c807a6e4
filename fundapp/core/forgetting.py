"""Forgetting: each room says what of its own is due under which rule of the retention schedule, and how it forgets it in place.

The privacy room asks every room once a day (fundapp/privacy/retention.py), holds back what a complaint is open about, and keeps a
record of what was forgotten, so that nothing is gone through twice. Figures, codes and references stay: no total ever moves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from fundapp.core.db import Base
from fundapp.core.personal import Kept


def nothing_else(_row: Any) -> tuple[str, ...]:
    """What a row is about besides itself, where it is about nothing else."""
    return ()


@dataclass(frozen=True, slots=True)
class Forgetting:
    """One kind of row under one rule."""

    rule: Kept
    # What is forgotten, in plain words: marked for translation.
    what: str
    model: type[Base]
    # How the audit trail names such a row, without its number: "grant".
    name: str
    # Which rows are due, where what counts ended before this moment.
    due: Callable[[datetime], ColumnElement[bool]]
    # Empties the row, or deletes it; within the caller's transaction.
    forget: Callable[[Session, Any], None]
    # Other things it is about, "person:5": whatever holds one of them back holds this back too.
    about: Callable[[Any], tuple[str, ...]] = nothing_else
