"""Gift Aid: declaring, following a declaration by another, cancelling, and adding a gift to one that was made.

Nothing is edited. What holds for a gift is worked out from all of it, by day (covering.py).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock, turns
from fundapp.core.actor import DONOR, Actor
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.keys import Keys
from fundapp.core.language import gettext as _
from fundapp.core.language import language
from fundapp.core.roles import Role
from fundapp.giving.gift_aid import details as details_
from fundapp.giving.gift_aid import wording
from fundapp.giving.gift_aid.covering import Cover, Held, Why, covers, declarations_of, four_years_before
from fundapp.giving.gift_aid.details import Details
from fundapp.giving.gift_aid.models import GiftAidCancellation, GiftAidDeclaration, GiftAidDonor, GiftAidGift, How, Link, Scope
from fundapp.giving.models import Donation
from fundapp.people import queries as people

# After the written record of a declaration by phone, so long it can be undone from the start (SI 2000/2074 as HMRC tells it).
UNDONE_WITHIN = timedelta(days=30)
# Crockford's letters, as on posters: read aloud and typed without mistakes.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NUMBER_LENGTH = 12
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})


@dataclass(frozen=True, slots=True)
class Spoken:
    """A declaration that somebody made by phone or on paper, as finance enters it."""

    how: How
    made_on: date
    # When its written record was sent, for one by phone.
    record_sent_on: date | None = None


def token_of(keys: Keys, donor_id: int) -> str:
    """The token of the page on which a donor sees and cancels what they declared."""
    return keys.link_token("gift-aid", str(donor_id))


def number_of(keys: Keys, donor_id: int) -> str:
    """What a donor writes on another gift's page, so that it is covered too: "417-7K4M-2ABC-9QXZ". It opens nothing."""
    bits = int.from_bytes(keys.mac("gift-aid-number", str(donor_id))[:8], "big")
    letters = "".join(_LETTERS[(bits >> (5 * place)) & 31] for place in range(_NUMBER_LENGTH))
    return "-".join((str(donor_id), letters[:4], letters[4:8], letters[8:]))


def donor_by_link(session: Session, keys: Keys, donor_id: int, token: str) -> GiftAidDonor:
    """The donor whose page this is. Raises NotFound."""
    found = session.get(GiftAidDonor, donor_id) if hmac.compare_digest(token_of(keys, donor_id).encode(), token.encode()) else None
    if found is None:
        raise NotFound(_("There is no declaration at this address. Check that you have all of it."))
    return found


def declare(session: Session, *, donation_id: UUID, scope: Scope, details: Details) -> GiftAidDeclaration:
    """Declare on a gift's own page. The same again, where the gift is covered already, is the declaration there is.

    Raises Refused for a gift that Gift Aid is not for, and for details that the tax office would not take.
    """
    donation = _held(session, donation_id)
    cover = covers(session, donation)
    if cover.is_covered and cover.declaration_id:
        return session.get_one(GiftAidDeclaration, cover.declaration_id)
    _must_be_declarable(donation, cover)
    donor = _donor_of(session, donation, cover, Link.GIFT, DONOR)
    return _write(session, donor, scope=scope, details=details, donation=donation, actor=DONOR)


def enter(session: Session, *, actor: Actor, donation_id: UUID, scope: Scope, details: Details, spoken: Spoken) -> GiftAidDeclaration:
    """Enter a declaration that was made by phone or on paper. Raises NotAllowed, Refused as above and for days that cannot be."""
    if not actor.has(Role.FINANCE) or actor.user_id is None:
        raise NotAllowed(_("Only a finance officer enters a declaration."))
    sent_on = spoken.record_sent_on
    if spoken.how is How.ONLINE or spoken.made_on > clock.today() or (spoken.how is How.ORAL) != (sent_on is not None):
        raise Refused(_("Say whether it was by phone or on paper, and on which day. By phone it counts once its written record was sent."))
    if sent_on is not None and not spoken.made_on <= sent_on <= clock.today():
        raise Refused(_("The written record is sent after the call, and was sent by today."))
    donation = _held(session, donation_id)
    cover = covers(session, donation)
    if cover.is_covered:
        raise Refused(_("A declaration covers this gift already."))
    _must_be_declarable(donation, cover)
    donor = _donor_of(session, donation, cover, Link.FINANCE, actor)
    return _write(session, donor, scope=scope, details=details, donation=donation, actor=actor, spoken=spoken)


def follow(session: Session, *, donor_id: int, number: int, scope: Scope, details: Details) -> GiftAidDeclaration:
    """Let another declaration take the place of the newest from today on: another name, another home, other gifts.

    `number` is the newest that the donor saw: the same form again is the same declaration. Raises Refused as above.
    """
    donor = _held_donor(session, donor_id)
    newest = declarations_of(session, [donor_id])[donor_id][0].declaration
    if newest.number == number + 1:
        return newest
    if newest.number != number:
        raise Refused(_("It was changed a moment ago. Look at it again."))
    if scope is Scope.GIFT:
        raise Refused(_("A declaration for one gift alone is made on that gift’s own page."))
    return _write(session, donor, scope=scope, details=details, donation=None, actor=DONOR)


def cancel(session: Session, *, donor_id: int, actor: Actor = DONOR) -> None:
    """Cancel from now on: gifts already made stay covered. One by phone, in its 30 days, is undone from the start.

    Again, it changes nothing. Raises Refused where nothing is left to cancel, NotAllowed for anybody but the donor and finance.
    """
    if actor is not DONOR and not actor.has(Role.FINANCE):
        raise NotAllowed(_("Only a finance officer cancels for a donor."))
    _held_donor(session, donor_id)
    mine = declarations_of(session, [donor_id]).get(donor_id, [])
    if mine and mine[0].cancelled is not None:
        return
    found = next((one for one in mine if one.cancelled is None and (one.declaration.until_on is None or is_undoable(one))), None)
    if found is None:
        raise Refused(_("It is for one gift alone, and that is made: there is nothing left to cancel."))
    cancelled = GiftAidCancellation(
        declaration_id=found.declaration.id,
        cancelled_on=clock.today(),
        cancelled_at=clock.now(),
        from_the_start=is_undoable(found),
        entered_by=actor.user_id,
    )
    session.add(cancelled)
    session.flush()
    facts = {"reach": "from-the-start" if cancelled.from_the_start else "from-now-on"}
    record(session, actor=actor, kind=AuditKind.GIFT_AID_CANCELLED, subject=found.declaration.subject, facts=facts)


def is_undoable(held: Held) -> bool:
    """Whether cancelling it today undoes it from the start: by phone, within 30 days of its written record, and never else."""
    sent_on = held.declaration.record_sent_on
    return held.declaration.how is How.ORAL and sent_on is not None and clock.today() <= sent_on + UNDONE_WITHIN


def add_gift(session: Session, *, keys: Keys, donation_id: UUID, typed: str) -> int:
    """Link a gift to the donor whose number was written on its page, and answer who that is.

    Raises Refused for a number that is not right, for a gift of another donor, and where no declaration of theirs covers it.
    """
    donation = _held(session, donation_id)
    donor_id = _donor_by_number(session, keys, typed)
    cover = covers(session, donation)
    if cover.donor_id == donor_id:
        return donor_id
    _must_be_declarable(donation, cover)
    if cover.donor_id is not None:
        raise Refused(_("This gift belongs to another declaration already."))
    if not any(one.holds_for(donation) is Why.COVERED for one in declarations_of(session, [donor_id]).get(donor_id, ())):
        raise Refused(_("That declaration does not cover this gift. Make one for it here."))
    _link(session, donation, donor_id, Link.NUMBER, DONOR)
    return donor_id


def _must_be_declarable(donation: Donation, cover: Cover) -> None:
    if cover.why is Why.NOT_PAID:
        raise Refused(_("This gift has not been paid, so there is nothing to add to."))
    if cover.why is Why.NOT_INDIVIDUAL:
        raise Refused(_("Gift Aid is for gifts that one person made of their own money."))
    if not cover.left_pence:
        raise Refused(_("Nothing of this gift is left with the Fund, so there is nothing to add to."))
    if is_too_old(donation):
        raise Refused(_("Gift Aid can be added for four years. This gift is older."))


def is_too_old(donation: Donation) -> bool:
    """Whether a gift was made before the past four years."""
    return clock.day_of(donation.paid_at or donation.created_at) < four_years_before(clock.today())


def _write(
    session: Session,
    donor: GiftAidDonor,
    *,
    scope: Scope,
    details: Details,
    donation: Donation | None,
    actor: Actor,
    spoken: Spoken | None = None,
) -> GiftAidDeclaration:
    if faults := details_.faults(details):
        raise Refused(" ".join(faults.values()))
    made_on = spoken.made_on if spoken else clock.today()
    given_on = clock.day_of(donation.paid_at or donation.created_at) if donation else made_on
    kept = details_.sealed(details)
    before = declarations_of(session, [donor.id]).get(donor.id, [])
    declaration = GiftAidDeclaration(
        donor_id=donor.id,
        number=before[0].declaration.number + 1 if before else 1,
        scope=scope,
        donation_id=donation.id if donation else None,
        how=spoken.how if spoken else How.ONLINE,
        from_on={Scope.GIFT: given_on, Scope.FUTURE: made_on, Scope.PAST_AND_FUTURE: four_years_before(made_on)}[scope],
        until_on=given_on if scope is Scope.GIFT else None,
        made_on=made_on,
        made_at=clock.now(),
        record_sent_on=spoken.record_sent_on if spoken else None,
        wording=wording.NEWEST,
        shown=wording.shown(scope, amount_pence=donation.amount_pence if donation else None, charity=_charity(session)),
        details=kept,
        details_hash=details_.hash_of(kept),
        entered_by=actor.user_id,
    )
    session.add(declaration)
    session.flush()
    facts = {"scope": scope.value, "how": declaration.how.value, "number": declaration.number, "wording": declaration.wording}
    record(session, actor=actor, kind=AuditKind.GIFT_AID_DECLARED, subject=declaration.subject, facts=facts)
    return declaration


def _donor_of(session: Session, donation: Donation, cover: Cover, how: Link, actor: Actor) -> GiftAidDonor:
    """Whoever the gift belongs to already, or somebody new."""
    if cover.donor_id is not None:
        return _held_donor(session, cover.donor_id)
    donor = GiftAidDonor(language=language(), made_at=clock.now())
    session.add(donor)
    session.flush()
    _link(session, donation, donor.id, how, actor)
    return donor


def _link(session: Session, donation: Donation, donor_id: int, how: Link, actor: Actor) -> None:
    session.add(GiftAidGift(donation_id=donation.id, donor_id=donor_id, how=how, linked_at=clock.now()))
    session.flush()
    record(session, actor=actor, kind=AuditKind.GIFT_AID_LINKED, subject=donation.subject, facts={"how": how.value, "donor": donor_id})


def _donor_by_number(session: Session, keys: Keys, typed: str) -> int:
    """The donor of a number, from the ways people type it. The same sentence whatever is wrong with it."""
    kept = "".join(one for one in typed.upper().translate(_READ_AS) if one.isascii() and one.isalnum())
    which, letters = kept[:-_NUMBER_LENGTH], kept[-_NUMBER_LENGTH:]
    if which.isdigit() and len(which) <= 15:
        expected = number_of(keys, int(which)).partition("-")[2].replace("-", "")
        is_right = hmac.compare_digest(expected.encode(), letters.encode())
        if is_right and session.get(GiftAidDonor, int(which)) is not None:
            return int(which)
    raise Refused(_("We know no declaration of that number. It stands on your declaration’s page, like 417-7K4M-2ABC-9QXZ."))


def _held(session: Session, donation_id: UUID) -> Donation:
    statement = select(Donation).where(Donation.id == donation_id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement).one()


def _held_donor(session: Session, donor_id: int) -> GiftAidDonor:
    # The row itself may not be written and so not be locked. In turn, so that two declarations never pass each other.
    turns.take(session, f"gift-aid-donor:{donor_id}")
    return session.get_one(GiftAidDonor, donor_id)


def _charity(session: Session) -> str:
    return people.fund_holder(session).charity_name
