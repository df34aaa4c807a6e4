"""The written agreement with each host: which words, when, and who agreed (Code of Fundraising Practice 7.5.3)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.points import agreement_text
from fundapp.points.host_models import AgreementText, Host, HostAgreement


def keep_text(session: Session) -> int:
    """See that the present version stands in the database, word for word, before anybody agrees to it. Answers its number."""
    values = {"version": agreement_text.VERSION, "words": agreement_text.WORDS, "published_at": clock.now()}
    session.execute(insert(AgreementText).values(**values).on_conflict_do_nothing(index_elements=[AgreementText.version]))
    return agreement_text.VERSION


def text(session: Session, version: int) -> AgreementText:
    """A version as it was agreed to. Raises NotFound."""
    found = session.get(AgreementText, version)
    if found is None:
        raise NotFound(_("There is no such version of the agreement."))
    return found


def agreements(session: Session, host_id: int) -> list[HostAgreement]:
    """What a host agreed to, the newest first."""
    statement = select(HostAgreement).where(HostAgreement.host_id == host_id).order_by(HostAgreement.id.desc())
    return list(session.scalars(statement))


def agree(session: Session, *, actor: Actor, host: Host, agreed_on: date, signed_by: str, version: int | None = None) -> HostAgreement:
    """Write down that a host agreed: to the present version, or to the one they were shown. The caller has asked who may."""
    kept = keep_text(session)
    made = HostAgreement(
        host_id=host.id, text_version=version or kept, agreed_on=agreed_on, signed_by=signed_by.strip(), recorded_at=clock.now()
    )
    session.add(made)
    session.flush()
    record(session, actor=actor, kind=AuditKind.HOST_AGREED, subject=host.subject, facts={"version": made.text_version})
    return made
