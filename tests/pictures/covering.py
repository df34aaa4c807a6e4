"""Whether the list of pages and the URL map say the same."""

from __future__ import annotations

from fundapp import create_app
from fundapp.config import Settings
from tests.pictures.shown import EVERY, NOT_PAGES


def uncovered(settings: Settings) -> list[str]:
    """What is in one and not in the other, a sentence each. The app is a new one: the stage's has addresses of its own."""
    app = create_app(settings)
    there = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())}
    shown, others = {one.endpoint for one in EVERY if one.endpoint}, set(NOT_PAGES)
    where = "tests/pictures/shown.py"
    return [
        *(
            f"{name} is in the URL map, and {where} neither shows it nor says that it is no page."
            for name in sorted(there - shown - others)
        ),
        *(f"{where} names {name}, which is not in the URL map." for name in sorted((shown | others) - there)),
        *(f"{where} shows {name} and says that it is no page." for name in sorted(shown & others)),
        *(f"{where} has two pages of the name {name}." for name in sorted(_twice())),
    ]


def _twice() -> set[str]:
    names = [one.name for one in EVERY]
    return {name for name in names if names.count(name) > 1}
