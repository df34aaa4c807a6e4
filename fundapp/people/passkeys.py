"""Passkeys (Web Authentication Level 3): the key never leaves its owner's device, and works at this address alone.

A challenge is signed, not stored: it names what it is for and whose session asked, and ends after five minutes. Only an answer
that is good is written down, so that it is good once, and nobody can fill the database by asking.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from fundapp.core import clock
from fundapp.core.errors import Refused
from fundapp.core.keys import Keys, token_hash
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.people.factor_models import PASSKEY, Factor, UsedChallenge
from fundapp.people.models import User

LASTS = timedelta(minutes=5)
# Used challenges are kept a little longer than any challenge lives.
KEPT = timedelta(days=1)
SIGN_IN = "sign-in"
# What a browser sends is smaller by far.
LONGEST_ANSWER = 20_000

_PURPOSE = "passkey-challenge"
_NAME = "Changing Lives Fund"
_STALE = marked("That took longer than five minutes, or was used already. Try again.")
_STRANGE = marked("That passkey does not open an account here. Use another, or your password.")


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys are good: the host of our address, and the address a browser must have been at."""

    host: str
    origin: str

    @classmethod
    def of(cls, base_url: str) -> Site:
        """From BASE_URL."""
        parts = urlsplit(base_url)
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page asks of a passkey: the browser's options, and the signed challenge that comes back with the answer."""

    options: str
    signed: str


class Copied(Refused):
    """A passkey that has signed less often than before: there may be a copy of it."""

    def __init__(self, factor: Factor) -> None:
        super().__init__(_("This passkey was not taken: there may be a copy of it. Sign in another way, and remove it from your account."))
        self.user_id, self.factor_id = factor.user_id, factor.id


def proving(session_id: int) -> str:
    """What a challenge is for that proves somebody in this session."""
    return f"prove-{session_id}"


def adding(session_id: int) -> str:
    """What a challenge is for that adds a passkey in this session."""
    return f"add-{session_id}"


def ask(keys: Keys, site: Site, *, purpose: str, known: list[Factor] | None = None) -> Asked:
    """Ask for a passkey: any that is good here, or one of those that are `known`."""
    challenge = secrets.token_bytes(32)
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=int(LASTS.total_seconds() * 1000),
        allow_credentials=_described(known or []),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Asked(options_to_json(options), _sign(keys, purpose, challenge))


def ask_for_new(keys: Keys, site: Site, *, purpose: str, user: User, known: list[Factor]) -> Asked:
    """Ask for a new passkey, on a device that has none of this account's yet."""
    challenge = secrets.token_bytes(32)
    handle = next((one.user_handle for one in known if one.user_handle), None) or secrets.token_bytes(32)
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=_NAME,
        user_id=handle,
        user_name=user.email,
        user_display_name=user.name,
        challenge=challenge,
        timeout=int(LASTS.total_seconds() * 1000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_described(known),
    )
    # The handle rides in the signed part, so that what comes back is what was given out.
    return Asked(options_to_json(options), _sign(keys, f"{purpose}-{bytes_to_base64url(handle)}", challenge))


def register(session: Session, keys: Keys, site: Site, *, purpose: str, user_id: int, name: str, signed: str, answer: str) -> Factor:
    """Keep a new passkey. Raises Refused for an answer that is not to this question, and for a passkey that is here already."""
    said, challenge = _signed(keys, signed)
    if not said.startswith(f"{purpose}-"):
        raise Refused(_(_STALE))
    handle = base64url_to_bytes(said.removeprefix(f"{purpose}-"))
    try:
        found = webauthn.verify_registration_response(
            credential=_json(answer),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _BAD as error:
        raise Refused(_("Your device’s answer could not be read, so no passkey was added. Try again.")) from error
    _burn(session, challenge)
    if session.scalar(select(Factor.id).where(Factor.credential_id == found.credential_id)):
        raise Refused(_("That passkey is here already."))
    factor = Factor(
        user_id=user_id,
        kind=PASSKEY,
        name=name,
        created_at=clock.now(),
        last_used_at=None,
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        user_handle=handle,
        secret=None,
        last_step=0,
    )
    session.add(factor)
    session.flush()
    return factor


def take(session: Session, keys: Keys, site: Site, *, purpose: str, signed: str, answer: str) -> Factor:
    """The passkey that answered this very question. Raises Refused in the same words whatever else was sent, and Copied."""
    said, challenge = _signed(keys, signed)
    if said != purpose:
        raise Refused(_(_STALE))
    try:
        sent = parse_authentication_credential_json(_json(answer))
        factor = session.scalar(select(Factor).where(Factor.credential_id == sent.raw_id).with_for_update())
        if factor is None or factor.public_key is None:
            raise Refused(_(_STRANGE))
        found = webauthn.verify_authentication_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=factor.public_key,
            # Looked at below, once the signature is known to be good.
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except _BAD as error:
        raise Refused(_(_STRANGE)) from error
    if sent.response.user_handle and sent.response.user_handle != factor.user_handle:
        raise Refused(_(_STRANGE))
    _burn(session, challenge)
    if (found.new_sign_count or factor.sign_count) and found.new_sign_count <= factor.sign_count:
        raise Copied(factor)
    factor.sign_count, factor.last_used_at = found.new_sign_count, clock.now()
    session.flush()
    return factor


def forget_old(session: Session) -> None:
    """Drop used challenges that are too old to come again."""
    session.execute(delete(UsedChallenge).where(UsedChallenge.at < clock.now() - KEPT))


# What a reader of JSON, CBOR and keys may stumble over in what a stranger sent.
_BAD = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError)


def _json(answer: str) -> dict[str, Any]:
    found = json.loads(answer) if len(answer) <= LONGEST_ANSWER else None
    if not isinstance(found, dict):
        raise ValueError("not an answer")
    return found


def _described(known: list[Factor]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=one.credential_id) for one in known if one.credential_id]


def _sign(keys: Keys, purpose: str, challenge: bytes) -> str:
    return keys.sign(_PURPOSE, f"{purpose}:{bytes_to_base64url(challenge)}", clock.now() + LASTS)


def _signed(keys: Keys, signed: str) -> tuple[str, bytes]:
    text = keys.unsign(_PURPOSE, signed)
    if text is None:
        raise Refused(_(_STALE))
    purpose, _between, challenge = text.rpartition(":")
    return purpose, base64url_to_bytes(challenge)


def _burn(session: Session, challenge: bytes) -> None:
    """Write that a challenge was answered. Raises Refused when it was before."""
    row = insert(UsedChallenge).values(challenge_hash=token_hash(bytes_to_base64url(challenge)), at=clock.now())
    if not session.scalar(row.on_conflict_do_nothing().returning(UsedChallenge.at)):
        raise Refused(_(_STALE))
