"""Believing an event: every trap that the library's own check leaves open is closed here, and tested."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import stripe

from fundapp.gateways.stripe_facts import moment

# Stripe's own tolerance for age; and how far a clock may honestly be ahead of ours.
OLDEST_SECONDS = 300
AHEAD_SECONDS = 60
# The version of Stripe's API that we speak: the library's. The webhook's endpoint at Stripe has one of its own, and should have this.
SPOKEN_VERSION: str = stripe.api_version


class BadEvent(Exception):
    """A webhook call that is not to be believed. `reason` is for the log and holds nothing of the body."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class VerifiedEvent:
    """An event that Stripe signed, just now, for our mode. It is a bell: fetch the object it names before acting."""

    id: str
    type: str
    # The version the endpoint was made with; compare with the library's.
    api_version: str | None
    livemode: bool
    created_at: datetime
    object_type: str
    # Empty for objects without an id (a balance).
    object_id: str
    body: dict[str, Any]


def verify_event(raw: bytes, signature: str, secrets: Sequence[str], *, livemode: bool) -> VerifiedEvent:
    """Check the exact bytes Stripe sent against each secret in turn.

    Raises BadEvent: bad signature, too old, from the future, not text, not an event, without an id, or of the other mode.
    Source: docs.stripe.com/webhooks#verify-manually, and what stripe-python leaves to the caller.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadEvent("the body is not UTF-8") from None
    _check_signature(text, signature, secrets)
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise BadEvent("the body is not JSON") from None
    return _read(body, livemode=livemode)


def _check_signature(text: str, signature: str, secrets: Sequence[str]) -> None:
    # The library compares in constant time, which only takes ASCII.
    if not signature.isascii():
        raise BadEvent("the signature is not ASCII")
    if not any(_matches(text, signature, secret) for secret in secrets):
        raise BadEvent("the signature does not match")
    # Taken apart as the library does it, so that the time judged is the time signed.
    parts = [part.split("=", 2) for part in signature.split(",")]
    signed_at = int(next(part[1] for part in parts if part[0] == "t"))
    # The machine's own clock, as in the library: a clock held still by a test must not let old events in.
    age = time.time() - signed_at
    if age > OLDEST_SECONDS:
        raise BadEvent("the signature is too old")
    if age < -AHEAD_SECONDS:
        raise BadEvent("the signature is from the future")


def _matches(text: str, signature: str, secret: str) -> bool:
    try:
        # Age is judged after the match: the library would skip it for 0, and never looks at the future.
        stripe.WebhookSignature.verify_header(text, signature, secret, tolerance=None)
    except stripe.SignatureVerificationError:
        return False
    return True


def _read(body: Any, *, livemode: bool) -> VerifiedEvent:
    if not isinstance(body, dict) or body.get("object") != "event":
        raise BadEvent("the body is not an event")
    event_id, kind, created, data = body.get("id"), body.get("type"), body.get("created"), body.get("data")
    if not isinstance(event_id, str) or not event_id:
        raise BadEvent("the event has no id")
    if not isinstance(kind, str) or type(created) is not int:
        raise BadEvent("the event has no type or no time")
    if not isinstance(body.get("livemode"), bool):
        raise BadEvent("the event has no mode")
    if body["livemode"] is not livemode:
        raise BadEvent("a live event in test mode" if body["livemode"] else "a test event in live mode")
    subject = data.get("object") if isinstance(data, dict) else None
    if not isinstance(subject, dict) or not isinstance(subject.get("object"), str):
        raise BadEvent("the event is about nothing")
    version = body.get("api_version")
    return VerifiedEvent(
        id=event_id,
        type=kind,
        api_version=version if isinstance(version, str) else None,
        livemode=livemode,
        created_at=_moment(created),
        object_type=subject["object"],
        object_id=subject["id"] if isinstance(subject.get("id"), str) else "",
        body=body,
    )


def _moment(created: int) -> datetime:
    try:
        return moment(created)
    except (ValueError, OverflowError, OSError):
        raise BadEvent("the event's time makes no sense") from None
