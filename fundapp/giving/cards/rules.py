"""How many declined cards are normal, and from when on somebody who gives is asked a question, slowed or stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from fundapp.core.language import marked
from fundapp.rulebook import queries as rulebook
from fundapp.rulebook.rulesets import RuleSet, Unit, rule

# Declines count for an hour.
WINDOW = timedelta(hours=1)
# A block of networks (an IPv6 site, a block of IPv4 addresses) stands for several homes.
HOMES_IN_A_BLOCK = 4


@dataclass(frozen=True, slots=True)
class CardRules:
    """The rules in force."""

    # A queue behind one shop's Wi-Fi passes, and a mobile company's many phones behind one address.
    gifts_per_network: int = rule(
        300, marked("Gifts that one network can begin in ten minutes"), Unit.HOW_MANY, least=60, most=2_000, by_two=False
    )
    halved_by_declines: int = rule(
        5, marked("Declines in an hour that halve what a network can begin"), Unit.HOW_MANY, least=2, most=50, by_two=False
    )
    asked_from_declines: int = rule(
        5, marked("Declines in an hour from which a network is asked a question first"), Unit.HOW_MANY, least=2, most=50, by_two=False
    )
    asked_from_declines_anywhere: int = rule(
        40, marked("Declines in an hour, anywhere, from which everybody is asked"), Unit.HOW_MANY, least=10, most=1_000, by_two=False
    )
    declines_per_page: int = rule(4, marked("Declines after which a payment page is closed"), Unit.HOW_MANY, least=2, most=20, by_two=False)
    gifts_per_card: int = rule(
        3, marked("Gifts at which one card may be declined in an hour"), Unit.HOW_MANY, least=2, most=20, by_two=False
    )
    small_pence: int = rule(
        500, marked("Up to this amount a declined gift is a small one"), Unit.PENCE, least=100, most=10_000, by_two=False
    )
    alarm_from_small_declines: int = rule(
        15, marked("Small declines in an hour that raise the alarm"), Unit.HOW_MANY, least=5, most=500, by_two=False
    )

    def gifts_after(self, declines: int, *, homes: int = 1) -> int:
        """How many gifts may be begun in ten minutes after so many declines: all, then half, then a quarter, at last none."""
        return (self.gifts_per_network * homes) >> min(declines // (self.halved_by_declines * homes), 60)

    def is_hot(self, near: int, block: int, anywhere: int) -> bool:
        """Whether a question comes first, after so many declines from a network, its block, and anywhere."""
        here = near >= self.asked_from_declines or block >= self.asked_from_declines * HOMES_IN_A_BLOCK
        return here or anywhere >= self.asked_from_declines_anywhere


RULES = RuleSet(
    code="card-testing",
    name=marked("When cards are tried out"),
    hint=marked("Stolen cards are tried out with small gifts. What is normal, and from when on it grows strict."),
    kind=CardRules,
)


def now(session: Session) -> CardRules:
    """The rules in force."""
    return rulebook.now(session, RULES)
