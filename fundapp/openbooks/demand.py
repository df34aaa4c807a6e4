"""Help that was declined or could not be given in a quarter, by need, group, locality and reason: as far as that may be told.

The same rule as in the open books (suppression.py): a line stands for enough people and enough teams, or it is merged into one that
does. A quarter is told when it is over and in no other stretch, so that no two tables can be subtracted from one another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.quarters import Period, quarter_code, quarters_back
from fundapp.grants.demand import figures
from fundapp.grants.demand.figures import NotGiven
from fundapp.openbooks.suppression import LEAST, Crowd, safe_table

# How many quarters are offered.
QUARTERS = 8
NOT_SAID = "not-said"
_HEADS = {
    "need": marked("By what was needed"),
    "why": marked("By why it was not given"),
    "group": marked("By group"),
    "locality": marked("By part of the town"),
    "known_by": marked("By how we know of it"),
}
_CODES: dict[str, Callable[[NotGiven], str]] = {
    "need": lambda one: one.need,
    "why": lambda one: one.why,
    "group": lambda one: one.person_group or NOT_SAID,
    "locality": lambda one: one.locality or NOT_SAID,
    "known_by": lambda one: one.known_by,
}
_KNOWN_BY = {figures.DECLINED: marked("A request that was declined"), figures.UNMET: marked("Noted without a request")}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table. `people` is None where several are merged."""

    name: str
    people: int | None
    times: int


@dataclass(frozen=True, slots=True)
class DemandTable:
    """One table: what it is counted by, and its lines."""

    by: str
    lines: Sequence[Line]

    @property
    def head(self) -> str:
        """What stands over it."""
        return _(_HEADS[self.by])


@dataclass(frozen=True, slots=True)
class Demand:
    """A quarter's help that was not given. No tables where too few people stand behind all of it."""

    quarter: Period
    tables: Sequence[DemandTable]
    least: Crowd

    @property
    def code(self) -> str:
        """The quarter, as its address says it."""
        return quarter_code(self.quarter)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What one code counts, in the shape that the rule reads: how often stands where the open books have pence."""

    kind_code: str
    name: str
    people: int
    teams: int
    spent_pence: int


def quarters(today: date) -> list[Period]:
    """The quarters that can be looked at, the newest first."""
    return quarters_back(today, QUARTERS)


def demand(session: Session, quarter: Period, least: Crowd = LEAST) -> Demand:
    """What was not given in a quarter, as far as that may be told."""
    rows = figures.not_given(session, quarter.since, quarter.until)
    words = {
        "need": figures.need_words(session),
        "why": figures.why_words(),
        "group": figures.group_words(),
        "locality": figures.locality_words(),
        "known_by": {code: _(said) for code, said in _KNOWN_BY.items()},
    }
    return Demand(quarter, tables_of(rows, words, least), least)


def tables_of(rows: Sequence[NotGiven], words: Mapping[str, Mapping[str, str]], least: Crowd) -> tuple[DemandTable, ...]:
    """The tables that may be told of these rows, pure; none where all of them together stand for too few people."""
    if not _crowd(rows).hides_everyone(least):
        return ()
    return tuple(DemandTable(by, _lines(rows, code_of, words.get(by, {}), least)) for by, code_of in _CODES.items())


def _lines(rows: Sequence[NotGiven], code_of: Callable[[NotGiven], str], words: Mapping[str, str], least: Crowd) -> list[Line]:
    behind: dict[str, list[NotGiven]] = {}
    for row in rows:
        behind.setdefault(code_of(row), []).append(row)

    def together(codes: frozenset[str]) -> Crowd:
        return _crowd([row for code in codes for row in behind[code]])

    counted = [
        _Counted(code, words.get(code, _("Not said")), crowd.people, crowd.teams, len(its))
        for code, its, crowd in ((code, its, _crowd(its)) for code, its in sorted(behind.items()))
    ]
    table = safe_table(counted, together, least)
    lines = [Line(one.name, one.people, one.spent_pence) for one in table.named]
    if table.other_pence is not None:
        lines.append(Line(_("Everything else: too few people to name it without picking someone out"), None, table.other_pence))
    return lines


def _crowd(rows: Sequence[NotGiven]) -> Crowd:
    return Crowd(len({row.who for row in rows}), len({row.team_id for row in rows}))
