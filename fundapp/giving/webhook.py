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
from fundapp.web.session import db

blueprint = Blueprint("webhooks", __name__)
guard(blueprint, PUBLIC)
log = logging.getLogger(__name__)
# Stripe's events are some kilobytes; nothing larger is read.
MOST_BYTES = 512_000


@blueprint.post("/webhooks/stripe")
@without_token("Stripe's signature over the body")
def stripe() -> ResponseReturnValue:
    """Keep a verified event once, then say so. What it is about is fetched by a job."""
    request.max_content_length = MOST_BYTES
    try:
        event = gateways.current().stripe.verify_event(request.get_data(cache=False), request.headers.get("Stripe-Signature", ""))
    except BadEvent as bad:
        log.warning("a webhook call was refused: %s", bad.reason)
        return "This is not an event that Stripe signed for us.\n", 400, {"Content-Type": "text/plain; charset=utf-8"}
    with transaction(db()) as session:
        inbox.take_in(session, event)
    return "Kept.\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
