"""Reading Gift Aid: what a donor declared and for which gifts, and finance's list, which holds counts and references alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.audit.models import AuditEvent
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.giving.gift_aid import details as details_
from fundapp.giving.gift_aid.covering import Cover, Held, covers_all, declarations_of
from fundapp.giving.gift_aid.details import Details
from fundapp.giving.gift_aid.models import GiftAidCancellation, GiftAidDeclaration, GiftAidGift, How, Scope
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation
from fundapp.giving.monthly.models import PledgeGift

TO_CLAIM = "to_claim"
LONGEST_REASON = 500
SCOPE_WORDS = {
    Scope.GIFT: marked("One gift alone"),
    Scope.FUTURE: marked("From then on"),
    Scope.PAST_AND_FUTURE: marked("Four years back, and from then on"),
}
HOW_WORDS = {How.ONLINE: marked("On the gift’s page"), How.ORAL: marked("By phone"), How.PAPER: marked("On paper")}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a donor declared, newest first, as their own page tells it."""

    donor_id: int
    held: list[Held]
    details: Details | None

    @property
    def newest(self) -> GiftAidDeclaration:
        """The declaration that holds, or held last."""
        return self.held[0].declaration

    @property
    def cancelled(self) -> GiftAidCancellation | None:
        """Its cancellation, if there is one."""
        return self.held[0].cancelled

    @property
    def is_enduring(self) -> bool:
        """Whether gifts still to come are under it."""
        return self.cancelled is None and self.newest.until_on is None


def standing(session: Session, donor_id: int) -> Standing:
    """What a donor declared. Raises NotFound for somebody who declared nothing."""
    held = declarations_of(session, [donor_id]).get(donor_id)
    if not held:
        raise NotFound(_("There is no declaration at this address. Check that you have all of it."))
    return Standing(donor_id, held, details_.opened(held[0].declaration.details))


def gifts_of(donor_id: int) -> Select[Donation]:
    """The paid gifts that are known to be a donor's, each month of a monthly one among them, the newest first, for paging."""
    linked = select(GiftAidGift.donation_id).where(GiftAidGift.donor_id == donor_id)
    elsewhere = select(GiftAidGift.donation_id).where(GiftAidGift.donor_id != donor_id)
    pledges = select(PledgeGift.pledge_id).where(PledgeGift.donation_id.in_(linked))
    months = select(PledgeGift.donation_id).where(PledgeGift.pledge_id.in_(pledges), PledgeGift.donation_id.not_in(elsewhere))
    mine = Donation.id.in_(linked) | Donation.id.in_(months)
    return select(Donation).where(mine, Donation.status == Status.PAID).order_by(Donation.paid_at.desc(), Donation.id)


def covers_of(session: Session, donations: Sequence[Donation]) -> dict[UUID, Cover]:
    """How each of these stands."""
    return covers_all(session, donations)


def all_declarations() -> Select[GiftAidDeclaration]:
    """Every declaration, the newest first, for finance's list."""
    return select(GiftAidDeclaration).order_by(GiftAidDeclaration.made_at.desc(), GiftAidDeclaration.id.desc())


def declaration(session: Session, declaration_id: int) -> GiftAidDeclaration:
    """One. Raises NotFound."""
    found = session.get(GiftAidDeclaration, declaration_id)
    if found is None:
        raise NotFound(_("There is no declaration of that number."))
    return found


def gift_counts(session: Session, donor_ids: Sequence[int]) -> dict[int, int]:
    """How many gifts are linked to each of these donors."""
    rows = session.execute(
        select(GiftAidGift.donor_id, func.count()).where(GiftAidGift.donor_id.in_(donor_ids)).group_by(GiftAidGift.donor_id)
    )
    return {donor_id: count for donor_id, count in rows}  # noqa: C416


def cancelled_on(session: Session, ids: Sequence[int]) -> dict[int, date]:
    """Which of these declarations were cancelled, and when."""
    rows = session.execute(
        select(GiftAidCancellation.declaration_id, GiftAidCancellation.cancelled_on).where(GiftAidCancellation.declaration_id.in_(ids))
    )
    return {declaration_id: on for declaration_id, on in rows}  # noqa: C416


def is_open_to(session: Session, actor: Actor, found: GiftAidDeclaration) -> bool:
    """Whether somebody has said today why they open this declaration."""
    told = select(AuditEvent.id).where(
        AuditEvent.subject == found.subject,
        AuditEvent.kind == AuditKind.GIFT_AID_READ.value,
        AuditEvent.actor == actor.reference,
        AuditEvent.at >= clock.start_of(clock.today()),
    )
    return session.scalar(told.limit(1)) is not None


def open_to_read(session: Session, *, actor: Actor, declaration_id: int, words: str) -> None:
    """Open who declared, for one reader until the day ends. Raises NotAllowed, NotFound, Refused without a reason."""
    if not actor.has(Role.FINANCE, Role.AUDITOR):
        raise NotAllowed(_("Only finance and auditors open a declaration."))
    if not words.strip() or len(words) > LONGEST_REASON:
        raise Refused(_("Say why you open it, in up to %(most)d letters.") % {"most": LONGEST_REASON})
    found = declaration(session, declaration_id)
    audit.record(
        session, actor=actor, kind=AuditKind.GIFT_AID_READ, subject=found.subject, facts={"purpose": TO_CLAIM}, words=words.strip()
    )


def is_as_declared(found: GiftAidDeclaration) -> bool:
    """Whether the sealed details are those that were declared; so are those that were forgotten."""
    return not found.details or details_.hash_of(found.details) == found.details_hash
