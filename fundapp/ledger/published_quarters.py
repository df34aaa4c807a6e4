"""What `quarter.published` says: the one form in which a quarter's help stands in the ledger, written and read here.

Quarters that were published before funds' use was told have no `used`, and read as if nothing had been told of any fund.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core.quarters import Period, last_quarter, quarter_code, quarter_named, quarters_back
from fundapp.ledger.models import Entry

KIND = "quarter.published"
# Nothing is looked for further back than this many quarters: twenty-five years.
LOOKED_FOR = 100


@dataclass(frozen=True, slots=True)
class KindSaid:
    """One kind of help that was named."""

    name: str
    people: int
    agreed_pence: int


@dataclass(frozen=True, slots=True)
class FundUse:
    """What a fund used, from the first day of one quarter on to the last of the one that tells it, in pence."""

    fund: str
    since: str
    pence: int


@dataclass(frozen=True, slots=True)
class QuarterSaid:
    """One quarter's entry."""

    number: int
    code: str
    kinds: Sequence[KindSaid]
    # None where nothing had to be held back.
    other_pence: int | None
    agreed_pence: int
    named_from_people: int
    named_from_teams: int
    used: Sequence[FundUse]

    @property
    def period(self) -> Period:
        """The quarter."""
        return quarter_named(self.code)

    @property
    def by_kind(self) -> dict[str | None, int]:
        """What each kind cost, and other help, which has no name."""
        said: dict[str | None, int] = {kind.name: kind.agreed_pence for kind in self.kinds}
        return said if self.other_pence is None else said | {None: self.other_pence}


def event_key(code: str) -> str:
    """What the publication of a quarter is called in the ledger, for ever."""
    return f"quarter:{code}:published"


def by_codes(session: Session, codes: Collection[str]) -> dict[str, QuarterSaid]:
    """The quarters of these that are published, the oldest first."""
    keys = [event_key(code) for code in codes]
    rows = session.execute(select(Entry.number, Entry.public_particulars).where(Entry.event_key.in_(keys), Entry.kind == KIND))
    found = [_read(number, said) for number, said in rows]
    return {one.code: one for one in sorted(found, key=lambda one: one.code)}


def all_published(session: Session, today: date) -> list[QuarterSaid]:
    """Every quarter that was published up to a day, the oldest first."""
    return list(by_codes(session, [quarter_code(one) for one in quarters_back(today, LOOKED_FOR)]).values())


def codes_between(since: str, until: str) -> list[str]:
    """The codes of the quarters from one to another, both included, the oldest first."""
    found = [until]
    while found[-1] > since:
        found.append(quarter_code(last_quarter(quarter_named(found[-1]).first)))
    return found[::-1]


def particulars(said: QuarterSaid) -> dict[str, Any]:
    """What its entry says in public."""
    told: dict[str, Any] = {
        "quarter": said.code,
        "kinds": [{"agreed_pence": kind.agreed_pence, "name": kind.name, "people": kind.people} for kind in said.kinds],
        "agreed_pence": said.agreed_pence,
        "named_from_people": said.named_from_people,
        "named_from_teams": said.named_from_teams,
        "used": [{"fund": use.fund, "since": use.since, "used_pence": use.pence} for use in said.used],
    }
    return told if said.other_pence is None else told | {"other_agreed_pence": said.other_pence}


def _read(number: int, said: Mapping[str, Any]) -> QuarterSaid:
    return QuarterSaid(
        number=number,
        code=said["quarter"],
        kinds=[KindSaid(kind["name"], kind["people"], kind["agreed_pence"]) for kind in said["kinds"]],
        other_pence=said.get("other_agreed_pence"),
        agreed_pence=said["agreed_pence"],
        named_from_people=said["named_from_people"],
        named_from_teams=said["named_from_teams"],
        used=[FundUse(use["fund"], use["since"], use["used_pence"]) for use in said.get("used", ())],
    )
