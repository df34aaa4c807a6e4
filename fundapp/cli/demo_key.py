"""The demo's signing key: made once, kept in the checkout's instance folder, and given to the worker alone."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.cli.main import Fault
from fundapp.config import ROOT, Settings
from fundapp.core.actor import SYSTEM
from fundapp.core.db import transaction
from fundapp.database.instance import Instance
from fundapp.ledger import signing
from fundapp.ledger.notes import BadNote, Signer

FILE = "ledger-signing-key"


def line(settings: Settings) -> str | None:
    """The key that a worker with these settings signs with: the environment's, or in the demo the one that the checkout keeps."""
    if settings.ledger_signing_key or settings.env != "demo":
        return settings.ledger_signing_key
    return (Instance.of(ROOT).read(FILE) or "").strip() or None


def signer(settings: Settings) -> Signer:
    """The demo's key, ready to sign; made if there is none yet."""
    instance = Instance.of(ROOT)
    # A second copy of the checkout that starts at the same moment finds the same key.
    with instance.locked(f"{FILE}.lock"):
        kept = settings.ledger_signing_key or instance.read(FILE)
        if kept is None:
            made = Signer.generate(settings.ledger_origin)
            instance.write(FILE, f"{made.skey}\n")
            return made
    try:
        return Signer.parse(kept)
    except BadNote as fault:
        raise Fault(f"The demo's signing key ({instance.folder / FILE}, or LEDGER_SIGNING_KEY) cannot be used. {fault}") from fault


def introduce(session: Session, key: Signer, origin: str) -> None:
    """See that the ledger knows the demo's key. One that was retired, or has another name, is left for the sealer to complain of."""
    if key.name != origin or any(one.vkey == key.verifier.vkey for one in signing.known_keys(session)):
        return
    with transaction(session):
        signing.introduce_key(session, vkey=key.verifier.vkey, actor=SYSTEM.reference)
