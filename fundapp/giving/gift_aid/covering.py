"""Which gifts Gift Aid may be claimed on, each with its reason: what finance's claims ask.

A gift is covered when one person gave it of their own money, it is linked to the donor who declared, one of their declarations holds
for its London day, and something of it is left. Days, not moments, decide where a declaration begins: a gift that was made a minute
before it, or the evening before, is the very gift it names. Only on the day of a cancellation the moment decides: what was given
before it stays covered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from fundapp.core import clock
from fundapp.giving.elsewhere.models import GiftElsewhere
from fundapp.giving.gift_aid.models import GiftAidCancellation, GiftAidDeclaration, GiftAidGift
from fundapp.giving.lifecycle import Source, Status
from fundapp.giving.models import Donation
from fundapp.giving.monthly.models import PledgeGift
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from fundapp.ledger.queries import EntryView

# Basic rate of 20%: what the tax office adds is a quarter of what was given (Income Tax Act 2007 s.414; HMRC, Gift Aid).
AID_DIVISOR = 4
# Accounts from which what is left of a gift follows: what came, what went back, what a bank took or holds.
_KEEPS = (chart.DONATIONS, chart.REFUNDS, chart.CHARGEBACKS, chart.DISPUTED)


class Why(StrEnum):
    """Why a gift is covered, or not."""

    COVERED = "covered"
    NOT_PAID = "not-paid"
    # A company's, a club's, a tin's: Gift Aid is for gifts of individuals alone.
    NOT_INDIVIDUAL = "not-individual"
    NO_DECLARATION = "no-declaration"
    # The declaration is for one other gift, or begins later.
    OUTSIDE = "outside"
    CANCELLED = "cancelled"
    NOTHING_LEFT = "nothing-left"


@dataclass(frozen=True, slots=True)
class Cover:
    """How a gift stands to Gift Aid."""

    why: Why
    # What of the gift is left with us: given, less given back, less what a bank took back or holds. The card company's fee stays in.
    left_pence: int = 0
    donor_id: int | None = None
    declaration_id: int | None = None

    @property
    def is_covered(self) -> bool:
        """Whether it may be claimed on."""
        return self.why is Why.COVERED

    @property
    def aid_pence(self) -> int:
        """What the tax office adds, if it is covered."""
        return self.left_pence // AID_DIVISOR if self.is_covered else 0


@dataclass(frozen=True, slots=True)
class Held:
    """A declaration with what ended it, if anything did."""

    declaration: GiftAidDeclaration
    cancelled: GiftAidCancellation | None
    # The day from which the donor's next declaration holds instead.
    followed_on: date | None

    @property
    def is_undone(self) -> bool:
        """Whether it never counted: one by phone that was cancelled within its 30 days."""
        return self.cancelled is not None and self.cancelled.from_the_start

    def holds_for(self, donation: Donation) -> Why:
        """Whether it is for this gift: covered, outside, or cancelled before it was given."""
        given_on = clock.day_of(donation.paid_at or donation.created_at)
        if self.declaration.donation_id != donation.id and not self._spans(given_on):
            return Why.OUTSIDE
        if self.is_undone or (self.cancelled and _after(donation, self.cancelled)):
            return Why.CANCELLED
        return Why.COVERED

    def _spans(self, given_on: date) -> bool:
        if self.declaration.until_on is not None:
            # For the one gift that it names.
            return False
        return self.declaration.from_on <= given_on and (self.followed_on is None or given_on < self.followed_on)


def covers(session: Session, donation: Donation, *, left_pence: int | None = None) -> Cover:
    """Whether Gift Aid may be claimed on a gift, and why. What is left of it is read from the ledger where it is not known yet."""
    known = None if left_pence is None else {donation.id: left_pence}
    return covers_all(session, [donation], left=known)[donation.id]


def covers_all(session: Session, donations: Sequence[Donation], *, left: Mapping[UUID, int] | None = None) -> dict[UUID, Cover]:
    """The same of many gifts, in as many statements as of one."""
    donors = donors_of(session, donations)
    held = declarations_of(session, set(donors.values()))
    companies = _not_individuals(session, donations)
    known = _left(session, donations) if left is None else left
    return {
        one.id: Cover(Why.NOT_PAID)
        if one.status is not Status.PAID
        else Cover(Why.NOT_INDIVIDUAL)
        if one.id in companies
        else _cover(one, donors.get(one.id), held, known[one.id])
        for one in donations
    }


def _left(session: Session, donations: Sequence[Donation]) -> dict[UUID, int]:
    entries = ledger.entries_about(session, [one.subject for one in donations])
    return {one.id: left_of(entries.get(one.subject, ())) for one in donations}


def donors_of(session: Session, donations: Sequence[Donation]) -> dict[UUID, int]:
    """Who declared for these gifts, as far as we know: on a gift's own page, by number or by hand; or on another month's page.

    All months of one monthly gift are of one donor, who declares once.
    """
    asked = [one.id for one in donations]
    links = select(GiftAidGift.donation_id, GiftAidGift.donor_id).where(GiftAidGift.donation_id.in_(asked))
    found = {row.donation_id: row.donor_id for row in session.execute(links)}
    months = [one.id for one in donations if one.source is Source.MONTHLY and one.id not in found]
    return found | _by_pledge(session, months) if months else found


def _by_pledge(session: Session, months: Sequence[UUID]) -> dict[UUID, int]:
    mine, other = aliased(PledgeGift), aliased(PledgeGift)
    statement = (
        select(mine.donation_id, GiftAidGift.donor_id)
        .join(other, other.pledge_id == mine.pledge_id)
        .join(GiftAidGift, GiftAidGift.donation_id == other.donation_id)
        .where(mine.donation_id.in_(months))
        .order_by(mine.donation_id, GiftAidGift.linked_at.desc(), GiftAidGift.donation_id.desc())
    )
    # Where several months were linked, the first link holds.
    return {row.donation_id: row.donor_id for row in session.execute(statement)}


def declarations_of(session: Session, donor_ids: Iterable[int]) -> dict[int, list[Held]]:
    """Each donor's declarations, the newest first, with what ended them."""
    asked = set(donor_ids)
    if not asked:
        return {}
    statement = (
        select(GiftAidDeclaration, GiftAidCancellation)
        .outerjoin(GiftAidCancellation, GiftAidCancellation.declaration_id == GiftAidDeclaration.id)
        .where(GiftAidDeclaration.donor_id.in_(asked))
        .order_by(GiftAidDeclaration.donor_id, GiftAidDeclaration.number.desc())
    )
    found: dict[int, list[Held]] = {}
    followed: dict[int, date] = {}
    for declaration, cancelled in session.execute(statement):
        donor_id = declaration.donor_id
        one = Held(declaration, cancelled, followed.get(donor_id))
        found.setdefault(donor_id, []).append(one)
        if declaration.until_on is None and not one.is_undone:
            # Whatever the next one looks back on, the one before it holds until the day the next was made.
            followed[donor_id] = declaration.made_on
    return found


def left_of(entries: Iterable[EntryView]) -> int:
    """What is left of a gift by the ledger, in pence, and never below nothing."""
    return max(0, sum(change_of(entry) for entry in entries))


def change_of(entry: EntryView) -> int:
    """By how much an entry changes what is left of its gift, in pence."""
    return sum(((line.credit in _KEEPS) - (line.debit in _KEEPS)) * line.amount_pence for line in entry.lines)


def four_years_before(day: date) -> date:
    """The first day of the past four years (ITA 2007 s.428: HMRC's model wording says “the past 4 years”)."""
    try:
        return day.replace(year=day.year - 4)
    except ValueError:
        return day.replace(year=day.year - 4, day=28) + timedelta(days=1)


def _cover(donation: Donation, donor_id: int | None, held: Mapping[int, list[Held]], left_pence: int) -> Cover:
    if donor_id is None:
        return Cover(Why.NO_DECLARATION, left_pence)
    reasons = [(one.holds_for(donation), one.declaration.id) for one in held.get(donor_id, ())]
    for why, declaration_id in reasons:
        if why is Why.COVERED:
            return Cover(why if left_pence else Why.NOTHING_LEFT, left_pence, donor_id, declaration_id)
    # Of those that do not hold, the one that once did says more.
    why = Why.CANCELLED if any(why is Why.CANCELLED for why, _ in reasons) else Why.OUTSIDE
    return Cover(why, left_pence, donor_id)


def _after(donation: Donation, cancelled: GiftAidCancellation) -> bool:
    given_at = donation.paid_at or donation.created_at
    given_on = clock.day_of(given_at)
    return given_on > cancelled.cancelled_on or (given_on == cancelled.cancelled_on and given_at > cancelled.cancelled_at)


def _not_individuals(session: Session, donations: Sequence[Donation]) -> frozenset[UUID]:
    """Of gifts made elsewhere, those that nobody entered as one person's own."""
    elsewhere = {one.id for one in donations if one.source is Source.ELSEWHERE}
    if not elsewhere:
        return frozenset()
    theirs = select(GiftElsewhere.donation_id).where(GiftElsewhere.donation_id.in_(elsewhere), GiftElsewhere.is_individual)
    return frozenset(elsewhere - set(session.scalars(theirs)))
