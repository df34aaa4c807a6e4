"""What of accounts, invitations and sessions is forgotten, and when. An account's number stays: the trail and the ledger name it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.core.forgetting import Forgetting
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.people.factor_models import Factor, PasswordReset, RecoveryCode
from fundapp.people.models import Invitation, User, UserSession

# RFC 2606: no mail ever reaches it.
_NOWHERE = "former-{what}-{number}@invalid"


def _left(before: datetime) -> ColumnElement[bool]:
    return User.disabled_at < before


def _ended(before: datetime) -> ColumnElement[bool]:
    return func.coalesce(UserSession.ended_at, UserSession.expires_at) < before


def _over(before: datetime) -> ColumnElement[bool]:
    return func.coalesce(Invitation.accepted_at, Invitation.withdrawn_at, Invitation.expires_at) < before


def forget_account(session: Session, user: User) -> None:
    """Take name, address and every way to sign in from an account that is disabled."""
    user.name = _("Former colleague %(number)d") % {"number": user.id}
    user.email = _NOWHERE.format(what="colleague", number=user.id)
    user.password_hash = ""
    for table in (UserSession, Factor, RecoveryCode, PasswordReset):
        session.execute(delete(table).where(table.user_id == user.id))
    invitations = session.scalars(select(Invitation).where(Invitation.user_id == user.id)).all()
    for invitation in invitations:
        _drop_address(session, invitation)
    audit.erase_words(session, subjects=[user.reference])


def _drop_address(_session: Session, invitation: Invitation) -> None:
    invitation.email = _NOWHERE.format(what="invitation", number=invitation.id)


def _drop_session(session: Session, row: UserSession) -> None:
    session.delete(row)


FORGETTING = (
    Forgetting(Kept.ACCOUNT, marked("Names and addresses of accounts that were disabled"), User, "user", _left, forget_account),
    Forgetting(Kept.ACCESS, marked("Sessions that have ended"), UserSession, "session", _ended, _drop_session),
    Forgetting(Kept.ACCESS, marked("Addresses of invitations that are over"), Invitation, "invitation", _over, _drop_address),
)
