"""Pages of the person's own voice, and of comparing between agencies, in every state; tests/pictures/shown.py takes them up."""

from __future__ import annotations

from tests.pictures.state import Shown
from tests.pictures.state import day_one as _day_one
from tests.pictures.state import wrong as _wrong

FOR_ANYBODY = (
    Shown("person.door", "/person", "to be filled in"),
    _wrong("person.door", "/person", "Show what was asked", ("The code on your slip", "bcdfg hjkmn")),
    Shown("person.page", "/person/{slip_code}", "asked something, paused, taken back"),
    Shown("person.page", "/person/{quiet_slip_code}", "nothing asked, no story"),
    Shown("person.page", "/person/BCDFGHJKMNPQRTV", "no such slip", status=404),
    _wrong("person.page", "/person/{slip_code}", "Send the answer", state="an answer without words"),
    Shown("person_complaints.form", "/person/{slip_code}/complain", "to be filled in"),
    _wrong("person_complaints.form", "/person/{slip_code}/complain", "Send the complaint"),
)
FOR_WORKERS = (
    Shown("slips.show", "/requests/people/{slip_person}/slip", "one stands, compared"),
    Shown("slips.show", "/requests/people/{person}/slip", "none yet"),
    _wrong("slips.show", "/requests/people/{slip_person}/slip", "Make this slip void", state="void without a reason"),
    Shown("requests.show", "/requests/{asked_them}", "they are asked something"),
    Shown("requests.show", "/requests/{paused}", "paused by whom it is for"),
    Shown("comparing.ask", "/requests/{draft}/compare", "to be filled in"),
    _wrong("comparing.ask", "/requests/{draft}/compare", "Send it, compared"),
)
FOR_AUDITORS = (
    Shown("comparisons.made", "/comparisons", "with some"),
    _day_one("comparisons.made", "/comparisons"),
)
