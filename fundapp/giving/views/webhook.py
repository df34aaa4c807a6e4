"""Where Stripe rings."""

from __future__ import annotations

import logging

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from fundapp import gateways
from fundapp.core.db import transaction
from fundapp.gateways.stripe import BadEvent
from fundapp.giving import inbox
from fundapp.web.csrf import without_token
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.limits import counted_elsewhere
from fundapp.web.session import db

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")
guard(blueprint, PUBLIC)
log = logging.getLogger(__name__)

# Stripe's events are some kilobytes; nothing much larger is read.
MOST_BYTES = 512_000
PLAIN = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


@blueprint.post("/stripe")
@counted_elsewhere("Stripe's signature over the body, checked before anything is read or written")
@without_token("Stripe's signature over the body")
def stripe() -> ResponseReturnValue:
    """Keep a verified event once, then say so. What it is about is fetched by a job."""
    request.max_content_length = MOST_BYTES
    try:
        # The exact bytes: nothing may have read or rewritten them before the signature is checked.
        event = gateways.current().stripe.verify_event(request.get_data(cache=False), request.headers.get("Stripe-Signature", ""))
    except BadEvent as bad:
        log.warning("a webhook call was refused: %s", bad.reason)
        return f"This is no event that Stripe signed for us just now: {bad.reason}.\n", 400, PLAIN
    with transaction(db()) as session:
        inbox.take_in(session, event)
    return "Kept.\n", 200, PLAIN
