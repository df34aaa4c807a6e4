"""Whoever reads all that is published, follows a thousand gifts and gives each day, finds nobody; without the rules, they do."""

from __future__ import annotations

import pytest

from fundapp.openbooks import fund_use
from fundapp.openbooks.suppression import K_PEOPLE, K_TEAMS, LEAST, Crowd
from tests.support.attacker import Claim, claims, wins
from tests.support.year_of_help import GENERAL, GRANT, Help, Year, lived, plant, published

NO_RULE = Crowd(1, 1)
ORDERS = 3


def attacked(year: Year, *, kinds_from: Crowd = LEAST, use_from: Crowd = LEAST) -> list[Claim]:
    """What the attacker found out that is right, and about a few."""
    seen = published(year, kinds_from=kinds_from, use_from=use_from)
    return wins(claims(seen, orders=ORDERS), year.truth(), people=K_PEOPLE, teams=K_TEAMS)


def found(planted: Help, of: list[Claim]) -> bool:
    """Whether the planted award's price was made out, and where it belongs."""
    return any(one.pence == planted.pence and any(cell.fund == planted.fund for cell in one.cells) for one in of)


@pytest.mark.parametrize("fund", ["", GENERAL, GRANT])
def test_with_the_rules_nobody_is_found(fund: str) -> None:
    year = lived(1)
    if fund:
        plant(year, fund)
    assert attacked(year) == []


@pytest.mark.parametrize("fund", [GENERAL, GRANT])
def test_without_any_rule_the_planted_award_is_found(fund: str) -> None:
    year = lived(1)
    assert found(plant(year, fund), attacked(year, kinds_from=NO_RULE, use_from=NO_RULE))


def test_with_kinds_hidden_the_planted_award_is_still_found_by_following_gifts() -> None:
    year = lived(1)
    planted = plant(year, GENERAL)
    assert found(planted, attacked(year, use_from=NO_RULE))
    # From the gifts' pages alone, as if the open books said nothing of funds.
    seen = published(year, kinds_from=LEAST, use_from=NO_RULE)
    seen.by_fund.clear()
    assert found(planted, wins(claims(seen, orders=ORDERS), year.truth(), people=K_PEOPLE, teams=K_TEAMS))


def test_with_what_is_left_unguarded_the_planted_award_is_found_by_subtraction(monkeypatch: pytest.MonkeyPatch) -> None:
    year = lived(1)
    year.help = [one for one in year.help if one.fund != GENERAL]
    planted = plant(year, GRANT)
    assert attacked(year) == []
    monkeypatch.setattr(fund_use, "_leaves_nobody_alone", lambda *_: True)
    assert found(planted, attacked(year))


def test_the_limit_a_month_in_which_the_whole_fund_helped_one_person_tells_its_price() -> None:
    year = lived(1)
    lone = next(one for one in year.help if one.on.month == 5)
    year.help = [one for one in year.help if one.on.month != 5 or one is lone]
    assert found(lone, attacked(year)), "docs/decisions/0012-follow-your-gift.md, the limits: then say there that it holds"


def test_the_year_is_one_in_which_gifts_are_followed() -> None:
    seen = published(lived(1), kinds_from=LEAST, use_from=LEAST)
    used = [gift for gift in seen.gifts if gift.used]
    assert len(seen.gifts) == 1_365
    assert len(used) > 300, "or there would be nothing to attack"
    assert {fund for fund, *_ in seen.by_fund} == {"public-giving", GENERAL}
