"""What is done with collection points. Every change is written in the audit trail, in the same transaction."""

from __future__ import annotations

from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Busy, NotAllowed, NotFound, Refused
from fundapp.core.keys import Keys
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.points import agreements, posters
from fundapp.points.codes import new_code
from fundapp.points.host_models import Host
from fundapp.points.models import CollectionPoint

# Two codes alike are one in a thousand million; five in a row are a fault, not chance.
TRIES = 5
CODE_TAKEN = "uq_collection_point_code"


def open_point(
    session: Session,
    *,
    actor: Actor,
    keys: Keys,
    name: str,
    business: str,
    address: str,
    contact_name: str,
    contact_details: str,
    agreed_on: date,
    host_id: int | None = None,
    agreed_version: int | None = None,
) -> CollectionPoint:
    """Open a place with a code of its own, and a poster that carries the ledger's newest checkpoint.

    It is a new host's, or one's more of a host that is there; what they agreed to is written down with it.
    Raises NotAllowed for anybody but an administrator, NotFound, and Refused for an agreement dated in the future.
    """
    _require_admin(actor)
    _require_past(agreed_on)
    host = _host(session, host_id)
    point = CollectionPoint(
        name=_one_line(name),
        business=_one_line(business),
        address=address.strip(),
        contact_name=_one_line(contact_name),
        contact_details=_one_line(contact_details),
        agreed_on=agreed_on,
        opened_at=clock.now(),
        closed_at=None,
        host_id=host.id,
        replaced_by_id=None,
    )
    _insert_with_code(session, point, keys)
    posters.put_newest(session, point)
    record(session, actor=actor, kind=AuditKind.POINT_OPENED, subject=point.subject, facts={"code": point.code})
    agreements.agree(session, actor=actor, host=host, agreed_on=agreed_on, signed_by=point.contact_name, version=agreed_version)
    return point


def change_host(
    session: Session,
    *,
    actor: Actor,
    point_id: int,
    business: str,
    address: str,
    contact_name: str,
    contact_details: str,
    agreed_on: date,
) -> CollectionPoint:
    """Put right who the host is and whom we speak to there. Nothing that is printed changes.

    Raises NotAllowed, NotFound, and Refused for an agreement dated in the future.
    """
    _require_admin(actor)
    _require_past(agreed_on)
    point = _locked(session, point_id)
    wanted = {
        "business": _one_line(business),
        "address": address.strip(),
        "contact_name": _one_line(contact_name),
        "contact_details": _one_line(contact_details),
        "agreed_on": agreed_on,
    }
    changed = [field for field, value in wanted.items() if getattr(point, field) != value]
    if not changed:
        return point
    for field in changed:
        setattr(point, field, wanted[field])
    session.flush()
    # Which facts, not what they say: contacts are people.
    record(session, actor=actor, kind=AuditKind.POINT_CHANGED, subject=point.subject, facts={"changed": ", ".join(changed)})
    return point


def close_point(session: Session, *, actor: Actor, point_id: int, reason: str) -> CollectionPoint:
    """Take a place out of use. Its code stays alive; gifts by it go to the general fund from now on.

    Raises NotAllowed, NotFound, and Refused where it is closed already.
    """
    _require_admin(actor)
    point = _locked(session, point_id)
    if not point.is_open:
        raise Refused(_("This point is closed already."))
    point.closed_at = clock.now()
    session.flush()
    record(session, actor=actor, kind=AuditKind.POINT_CLOSED, subject=point.subject, words=_reason(reason))
    return point


def reopen_point(session: Session, *, actor: Actor, point_id: int, reason: str) -> CollectionPoint:
    """Take a closed place into use again, with the code and poster it had.

    Raises NotAllowed, NotFound, and Refused where it is open, or its code was replaced by another.
    """
    _require_admin(actor)
    point = _locked(session, point_id)
    if point.is_open:
        raise Refused(_("This point is open already."))
    if point.replaced_by_id is not None:
        raise Refused(_("This code was replaced by another, for good: somebody may have copied it. The place has a new one."))
    point.closed_at = None
    session.flush()
    record(session, actor=actor, kind=AuditKind.POINT_REOPENED, subject=point.subject, words=_reason(reason))
    return point


def replace_point(session: Session, *, actor: Actor, keys: Keys, point_id: int, reason: str) -> CollectionPoint:
    """Retire a point's code for good, and open the same place of the same host with another. Gifts so far stay with the old one.

    Raises NotAllowed, NotFound, Refused without a reason, and where the point is closed.
    """
    _require_admin(actor)
    words = _reason(reason)
    old = _locked(session, point_id)
    if not old.is_open:
        raise Refused(_("This point is closed already."))
    new = CollectionPoint(
        name=old.name,
        business=old.business,
        address=old.address,
        contact_name=old.contact_name,
        contact_details=old.contact_details,
        agreed_on=old.agreed_on,
        opened_at=clock.now(),
        closed_at=None,
        host_id=old.host_id,
        replaced_by_id=None,
    )
    _insert_with_code(session, new, keys)
    old.closed_at, old.replaced_by_id = clock.now(), new.id
    session.flush()
    posters.put_newest(session, new)
    record(session, actor=actor, kind=AuditKind.POINT_OPENED, subject=new.subject, facts={"code": new.code})
    record(session, actor=actor, kind=AuditKind.POINT_REPLACED, subject=old.subject, facts={"by": new.subject}, words=words)
    return new


def note_look(session: Session, *, actor: Actor, point_id: int, words: str) -> CollectionPoint:
    """Note that somebody of ours stood before a poster, scanned it, and what they saw: a sticker over a code is found no other way.

    Raises NotAllowed, NotFound, and Refused without words.
    """
    if not actor.has(Role.ADMIN, Role.FINANCE):
        raise NotAllowed(_("Only administrators and finance officers note that a poster was looked at."))
    point = _locked(session, point_id)
    if not words.strip():
        raise Refused(_("Say what you saw."))
    record(session, actor=actor, kind=AuditKind.POINT_LOOKED_AT, subject=point.subject, facts={"code": point.code}, words=words.strip())
    return point


def renew_poster(session: Session, *, actor: Actor, point_id: int) -> CollectionPoint:
    """Put the ledger's newest checkpoint on a point's poster. Raises NotAllowed, NotFound, Refused."""
    _require_admin(actor)
    point = _locked(session, point_id)
    posters.renew(session, actor=actor, point=point)
    return point


def _insert_with_code(session: Session, point: CollectionPoint, keys: Keys) -> None:
    """Write the row, with another code where somebody has just been given the same one."""
    for _try in range(TRIES):
        point.code = new_code(keys)
        try:
            with session.begin_nested():
                session.add(point)
                session.flush()
        except IntegrityError as error:
            if getattr(getattr(error.orig, "diag", None), "constraint_name", None) != CODE_TAKEN:
                raise
        else:
            return
    raise Busy


def _host(session: Session, host_id: int | None) -> Host:
    """The host that is there, or a new one."""
    found = Host(since=clock.now()) if host_id is None else session.get(Host, host_id)
    if found is None:
        raise NotFound(_("There is no such host."))
    session.add(found)
    session.flush()
    return found


def _locked(session: Session, point_id: int) -> CollectionPoint:
    point = session.get(CollectionPoint, point_id, with_for_update=True, populate_existing=True)
    if point is None:
        raise NotFound(_("There is no such collection point."))
    return point


def _require_admin(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise NotAllowed(_("Only an administrator changes collection points."))


def _require_past(agreed_on: date) -> None:
    if agreed_on > clock.today():
        raise Refused(_("The agreement is dated in the future. Add the point once it is signed."))


def _reason(words: str) -> str:
    if not words.strip():
        raise Refused(_("Say why, for whoever reads this later."))
    return words.strip()


def _one_line(text: str) -> str:
    return " ".join(text.split())
