"""What Gift Aid and letters to donors hold about people."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Kept, Whose, columns, held

# About whom, and on what basis.
_donor_by_law = partial(held, whose=Whose.DONOR, basis=Basis.LEGAL_OBLIGATION, kept=Kept.MONEY)
_donor_who_asked = partial(held, whose=Whose.DONOR, basis=Basis.CONTRACT, kept=Kept.DONOR)
_staff_by_law = partial(held, whose=Whose.STAFF, basis=Basis.LEGAL_OBLIGATION, kept=Kept.MONEY, pseudonym=True)

_DECLARED = marked("So that Gift Aid can be claimed on a gift, and it can be shown who declared it, in which words.")
_SAME_HAND = marked("So that a donor’s gifts and their declaration are known to belong together, without a name.")
_ASKED = marked("So that a receipt that was asked for arrives, and the way back to a gift can be sent again.")
_NEWS = marked("So that nobody is told of the Fund’s work who does not want it.")
_WHO = marked("Who entered what a donor said by phone or on paper.")
_OPAQUE = marked("It says which gifts and which days, and nobody’s name.")
_CHOICE = marked("It is a yes or a no, a day and a language.")

HOLDINGS = (
    *_donor_by_law("gift_aid_donor", "id", why=_SAME_HAND, pseudonym=True),
    *_donor_by_law("gift_aid_donor", "language", why=_SAME_HAND, plain_because=_OPAQUE),
    *_donor_by_law("gift_aid_gift", "donation_id donor_id", why=_SAME_HAND, pseudonym=True),
    *_donor_by_law("gift_aid_declaration", "donor_id donation_id details_hash", why=_DECLARED, pseudonym=True),
    *_donor_by_law("gift_aid_declaration", "details", why=_DECLARED),
    *_donor_by_law("gift_aid_declaration", "scope how from_on until_on made_on record_sent_on shown", why=_DECLARED, plain_because=_OPAQUE),
    *_donor_by_law("gift_aid_cancellation", "declaration_id", why=_DECLARED, pseudonym=True),
    *_donor_by_law("gift_aid_cancellation", "cancelled_on from_the_start", why=_DECLARED, plain_because=_OPAQUE),
    *_staff_by_law("gift_aid_declaration", "entered_by", why=_WHO),
    *_staff_by_law("gift_aid_cancellation", "entered_by", why=_WHO),
    *_donor_who_asked("letter_address", "email", why=_ASKED),
    *_donor_who_asked("letter_asking", "address", why=_ASKED),
    *_donor_who_asked("letter_asking", "language", why=_NEWS, plain_because=_CHOICE),
    *_donor_who_asked("letter_address", "email_index", why=_ASKED, pseudonym=True),
    *_donor_who_asked("letter_address", "takes_news said_at language", why=_NEWS, plain_because=_CHOICE),
    *_donor_who_asked("receipt_asked", "donation_id address_id", why=_ASKED, pseudonym=True),
)

IMPERSONAL = {
    "gift_aid_donor": columns("made_at"),
    "gift_aid_gift": columns("how linked_at"),
    "gift_aid_declaration": columns("id number made_at wording"),
    "gift_aid_cancellation": columns("cancelled_at"),
    "letter_address": columns("id made_at found_again_at"),
    "receipt_asked": columns("asked_at"),
    "letter_asking": columns("id asked_at"),
}
