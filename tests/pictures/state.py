"""A page in a state, as somebody sees it: what the list of every page (shown.py) is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.pictures.stage import Where


@dataclass(frozen=True, slots=True)
class Shown:
    """A page in a state, as somebody sees it. `address` is filled in from the stage's parts."""

    endpoint: str
    address: str
    state: str
    # Who looks: a name of the stage's, or nobody in particular.
    seat: str = ""
    where: Where = "town"
    status: int = 200
    # What is typed, chosen and pressed before the look is taken.
    typed: tuple[tuple[str, str], ...] = ()
    chosen: str = ""
    press: str = ""

    @property
    def name(self) -> str:
        """What a file about it is called."""
        words = f"{self.endpoint} {self.state} {self.seat or 'stranger'}"
        return "-".join("".join(letter if letter.isalnum() else " " for letter in words).split()).lower()


def wrong(endpoint: str, address: str, press: str, *typed: tuple[str, str], state: str = "nothing filled in", status: int = 422) -> Shown:
    """A form as it comes back with something to put right."""
    return Shown(endpoint, address, state, status=status, press=press, typed=typed)


def day_one(endpoint: str, address: str) -> Shown:
    """A page before anything has happened."""
    return Shown(endpoint, address, "on the first day", where="empty")


def seen_by(seat: str, *pages: Shown) -> tuple[Shown, ...]:
    """The same pages, looked at from a seat."""
    return tuple(replace(page, seat=seat) for page in pages)
