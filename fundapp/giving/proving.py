"""Where a gift stands in the sealed ledger, and its proof: for the gift's page, and in letters for its receipt."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.gateways.documents.checking import Checking
from fundapp.giving.queries import Figures
from fundapp.ledger import checkpoints, proofs, signing
from fundapp.ledger.errors import NotSealed
from fundapp.ledger.notes import split_note
from fundapp.ledger.proofs import Place
from fundapp.web.filters import moment

NOT_YET = lazy("Your gift is being written into the ledger. That takes a second or two: go back, and try again.")


@dataclass(frozen=True, slots=True)
class Written:
    """One of a gift's entries as its page tells it. Without a place, it waits for the next seal."""

    number: int
    tells: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class Standing:
    """All entries of a gift, its own first."""

    gift: Written
    later: tuple[Written, ...]

    @property
    def place(self) -> Place | None:
        """Where the gift itself stands."""
        return self.gift.place


def standing(session: Session, figures: Figures) -> Standing:
    """Where each entry of a paid gift stands, in one question."""
    places = proofs.places_of(session, [number for number, _ in figures.entries])
    every = [Written(number, tells, places.get(number)) for number, tells in figures.entries]
    gift = next(one for one in every if one.number == figures.charge_number)
    return Standing(gift, tuple(one for one in every if one is not gift))


def proof_file(session: Session, figures: Figures, number: int) -> str:
    """The proof of one of a gift's entries, as a `.tlog-proof` file. Raises NotFound for others' entries, NotSealed."""
    if number not in {mine for mine, _ in figures.entries}:
        raise NotFound(_("This gift has no such entry."))
    try:
        return proofs.proof(session, number)
    except NotSealed:
        raise NotSealed(str(NOT_YET)) from None


def is_sealing(session: Session) -> bool:
    """Whether this ledger is being sealed and signed at all."""
    return checkpoints.latest(session) is not None


def checking(session: Session, figures: Figures, *, reference: str) -> Checking | None:
    """What a receipt says for whoever checks it without us; None before the gift is sealed."""
    place = standing(session, figures).place
    if place is None:
        return None
    file = proofs.proof(session, figures.charge_number)
    where = {"when": moment(place.since), "nth": f"{place.nth:,}", "size": f"{place.size:,}"}
    return Checking(
        sentence=_("In the ledger since %(when)s, place %(nth)s of %(size)s.") % where,
        rows=tuple(_rows(file, [key.vkey for key in signing.known_keys(session)])),
        file=file.encode(),
        file_name=f"gift-{reference}.tlog-proof",
    )


def _rows(file: str, vkeys: list[str]) -> list[tuple[str, str]]:
    """The proof's own words, each with its name, so that the file can be made again from paper (docs/verify/from_paper.py)."""
    head, _, note = file.partition("\n\n")
    extra, index, *path = head.split("\n")[1:]
    said = json.loads(base64.b64decode(extra.removeprefix("extra ")))
    text, signatures = split_note(note)
    origin, size, root = text.split("\n")[:3]
    signed = [(name, base64.b64encode(key_id + signature).decode(), key_id.hex()) for name, key_id, signature in signatures]
    return [
        *((name, said[name]) for name in ("entry", "nonce", "private")),
        ("index", index.removeprefix("index ")),
        *((f"path {step}", value) for step, value in enumerate(path, 1)),
        ("origin", origin),
        ("size", size),
        ("root", root),
        *(("signature", f"{name} {made}") for name, made, _ in signed),
        *(("key", vkey) for vkey in vkeys for name, _, key_id in signed if vkey.startswith(f"{name}+{key_id}+")),
    ]
