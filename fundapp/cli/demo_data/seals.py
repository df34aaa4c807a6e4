"""The demo's log: sealed and signed each night of its history, as a worker would have done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from fundapp.cli import demo_key
from fundapp.cli.demo_data.world import World
from fundapp.core import clock
from fundapp.core.db import Database
from fundapp.ledger import sealing
from fundapp.ledger.notes import Signer


def begin(town: Database, world: World, *, signer: Signer, origin: str) -> Callable[[Session], None]:
    """Introduce the key the day before the history begins. Returns what is then done each night."""
    with clock.at(world.begins - timedelta(hours=1)), town.session() as session:
        demo_key.introduce(session, signer, origin)

    def seal(session: Session) -> None:
        sealing.seal(session, origin=origin, signer=signer)

    return seal
