"""Every room's rules, in one list: the composition root puts them on the rulebook's shelf. A new set adds its line."""

from __future__ import annotations

from typing import Any

from fundapp.giving.cards.rules import RULES as CARD_TESTING
from fundapp.giving.rules import RULES as GIVING
from fundapp.openbooks.rules import RULES as OPEN_BOOKS
from fundapp.rulebook.rulesets import RuleSet

RULE_SETS: tuple[RuleSet[Any], ...] = (GIVING, CARD_TESTING, OPEN_BOOKS)
