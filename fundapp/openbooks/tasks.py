"""What open books do in the background: seal the log."""

from __future__ import annotations

from fundapp.core.db import transaction
from fundapp.jobs import JobContext, Tasks
from fundapp.ledger import sealing
from fundapp.ledger.notes import BadNote, Signer

tasks = Tasks("openbooks")


@tasks.loop(every_seconds=1)
def seal(context: JobContext) -> None:
    """Give every entry that waits its place in the log, and sign what the log then is.

    Raises CannotSign or BadNote at the end of the turn, so that it is seen: entries are sealed all the same.
    """
    signer, fault = _signer(context.settings.ledger_signing_key)
    with context.database.session() as session:
        while True:
            with transaction(session):
                sealed = sealing.seal(session, origin=context.settings.ledger_origin, signer=signer)
            if sealed is None:
                # Another sealer is at it, and tells what it finds.
                return
            if not sealed.more:
                break
    if sealed.fault is not None:
        raise fault or sealed.fault


def _signer(line: str | None) -> tuple[Signer | None, BadNote | None]:
    try:
        return (Signer.parse(line) if line else None), None
    except BadNote as fault:
        return None, fault
