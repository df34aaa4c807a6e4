"""What of collection points is forgotten, and when: whom we spoke to at places that have closed, and what people wrote about posters."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from fundapp.core.forgetting import Forgetting
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.points.host_models import Host, HostAgreement, HostOffer, HostWish
from fundapp.points.models import CollectionPoint
from fundapp.points.watch_models import PointReport


def _closed(before: datetime) -> ColumnElement[bool]:
    return CollectionPoint.closed_at < before


def forget_contact(_session: Session, point: CollectionPoint) -> None:
    """Take the contact from a place that is closed."""
    point.contact_name = point.contact_details = ""


def _gone(before: datetime) -> ColumnElement[bool]:
    """Hosts all of whose places closed before a moment."""
    still = select(CollectionPoint.id).where(
        CollectionPoint.host_id == Host.id, CollectionPoint.closed_at.is_(None) | (CollectionPoint.closed_at >= before)
    )
    return select(CollectionPoint.id).where(CollectionPoint.host_id == Host.id).exists() & ~still.exists()


def forget_signer(session: Session, host: Host) -> None:
    """Take the names from the agreements of a host that has no place any more. That there was one, and its words, stay."""
    for one in session.scalars(select(HostAgreement).where(HostAgreement.host_id == host.id)):
        one.signed_by = ""


def _offer_ended(before: datetime) -> ColumnElement[bool]:
    return HostOffer.ended_at < before


def forget_offer(_session: Session, offer: HostOffer) -> None:
    """Take the contact from an offer that was answered: the place itself, where it was opened, has its own."""
    offer.contact_name = offer.contact_details = ""


def _wish_ended(before: datetime) -> ColumnElement[bool]:
    return HostWish.ended_at < before


def forget_wish(_session: Session, wish: HostWish) -> None:
    """Take the words from what a host asked for."""
    wish.words = ""


def _report_ended(before: datetime) -> ColumnElement[bool]:
    return PointReport.ended_at < before


def forget_report(_session: Session, report: PointReport) -> None:
    """Take the words from a report; what was wrong and how it ended stays."""
    report.words = report.done = ""


FORGETTING = (
    Forgetting(Kept.CONTACT, marked("Contacts of places that have closed"), CollectionPoint, "point", _closed, forget_contact),
    Forgetting(Kept.CONTACT, marked("Who agreed for hosts that have no place any more"), Host, "host", _gone, forget_signer),
    Forgetting(Kept.CONTACT, marked("Contacts of places that were offered"), HostOffer, "offer", _offer_ended, forget_offer),
    Forgetting(Kept.CONTACT, marked("What hosts wrote"), HostWish, "wish", _wish_ended, forget_wish),
    Forgetting(Kept.CONTACT, marked("What people wrote about posters"), PointReport, "report", _report_ended, forget_report),
)
