"""The story of one entry: what happened, who did it, what papers there are, where it is sealed, and what else is about the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.finance.ledger_words import people_in, who_words
from fundapp.finance.models import Contribution
from fundapp.finance.pound import Path, path_of
from fundapp.grants import queries as grants
from fundapp.ledger import canonical, checkpoints, proofs, queries, records
from fundapp.ledger.checkpoints import CheckpointView
from fundapp.ledger.entries import EntryView
from fundapp.ledger.proofs import Place
from fundapp.people import queries as people

# How many of the entries about the same thing are shown; the rest are a link away.
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Paper:
    """A document, or the page that has it: its words, and the endpoint and arguments that lead to it."""

    words: str
    endpoint: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """All that the page of one entry tells."""

    entry: EntryView
    # What anybody who holds the receipt may see.
    shown: dict[str, Any]
    # Whether its fingerprint, made anew from its rows, is the one that was written.
    intact: bool
    place: Place | None
    first_sealed: CheckpointView | None
    papers: tuple[Paper, ...]
    # About the same thing, the newest first, this one among them.
    same: tuple[EntryView, ...]
    same_count: int
    path: Path | None
    who: Mapping[str, str]


def story(session: Session, number: int) -> Story:
    """Everything about one entry. Raises NotFound."""
    entry = queries.entry(session, number)
    record = records.record(session, number)
    place = proofs.place_of(session, number)
    same = queries.entries(session, subject=entry.subject, limit=SHOWN)
    return Story(
        entry=entry,
        shown=canonical.public_part(record),
        intact=canonical.leaf_hash(record) == entry.leaf_hash,
        place=place,
        first_sealed=checkpoints.covering(session, place.seq) if place else None,
        papers=_papers(session, entry.subject),
        same=tuple(same),
        same_count=len(same) if len(same) < SHOWN else queries.entry_count(session, subject=entry.subject),
        path=path_of(session, entry.subject) if entry.lines else None,
        who=names(session, {entry.actor, *(one.actor for one in same)}),
    )


def names(session: Session, references: set[str]) -> dict[str, str]:
    """Who stands behind each reference: a colleague's name, what acts by itself, or the reference as it is."""
    found = people.names(session, [one for reference in references for one in people_in(reference)])
    known = {f"user:{identity}": name for identity, name in found.items()}
    return {reference: known.get(reference) or who_words(reference) for reference in references}


def take_proof(session: Session, *, actor: Actor, number: int) -> str:
    """The proof of one entry as a file, and a line in the audit trail for who took it: it holds the entry's private part.

    Raises NotAllowed, NotFound, NotSealed.
    """
    if not actor.has(Role.FINANCE, Role.AUDITOR):
        raise NotAllowed(_("Only finance and auditors take proofs of entries."))
    proof = proofs.proof(session, number)
    audit.record(session, actor=actor, kind=AuditKind.PROOF_TAKEN, subject=f"entry:{number}")
    return proof


def _papers(session: Session, subject: str) -> tuple[Paper, ...]:
    what, _colon, which = subject.partition(":")
    identity = int(which) if which.isascii() and which.isdigit() and len(which) < 18 else None
    if what == "grant" and identity is not None:
        bills = [
            Paper(_("Bill %(number)s") % {"number": nth}, "bills.show", {"request_id": identity, "evidence_id": bill.id})
            for nth, bill in enumerate(grants.bills(session, identity), 1)
        ]
        words = _("Request %(number)s and its payment") % {"number": identity}
        return (Paper(words, "payouts.show", {"request_id": identity}), *bills)
    if what == "contribution" and identity is not None:
        made = session.get(Contribution, identity)
        words = _("Contributions from services")
        if made:
            words = _("%(name)s, bank reference %(reference)s") % {"name": made.received_from, "reference": made.bank_reference}
        return (Paper(words, "finance.contributions", {}),)
    if what == "account":
        return (Paper(_("The account, and what it was called"), "accounts_desk.account", {"code": which}),)
    if what == "period" and len(which) == len("2026-10-31"):
        year, month, _day = which.split("-")
        return (Paper(_("The month and its totals"), "periods_desk.month", {"year": int(year), "month": int(month)}),)
    return ()
