"""Addresses of donors who asked for it: kept for receipts, found again by, and let go. Never asked for here, never guessed at.

The address is the one that was written on Stripe's page. It is kept when somebody asks for their receipt by mail, with the choice
of not being told of anything else beside the button (soft opt-in, PECR regulation 22(3A), from 5 February 2026); every letter leads
to the page where that is changed and the address forgotten.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import DONOR
from fundapp.core.errors import NotFound, Refused
from fundapp.core.indexed import found_by
from fundapp.core.keys import Keys
from fundapp.core.language import gettext as _
from fundapp.core.language import language
from fundapp.giving.gift_aid.forgetting import forget_address
from fundapp.giving.letters.models import LetterAddress, LetterAsking, ReceiptAsked
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation
from fundapp.jobs import enqueue

# The links to somebody's gifts are sent again so often at the most, whoever asks.
FOUND_AGAIN_AFTER = timedelta(hours=6)
# What was asked and not answered by then is dropped.
ASKING_LIVES = timedelta(days=1)
# So many gifts stand in one letter, the newest; the page it leads to has them all.
MOST_IN_LETTER = 20


def token_of(keys: Keys, address_id: int) -> str:
    """The token of an address's own page."""
    return keys.link_token("letters", str(address_id))


def by_link(session: Session, keys: Keys, address_id: int, token: str) -> LetterAddress:
    """The address whose page this is. Raises NotFound, also once it was forgotten."""
    is_right = hmac.compare_digest(token_of(keys, address_id).encode(), token.encode())
    found = session.get(LetterAddress, address_id) if is_right and address_id < 2**63 else None
    if found is None:
        raise NotFound(_("There is no page at this address any more, or it is not whole."))
    return found


def keep(session: Session, *, donation: Donation, email: str, takes_news: bool) -> LetterAddress:
    """Keep an address for a gift's receipt, and have the receipt sent there. Somebody who said no to news before stays with no.

    Raises Refused for a gift that is not paid.
    """
    if donation.status is not Status.PAID:
        raise Refused(_("There is no receipt for this gift: it has not been paid."))
    now = clock.now()
    address = _found(session, email)
    if address is None:
        address = LetterAddress(email=email, takes_news=takes_news, said_at=now, language=language(), made_at=now, found_again_at=None)
        session.add(address)
    elif address.takes_news and not takes_news:
        address.takes_news, address.said_at = False, now
    session.flush()
    values = {"donation_id": donation.id, "address_id": address.id, "asked_at": now}
    asked = insert(ReceiptAsked).values(**values).on_conflict_do_nothing(index_elements=[ReceiptAsked.donation_id])
    if session.scalar(asked.returning(ReceiptAsked.donation_id)) is not None:
        record(session, actor=DONOR, kind=AuditKind.LETTERS_ASKED, subject=address.subject, facts={"gift": donation.subject})
        enqueue(session, "giving.send_asked_receipt", donation_id=str(donation.id))
    return address


def address_of(session: Session, donation: Donation) -> LetterAddress | None:
    """Where a gift's receipt was asked for, if it was."""
    return session.scalar(select(LetterAddress).join(ReceiptAsked).where(ReceiptAsked.donation_id == donation.id))


def change_news(session: Session, *, address: LetterAddress, takes_news: bool) -> None:
    """Say whether they may be told of the Fund's work."""
    if address.takes_news == takes_news:
        return
    address.takes_news, address.said_at = takes_news, clock.now()
    session.flush()
    record(
        session, actor=DONOR, kind=AuditKind.LETTERS_CHANGED, subject=address.subject, facts={"to": "news" if takes_news else "receipts"}
    )


def let_go(session: Session, *, address: LetterAddress) -> None:
    """Forget an address, and which gifts it was for. The gifts stay, under their own links."""
    subject = address.subject
    gifts = len(session.scalars(select(ReceiptAsked.donation_id).where(ReceiptAsked.address_id == address.id)).all())
    forget_address(session, address)
    session.flush()
    record(session, actor=DONOR, kind=AuditKind.LETTERS_FORGOTTEN, subject=subject, facts={"gifts": gifts})


def gifts_of(address_id: int) -> Select[Donation]:
    """The gifts whose receipt was asked for at an address, the newest first."""
    mine = select(ReceiptAsked.donation_id).where(ReceiptAsked.address_id == address_id)
    return select(Donation).where(Donation.id.in_(mine)).order_by(Donation.paid_at.desc(), Donation.id)


def told_of_news(session: Session) -> Sequence[LetterAddress]:
    """Everybody who may be told of the Fund's work. Whatever is sent to them leads to the page where they say no."""
    return session.scalars(select(LetterAddress).where(LetterAddress.takes_news).order_by(LetterAddress.id)).all()


def ask_again(session: Session, *, email: str) -> None:
    """Have the links to their gifts sent to whoever has this address, if we have it. The same is written either way."""
    asking = LetterAsking(address=email, language=language(), asked_at=clock.now())
    session.add(asking)
    session.flush()
    enqueue(session, "giving.find_gifts_again", asking_id=asking.id)


def whom_to_answer(session: Session, asking_id: int) -> LetterAddress | None:
    """Whom to write to about an asking: whoever has its address, unless they were written to lately. Else it is dropped."""
    asking = session.get(LetterAsking, asking_id)
    address = _found(session, asking.address) if asking else None
    lately = clock.now() - FOUND_AGAIN_AFTER
    if address is None or (address.found_again_at and address.found_again_at > lately):
        _drop(session, asking_id)
        return None
    return address


def answered(session: Session, asking_id: int, address_id: int) -> None:
    """Note that the links were sent, and drop the asking, with all that nobody answered for a day."""
    address = session.get(LetterAddress, address_id, with_for_update=True, populate_existing=True)
    if address is not None:
        address.found_again_at = clock.now()
    _drop(session, asking_id)


def _drop(session: Session, asking_id: int) -> None:
    is_over = LetterAsking.asked_at < clock.now() - ASKING_LIVES
    session.execute(delete(LetterAsking).where((LetterAsking.id == asking_id) | is_over))


def _found(session: Session, email: str) -> LetterAddress | None:
    return session.scalar(select(LetterAddress).where(found_by(session, LetterAddress.email_index, email)).with_for_update())
