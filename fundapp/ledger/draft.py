"""What an entry says, before it has a number: checked for shape, compared on a replay."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.money import pounds

# A reference, not words: nothing with a space or an @ gets into the log by these fields (ledger.md section 6, "no personal data").
REFERENCE = r"[A-Za-z0-9][A-Za-z0-9:._/-]*"
KIND = r"[a-z]+([.-][a-z]+)*"
CODE = r"[a-z][a-z0-9-]*"
LONGEST_KEY = 200
LONGEST_REFERENCE = 120
LONGEST_CODE = 60
# A slip of the keyboard, far above anything this Fund will ever hold; exact in every language that may check us (2**53 - 1).
MOST_PENCE = 9_007_199_254_740_991

_REFERENCE = re.compile(REFERENCE, re.ASCII)
_KIND = re.compile(KIND, re.ASCII)

# What is said of words where a reference or a code belongs, by field.
_NO_WORDS = {
    "actor": marked("The ledger keeps references, never words: the actor is written like user:7 or grant:417."),
    "subject": marked("The ledger keeps references, never words: the subject is written like user:7 or grant:417."),
    "reason": marked("The ledger keeps codes and references, never words: the reason is written like entered-twice."),
    "note": marked("The ledger keeps codes and references, never words: the note is written like entered-twice."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of money: from the credited account to the debited one, within one fund."""

    debit: str
    credit: str
    fund: str
    amount_pence: int

    def mirrored(self) -> Line:
        """The movement that undoes this one."""
        return Line(debit=self.credit, credit=self.debit, fund=self.fund, amount_pence=self.amount_pence)


@dataclass(frozen=True, slots=True)
class Draft:
    """All that the caller decides. Two postings are the same if their drafts are equal."""

    event_key: str
    kind: str
    happened_on: date
    lines: tuple[Line, ...]
    actor: str
    subject: str
    # A code such as "entered-twice", and a reference such as "words:12". Words themselves live in the audit room, erasable.
    reason: str = ""
    note: str = ""
    # The number of the entry that this one undoes.
    reverses: int | None = None
    # What a record says besides: shown with the public part, or hidden with the private one (docs/decisions/0003-canonical-bytes.md).
    public: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)

    def check(self) -> None:
        """Refuse what could never be an entry, whatever the books hold. Raises Refused with a sentence."""
        _check_words(self)
        for line in self.lines:
            _check_line(line)

    @property
    def funds(self) -> list[str]:
        """The funds that are touched, each once, in a fixed order."""
        return sorted({line.fund for line in self.lines})


@dataclass(frozen=True, slots=True)
class Record:
    """A draft with all that is fixed when it is written: what the leaf hash is made of."""

    draft: Draft
    number: int
    recorded_at: datetime
    nonce: bytes
    # It took a fund below what it had, and nobody here could refuse it.
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Posted:
    """Where an entry stands. `replayed`: it was there already, with the same content. `forced`: it took a fund below what it had."""

    entry_id: int
    number: int
    replayed: bool
    forced: bool = False


def _check_words(draft: Draft) -> None:
    if isinstance(draft.happened_on, datetime):
        raise Refused(_("An entry happened on a day, not at a moment."))
    if len(draft.event_key) > LONGEST_KEY or not _REFERENCE.fullmatch(draft.event_key):
        raise Refused(_("An entry needs a key that says which event it tells, like grant:417:award."))
    if len(draft.kind) > LONGEST_REFERENCE or not _KIND.fullmatch(draft.kind):
        raise Refused(_("An entry needs a kind in lower-case letters, like gift.charged."))
    for name, text in (("actor", draft.actor), ("subject", draft.subject)):
        if len(text) > LONGEST_REFERENCE or not _REFERENCE.fullmatch(text):
            raise Refused(_(_NO_WORDS[name]))
    for name, text in (("reason", draft.reason), ("note", draft.note)):
        if text and (len(text) > LONGEST_REFERENCE or not _REFERENCE.fullmatch(text)):
            raise Refused(_(_NO_WORDS[name]))


def _check_line(line: Line) -> None:
    if isinstance(line.amount_pence, bool) or not isinstance(line.amount_pence, int):
        raise Refused(_("An amount is a whole number of pence."))
    if line.amount_pence <= 0:
        told = {"amount": pounds(line.amount_pence)}
        raise Refused(_("An amount in the ledger is more than nothing. This line has %(amount)s.") % told)
    if line.amount_pence > MOST_PENCE:
        raise Refused(_("An amount that large cannot be written exactly."))
    if line.debit == line.credit:
        raise Refused(_("Money cannot move from “%(account)s” to itself.") % {"account": line.debit})
