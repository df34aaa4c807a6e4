"""What of collection points is forgotten, and when: whom we spoke to at places that have closed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from fundapp.core.forgetting import Forgetting
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.points.models import CollectionPoint


def _closed(before: datetime) -> ColumnElement[bool]:
    return CollectionPoint.closed_at < before


def forget_contact(_session: Session, point: CollectionPoint) -> None:
    """Take the contact from a place that is closed."""
    point.contact_name = point.contact_details = ""


FORGETTING = (Forgetting(Kept.CONTACT, marked("Contacts of places that have closed"), CollectionPoint, "point", _closed, forget_contact),)
