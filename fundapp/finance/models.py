"""Money from partner services and grant-makers, and what was found about funds that were taken below what they had."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.core.language import marked
from fundapp.core.sealed import SealedText
from fundapp.ledger.models import Entry


class Contribution(Base):
    """What a partner service or a grant-maker paid in. The money itself stands in the ledger as `contribution:ID`."""

    __tablename__ = "contribution"
    __table_args__ = (
        CheckConstraint("amount_pence > 0", name="amount_positive", info={"sentence": marked("A contribution is more than nothing.")}),
        UniqueConstraint("once_key"),
        Index("ix_contribution_received_on_id", "received_on", "id"),
        # A wrong one is put right by a reversal in the ledger, never by editing this row: its words are sealed anew, under another key.
        {"info": {"app_role": "SELECT, INSERT, UPDATE (received_from, bank_reference)"}},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    # Made with the form and sent back by it, so that a double click is one contribution.
    once_key: Mapped[str]
    # An organisation's name as it stands on the bank statement. Never a person's: gifts of people come through giving.
    received_from: Mapped[str] = mapped_column(SealedText("contribution.received_from"))
    fund_code: Mapped[str]
    amount_pence: Mapped[int]
    received_on: Mapped[date]
    # The bank's reference, by which the statement line is found again.
    bank_reference: Mapped[str] = mapped_column(SealedText("contribution.bank_reference"))
    entered_by: Mapped[int]
    entered_at: Mapped[datetime]


# The few entries that took a fund below what it had are found without reading all the others.
FORCED = Index("ix_entry_forced", Entry.id, postgresql_where=Entry.forced)


class ShortfallClosed(Base):
    """Somebody looked into an entry that took a fund below what it had. What they found lies with the audit line, erasable.

    The alarm itself is the ledger's entry: it is open until there is a row here, so that none can be missed, whoever wrote it.
    """

    __tablename__ = "shortfall_closed"
    __table_args__ = ({"info": {"app_role": "SELECT, INSERT"}},)

    entry_number: Mapped[int] = mapped_column(ForeignKey("entry.number"), primary_key=True, autoincrement=False)
    closed_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[datetime]
