"""What of the readers of checkpoints is forgotten, and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Text, cast, func, literal, select
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.models import AuditEvent
from fundapp.core.forgetting import Forgetting
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.openbooks.models import CheckpointReader


def _stopped(before: datetime) -> ColumnElement[bool]:
    stopped = (
        select(func.max(AuditEvent.at))
        .where(
            AuditEvent.kind == AuditKind.READER_STOPPED.value,
            AuditEvent.subject == literal("reader:") + cast(CheckpointReader.id, Text),
        )
        .scalar_subquery()
    )
    return CheckpointReader.active.is_(False) & (func.coalesce(stopped, CheckpointReader.added_at) < before)


def forget_reader(_session: Session, reader: CheckpointReader) -> None:
    """Take name and address from somebody who is off the list."""
    reader.name = _("Former reader %(number)d") % {"number": reader.id}
    reader.email = f"former-reader-{reader.id}@invalid"


FORGETTING = (Forgetting(Kept.CONTACT, marked("Readers who were taken off the list"), CheckpointReader, "reader", _stopped, forget_reader),)
