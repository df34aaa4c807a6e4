"""Pages without a signal, and of photos and places beside a request, in every state; tests/pictures/shown.py takes them up."""

from __future__ import annotations

from tests.pictures.state import Shown
from tests.pictures.state import wrong as _wrong

FOR_WORKERS = (
    Shown("phone.without_signal", "/without-signal", "nothing on this phone"),
    Shown("delivering.show", "/requests/{draft}/delivery", "to be filled in"),
    _wrong("delivering.show", "/requests/{draft}/delivery", "Keep the address"),
    Shown("delivering.show", "/requests/{brought}/delivery", "written down"),
    Shown("delivering.show", "/requests/{declined}/delivery", "nothing is brought any more"),
    Shown("picturing.of_request", "/requests/{draft}/photos", "none yet"),
    _wrong("picturing.of_request", "/requests/{draft}/photos", "Add the photo"),
    Shown("picturing.of_request", "/requests/{pictured}/photos", "two of three"),
    Shown("picturing.of_request", "/requests/{brought}/photos", "three, and sent"),
    Shown("picturing.of_request", "/requests/{declined}/photos", "none, and too late"),
    Shown("requests.show", "/requests/{brought}", "with photos and a place to bring it to"),
)
FOR_FINANCE = (
    Shown("delivery_desk.read", "/payouts/{brought}/delivery", "written down"),
    Shown("delivery_desk.read", "/payouts/{agreed}/delivery", "none"),
    Shown("payouts.show", "/payouts/{brought}", "with a place to bring it to"),
)
