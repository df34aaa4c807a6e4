"""Which consents stand in requests for one person, known by their code; and whose readings of it are looked up."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.grants.models import GrantRequest, Person


def person_of(session: Session, code: str) -> Person | None:
    """The person with this code, however it was typed."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return session.scalar(select(Person).where(Person.code == plain)) if plain else None


def requests_of(session: Session, person_id: int) -> Sequence[GrantRequest]:
    """Every request for one person, the oldest first: when they agreed to it and how, and whether it was withdrawn."""
    return session.scalars(select(GrantRequest).where(GrantRequest.person_id == person_id).order_by(GrantRequest.id)).all()
