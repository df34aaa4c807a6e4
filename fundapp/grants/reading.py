"""Who reads what of somebody who is helped, and why: written into the audit trail, once for each reader, request, purpose and day.

A key worker's own team reads it as its own. Approvers and the panel read it to decide, finance to pay. An auditor sees figures alone,
until they say why they open it.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.audit import queries as audit_queries
from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants import steps
from fundapp.grants.lifecycle import Tie
from fundapp.grants.models import GrantRequest

TO_DECIDE, TO_PAY, TO_AUDIT = "to_decide", "to_pay", "to_audit"
DECIDERS = frozenset({Role.APPROVER, Role.PANEL})
PAYERS = frozenset({Role.FINANCE})
# A finance officer signs some requests as the second.
SIGNERS = DECIDERS | PAYERS
LONGEST_REASON = 500


def begin(session: Session, request: GrantRequest, actor: Actor, found: frozenset[Tie], *, works: frozenset[Role]) -> bool:
    """Note that somebody reads a request on a page for those who hold one of the roles of `works`. Says whether they may see its words.

    They may not, as an auditor who has not yet said today why they open it.
    """
    if Tie.OWN_TEAM in found and actor.has(Role.KEY_WORKER):
        return True
    if actor.has(*works):
        _note(session, actor, request.subject, TO_PAY if works == PAYERS else TO_DECIDE)
        return True
    return has_read(session, actor, request.subject, TO_AUDIT)


def open_to_read(session: Session, *, actor: Actor, request_id: int, words: str) -> None:
    """Open a request's words for an auditor until the day ends. Raises NotFound, NotAllowed, and Refused without a reason."""
    request, _found = steps.seen(session, request_id, actor)
    if not actor.has(Role.AUDITOR):
        raise NotAllowed(_("Only an auditor opens a request in this way."))
    if not words.strip() or len(words) > LONGEST_REASON:
        raise Refused(_("Say why you open it, in up to %(most)d letters.") % {"most": LONGEST_REASON})
    audit.record(
        session, actor=actor, kind=AuditKind.REQUEST_READ, subject=request.subject, facts={"purpose": TO_AUDIT}, words=words.strip()
    )


def note_bill(session: Session, request: GrantRequest, actor: Actor, evidence_id: int) -> bool:
    """Note that somebody reads a bill, each time. Says no, and notes nothing, for an auditor who has not said why."""
    return _note_picture(session, request, actor, AuditKind.EVIDENCE_READ, {"bill": evidence_id})


def note_photo(session: Session, request: GrantRequest, actor: Actor, photo_id: int) -> bool:
    """Note that somebody looks at a photo of what is asked for, as with a bill."""
    return _note_picture(session, request, actor, AuditKind.PHOTO_READ, {"photo": photo_id})


def has_read(session: Session, actor: Actor, subject: str, purpose: str) -> bool:
    """Whether somebody's reading of something for a purpose is written down today."""
    return bool(audit_queries.read_today(session, actor, {subject}, purpose=purpose))


def _note_picture(session: Session, request: GrantRequest, actor: Actor, kind: AuditKind, which: dict[str, int]) -> bool:
    purpose = TO_DECIDE if actor.has(*DECIDERS) else TO_PAY if actor.has(*PAYERS) else TO_AUDIT
    if purpose == TO_AUDIT and not has_read(session, actor, request.subject, TO_AUDIT):
        return False
    audit.record(session, actor=actor, kind=kind, subject=request.subject, facts={**which, "purpose": purpose})
    return True


def _note(session: Session, actor: Actor, subject: str, purpose: str) -> None:
    if not has_read(session, actor, subject, purpose):
        audit.record(session, actor=actor, kind=AuditKind.REQUEST_READ, subject=subject, facts={"purpose": purpose})
