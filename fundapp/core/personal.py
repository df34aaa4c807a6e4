"""What the Fund holds about people, said once for each column: whose it is, why, on what basis, and how long.

Each room says it of its own tables in its module `personal`; the privacy room gathers it, and a test holds it against the schema,
so that no column comes in that nobody has thought about.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Whose(StrEnum):
    """About whom a column tells."""

    # Somebody the Fund helps, known by a code.
    HELPED = "helped"
    # Somebody with an account: key workers, approvers, finance, panel, auditors, administrators.
    STAFF = "staff"
    DONOR = "donor"
    # Whoever answers for a collection point.
    HOST = "host"
    # Trustees, auditors and partners who are sent each day's checkpoint.
    READER = "reader"
    # Whoever wrote to the Fund: a complaint, a question about their own data.
    WRITER = "writer"
    # Whoever is paid: a shop, a landlord.
    PAYEE = "payee"


class Basis(StrEnum):
    """Why the law lets us hold it (UK GDPR, Article 6)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    LEGITIMATE_INTEREST = "legitimate_interest"


class Kept(StrEnum):
    """Which rule of the retention schedule ends it. The days of each are rows that administrators change."""

    # Requests that were begun and never sent.
    DRAFT = "draft"
    # Requests that were declined or withdrawn: the words; figures stay.
    DECLINED = "declined"
    # Who was helped and in which words: sooner than the money.
    IDENTITY = "identity"
    # Where something was brought to: gone at the step that says it is there, and soon after it was paid at the latest.
    DELIVERY = "delivery"
    # Bills, payments and contributions: six years after the end of the financial year (Companies Act, HMRC).
    MONEY = "money"
    # A gift's page and what belongs to it.
    DONOR = "donor"
    # An account that was disabled.
    ACCOUNT = "account"
    # Sessions, tries to sign in, invitations, one-time links.
    ACCESS = "access"
    # Letters and requests of people about their data; complaints.
    RIGHTS = "rights"
    # Contact of a collection point that has closed, and of readers who were stopped.
    CONTACT = "contact"
    # For as long as the ledger: references and codes that tell nothing by themselves.
    LEDGER = "ledger"


@dataclass(frozen=True, slots=True)
class Holding:
    """One column that tells something about a person."""

    table: str
    column: str
    whose: Whose
    # In plain words, for a person who asks.
    why: str
    basis: Basis
    kept: Kept
    # A pseudonym: a number or a keyed hash that tells who it is only together with something else.
    pseudonym: bool = False
    # Why it lies there unsealed, where it does and is no pseudonym. In plain words too.
    plain_because: str = ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """What one room holds: the columns about people, and, by table, those that are not about anybody."""

    holdings: tuple[Holding, ...]
    impersonal: dict[str, frozenset[str]]


def held(
    table: str,
    columns: str,
    *,
    whose: Whose,
    why: str,
    basis: Basis,
    kept: Kept,
    pseudonym: bool = False,
    plain_because: str = "",
) -> tuple[Holding, ...]:
    """Several columns of one table of which the same is to be said, with blanks between them."""
    return tuple(Holding(table, column, whose, why, basis, kept, pseudonym, plain_because) for column in columns.split())


def columns(names: str) -> frozenset[str]:
    """Columns that tell nothing about anybody, with blanks between them."""
    return frozenset(names.split())
