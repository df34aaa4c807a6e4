"""Rules as they are declared in code: each a whole number with a name, a unit, and how low and how high it may go.

A room writes its rules as one frozen dataclass whose fields are made by `rule`, and names it in a `RuleSet`. What holds is the newest
version that was agreed (service.py); a rule that no version names yet says what came with the software.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy.orm import Session

from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.core.language import ngettext
from fundapp.core.money import pounds

if TYPE_CHECKING:
    from fundapp.rulebook.models import RuleVersion

T = TypeVar("T")
_DECLARED = "rule"


class Unit(StrEnum):
    """What a number counts."""

    PENCE = "pence"
    # Pence up to which something goes; 0 where it has no limit of its own.
    CAP = "cap"
    # Hundredths of a per cent.
    BASIS_POINTS = "basis-points"
    MINUTES = "minutes"
    HOW_MANY = "how-many"

    def told(self, value: int) -> str:
        """A value as people say it."""
        if self is Unit.CAP and not value:
            return _("none of its own")
        if self in {Unit.PENCE, Unit.CAP}:
            return pounds(value)
        if self is Unit.BASIS_POINTS:
            return f"{value / 100:g}%"
        if self is Unit.MINUTES:
            return ngettext("%(num)s minute", "%(num)s minutes", value) % {"num": value}
        return f"{value:,}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it is called, what its number counts, between what it lies, and whether it takes two people."""

    code: str
    # Marked for gettext.
    name: str
    unit: Unit
    least: int
    most: int
    # What it came with.
    first: int
    # About money, or about what people could be known by: one proposes, another agrees.
    by_two: bool


def rule(first: int, name: str, unit: Unit, *, least: int, most: int, by_two: bool) -> int:
    """A field of a room's rules, for its dataclass. `name` is marked for gettext; `first` is what comes with the software."""
    told: Any = field(default=first, metadata={_DECLARED: (name, unit, least, most, by_two)})
    number: int = told
    return number


@dataclass(frozen=True, slots=True)
class RuleSet(Generic[T]):
    """The rules of one room that change together. `kind` is their dataclass."""

    code: str
    # Marked for gettext.
    name: str
    hint: str
    kind: type[T]
    # Says what does not go together, in a sentence, or nothing.
    fault: Callable[[T], str] | None = None
    # What a version brings about besides, in the act that lets it hold: the session, the version, and whoever lets it.
    brings: Callable[[Session, RuleVersion, Actor], None] | None = None

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, in the order it was written. Raises KeyError for a field that was not made by `rule`."""
        return tuple(_rule(one.name, one.default, *one.metadata[_DECLARED]) for one in fields(self.kind))  # type: ignore[arg-type]

    def saying(self, values: Mapping[str, int]) -> T:
        """The rules with these values. What they do not name says what came with the software; what is no rule any more is left out."""
        return self.kind(**{one.name: values[one.name] for one in fields(self.kind) if one.name in values})  # type: ignore[arg-type]

    def values(self, rules: T) -> dict[str, int]:
        """Each rule's number, by its code."""
        return {one.code: getattr(rules, one.code) for one in self.rules}

    def faults(self, values: Mapping[str, int]) -> list[str]:
        """What is wrong with these values, in sentences."""
        found = []
        for one in self.rules:
            if not one.least <= values[one.code] <= one.most:
                facts = {"rule": _(one.name), "least": one.unit.told(one.least), "most": one.unit.told(one.most)}
                found.append(_("“%(rule)s” lies between %(least)s and %(most)s.") % facts)
        together = self.fault(self.saying(values)) if self.fault and not found else ""
        return [*found, together] if together else found


def _rule(code: str, first: Any, name: str, unit: Unit, least: int, most: int, by_two: bool) -> Rule:
    return Rule(code, name, unit, least, most, first, by_two)
