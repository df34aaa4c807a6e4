"""The last of the bells that Stripe rang in the demonstration's past, so that finance sees how it is heard."""

from __future__ import annotations

from datetime import timedelta

from fundapp.cli.demo_data.stand_in import HistoricStripe
from fundapp.core import clock
from fundapp.core.db import Database, transaction
from fundapp.giving import inbox

# More than one page of them; each older one would only take time.
HEARD = 40
# How long a bell is on its way.
ON_ITS_WAY = timedelta(seconds=2)


def hear(town: Database, stripe: HistoricStripe) -> None:
    """Take them in and answer them, each at its own time."""
    with town.session() as session:
        for body, signature in stripe.bells()[-HEARD:]:
            event = stripe.gateway.verify_event(body, signature)
            with clock.at(event.created_at + ON_ITS_WAY):
                with transaction(session):
                    inbox.take_in(session, event)
                inbox.act_on(session, stripe.gateway, event.id)
