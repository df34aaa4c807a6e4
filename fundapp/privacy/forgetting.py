"""What this room forgets of its own: letters of people about their data, a good while after they were answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete
from sqlalchemy.orm import Session

from fundapp.core.forgetting import Forgetting
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.privacy.models import ComplaintStep, DataComplaint, DataRequest


def _answered(before: datetime) -> ColumnElement[bool]:
    return DataRequest.answered_at < before


def _ended(before: datetime) -> ColumnElement[bool]:
    return DataComplaint.ended_at < before


def _drop_words(_session: Session, asked: DataRequest) -> None:
    asked.words = asked.answer = ""


def _drop_complaint(session: Session, complaint: DataComplaint) -> None:
    session.execute(delete(ComplaintStep).where(ComplaintStep.complaint_id == complaint.id))
    complaint.words = complaint.contact = ""


FORGETTING = (
    Forgetting(
        Kept.RIGHTS, marked("What people asked about their data, and the answer"), DataRequest, "data-request", _answered, _drop_words
    ),
    Forgetting(Kept.RIGHTS, marked("Complaints that were answered"), DataComplaint, "complaint", _ended, _drop_complaint),
)
