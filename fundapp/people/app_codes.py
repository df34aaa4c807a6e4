"""Codes from an app: TOTP with its usual settings (RFC 6238: SHA-1, 30 seconds, six digits), each taken once."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import pyotp
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.sealed import vault_of
from fundapp.core.vault import Unreadable
from fundapp.people.factor_models import APP, Factor

# A clock may be so many steps of 30 seconds off, either way.
DRIFT = 1
ISSUER = "Changing Lives Fund"
OFFER_LASTS = timedelta(minutes=30)
_PURPOSE = "factor.offered"
_CODE = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """A secret of 160 bits in base32 (RFC 4226, section 4)."""
    return pyotp.random_base32()


def offer(session: Session, *, session_id: int, secret: str) -> str:
    """A secret that is being set up, sealed into a form of this very session, so that nothing is kept before it is proven."""
    until = int((clock.now() + OFFER_LASTS).timestamp())
    sealed = vault_of(session).seal(_PURPOSE, f"{session_id}:{until}:{secret}".encode())
    return base64.urlsafe_b64encode(sealed).decode()


def offered(session: Session, *, session_id: int, sealed: str) -> str | None:
    """The secret in such a form; None when it is another session's, too old, or none of ours."""
    try:
        plain = vault_of(session).open(_PURPOSE, base64.urlsafe_b64decode(sealed.encode())).decode()
    except (Unreadable, ValueError):
        return None
    whose, until, secret = plain.split(":")
    return secret if int(whose) == session_id and int(until) >= clock.now().timestamp() else None


def address(secret: str, email: str) -> str:
    """What the QR code says: an otpauth address that apps understand."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def in_fours(secret: str) -> str:
    """A secret as one types it: letters in groups of four."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def keep(session: Session, *, user_id: int, name: str, secret: str, last_step: int = 0) -> Factor:
    """Keep an app whose secret its owner has. Codes up to `last_step` are none any more."""
    factor = Factor(user_id=user_id, kind=APP, name=name, created_at=clock.now(), last_used_at=None, secret=secret, last_step=last_step)
    session.add(factor)
    session.flush()
    return factor


def showing(secret: str) -> tuple[str, int]:
    """What an app with this secret shows now, and for how many seconds it still does."""
    app = pyotp.TOTP(secret)
    return app.at(clock.now()), app.interval - int(clock.now().timestamp()) % app.interval


def looks_like_a_code(typed: str) -> bool:
    """Whether this could come from an app: six digits, however they were spaced."""
    return _CODE.fullmatch(_plain(typed)) is not None


def step_of(secret: str, typed: str) -> int | None:
    """The step of 30 seconds whose code this is, now or one step to either side; None when it is none of these."""
    if not looks_like_a_code(typed):
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(_plain(typed), for_time=clock.now(), valid_window=DRIFT)
    except OTPVerificationError:
        return None


def take(session: Session, *, user_id: int, typed: str) -> Factor | None:
    """Take a code of one of this account's apps, once. A code of the step taken last, or of an earlier one, is none any more."""
    apps = session.scalars(select(Factor).where(Factor.user_id == user_id, Factor.kind == APP).order_by(Factor.id)).all()
    for one in apps:
        step = step_of(one.secret or "", typed)
        if step is None:
            continue
        # Of two requests with one code, the second waits for the row and finds the step taken (RFC 6238, 5.2).
        newer = update(Factor).where(Factor.id == one.id, Factor.last_step < step)
        if session.scalar(newer.values(last_step=step, last_used_at=clock.now()).returning(Factor.id)):
            return one
    return None


def _plain(typed: str) -> str:
    return re.sub(r"[\s-]", "", typed)
