"""Every room's rules, in one list: the composition root puts them on the rulebook's shelf. A new set adds its line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from fundapp.giving.cards.rules import RULES as CARD_TESTING
from fundapp.giving.rules import RULES as GIVING
from fundapp.grants import kind_caps
from fundapp.openbooks.rules import RULES as OPEN_BOOKS
from fundapp.rulebook.rulesets import RuleSet

RULE_SETS: tuple[RuleSet[Any], ...] = (GIVING, CARD_TESTING, OPEN_BOOKS)
# Those that are made of what a room holds: a figure for each kind of help in the catalogue.
MADE_SETS: tuple[Callable[[Session], RuleSet[Any]], ...] = (kind_caps.rule_set,)
