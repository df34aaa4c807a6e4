"""From how many people and teams on a kind of help is named in public. The rule can be made stricter, never looser than it came."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.core.language import marked
from fundapp.openbooks.suppression import K_PEOPLE, K_TEAMS, Crowd
from fundapp.rulebook import queries as rulebook
from fundapp.rulebook.rulesets import RuleSet, Unit, rule


@dataclass(frozen=True, slots=True)
class OpenBooksRules:
    """The rules in force."""

    named_from_people: int = rule(
        K_PEOPLE, marked("People who had a kind of help before it is named"), Unit.HOW_MANY, least=K_PEOPLE, most=100, by_two=True
    )
    named_from_teams: int = rule(
        K_TEAMS, marked("Teams that asked for it before it is named"), Unit.HOW_MANY, least=K_TEAMS, most=20, by_two=True
    )

    @property
    def least(self) -> Crowd:
        """The smallest crowd behind a figure."""
        return Crowd(self.named_from_people, self.named_from_teams)


RULES = RuleSet(
    code="open-books",
    name=marked("What the open books name"),
    hint=marked(
        "So few people stand behind no figure that somebody could be picked out. What is published stays as it is; the next quarter goes "
        "by these."
    ),
    kind=OpenBooksRules,
)


def now(session: Session) -> OpenBooksRules:
    """The rules in force."""
    return rulebook.now(session, RULES)
