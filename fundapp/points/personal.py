"""What this room holds about people, column by column (core/personal.py)."""

from __future__ import annotations

from functools import partial

from fundapp.core.language import marked
from fundapp.core.personal import Basis, Inventory, Kept, Whose, columns, held

_HOST = marked("So that we can speak to whoever answers for the place where our poster hangs.")
_AGREED = marked("So that it can be shown who agreed to host our poster, as the Code of Fundraising Practice asks.")
_SEEN = marked("So that we can look into what somebody noticed about a poster.")
_WHO = marked("So that it can be seen who looked into it.")

_of_host = partial(held, whose=Whose.HOST, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.CONTACT)
_by_staff = partial(held, whose=Whose.STAFF, why=_WHO, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.ACCOUNT, pseudonym=True)

INVENTORY = Inventory(
    holdings=(
        *_of_host("collection_point", "contact_name contact_details", why=_HOST),
        *_of_host("host_agreement", "signed_by", why=_AGREED),
        *_of_host("host_offer", "contact_name contact_details", why=_HOST),
        *_of_host("host_wish", "words", why=_HOST),
        *held("point_report", "words done", whose=Whose.WRITER, why=_SEEN, basis=Basis.LEGITIMATE_INTEREST, kept=Kept.CONTACT),
        *_by_staff("point_report", "ended_by"),
        *_by_staff("host_offer", "ended_by"),
        *_by_staff("host_wish", "ended_by"),
    ),
    impersonal={
        # A business and where it is: the poster says both.
        "collection_point": columns("id code name business address agreed_on opened_at closed_at host_id replaced_by_id"),
        "host": columns("id since link_version"),
        "agreement_text": columns("version words published_at"),
        "host_agreement": columns("id host_id text_version agreed_on recorded_at"),
        # As on the poster that is offered a place.
        "host_offer": columns("id form_key place business address text_version received_at answer point_id ended_at"),
        "host_wish": columns("id form_key host_id wish point_id received_at answer ended_at"),
        # How many, on which day, at which place: nobody's.
        "point_visit": columns("point_id day visits"),
        "point_report": columns("id form_key point_id code trouble received_at outcome ended_at"),
    },
)
