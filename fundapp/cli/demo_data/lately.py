"""What stands beside the two quarters of history, and is of these days: who is on call, what donors declared, what Stripe rang about."""

from __future__ import annotations

from fundapp.cli.demo_data import bells, brought, moving, thanks, together, voices, watched, world
from fundapp.cli.demo_data.stand_in import HistoricStripe
from fundapp.cli.demo_data.world import World
from fundapp.core.db import Database, transaction
from fundapp.core.keys import Keys


def happen(town: Database, made: World, stripe: HistoricStripe, keys: Keys) -> None:
    """Let all of it happen, after the history was lived."""
    with town.session() as session, transaction(session):
        world.put_on_call(session)
        world.begin_review(session)
        thanks.declare(session, keys)
        watched.watch(session, made)
        moving.ask(session, made)
        together.decide(session, made)
        voices.speak(session, keys)
        brought.say(session)
    bells.hear(town, stripe)
