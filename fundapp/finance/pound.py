"""The path of a pound: from whoever gave it, by the places where it lies, to the kind of help it became. Read off the ledger alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from sqlalchemy.orm import Session

from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.money import pounds
from fundapp.gateways.path_chart import Side, Stop
from fundapp.ledger import chart, queries
from fundapp.ledger.chart import AccountKind
from fundapp.ledger.flows import Flow, flows

# All kinds of help together, as the last stop.
HELP = "help"
# In the order in which money travels.
STOPS = (
    chart.DONATIONS,
    chart.STRIPE_CLEARING,
    chart.STRIPE_BALANCE,
    chart.PAYOUTS_IN_TRANSIT,
    chart.BANK,
    chart.GRANTS_PAYABLE,
    HELP,
)
_SHORT = {
    chart.STRIPE_CLEARING: marked("Stripe, fee not known"),
    chart.PAYOUTS_IN_TRANSIT: marked("On its way to the bank"),
    chart.GRANTS_PAYABLE: marked("Grants agreed"),
    HELP: marked("Help"),
}
# Kinds of help named beside the last stop; the rest are in the table.
MOST_KINDS = 6


@dataclass(frozen=True, slots=True)
class Place:
    """A place where money lies: what was there before, what came, what went, what is there, in pence."""

    code: str
    name: str
    before_pence: int
    came_pence: int
    went_pence: int
    now_pence: int

    @property
    def adds_up(self) -> bool:
        """Whether the balance and the movements, read apart, make the same."""
        return self.before_pence + self.came_pence - self.went_pence == self.now_pence


@dataclass(frozen=True, slots=True)
class Moved:
    """One arrow: from where to where, by name."""

    source: str
    source_name: str
    target: str
    target_name: str
    amount_pence: int


@dataclass(frozen=True, slots=True)
class Path:
    """What the picture and the tables beside it show."""

    stops: tuple[Stop, ...]
    places: tuple[Place, ...]
    arrows: tuple[Moved, ...]

    @property
    def adds_up(self) -> bool:
        """Whether every place does."""
        return all(place.adds_up for place in self.places)

    @property
    def sentence(self) -> str:
        """The picture in words, for those who cannot see it."""
        said = _("%(source)s to %(target)s: %(amount)s")
        facts = ({"source": arrow.source_name, "target": arrow.target_name, "amount": pounds(arrow.amount_pence)} for arrow in self.arrows)
        return "; ".join(said % one for one in facts) + "." if self.arrows else _("No money has moved.")


def whole_path(session: Session, *, fund: str | None = None, since: date | None = None, until: date | None = None) -> Path:
    """Where all money went, or a fund's, over some days or ever."""
    moved = flows(session, fund=fund, since=since, until=until)
    before = _balances(session, fund, since - timedelta(days=1)) if since else {}
    return _path(session, moved, before, _balances(session, fund, until), whole=True)


def path_of(session: Session, subject: str, *, fund: str | None = None, since: date | None = None, until: date | None = None) -> Path:
    """Where the money of one gift, request or contribution went and lies, as far as the ledger can tell it from all other money."""
    return _path(session, flows(session, subject=subject, fund=fund, since=since, until=until), {}, None, whole=False)


def _path(session: Session, moved: list[Flow], before: Mapping[str, int], now: Mapping[str, int] | None, *, whole: bool) -> Path:
    accounts = {account.code: account for account in queries.accounts(session)}
    names = {code: code for code in STOPS} | {code: account.name for code, account in accounts.items()} | {HELP: _("Help")}
    along = sorted(moved, key=lambda flow: (_nth(flow.source), _nth(flow.target), -flow.amount_pence))
    arrows = tuple(Moved(flow.source, names[flow.source], flow.target, names[flow.target], flow.amount_pence) for flow in along)
    lie = sorted((code for code, account in accounts.items() if account.kind in (AccountKind.ASSET, AccountKind.LIABILITY)), key=_nth)
    places = [_place(code, names[code], moved, before.get(code, 0), now) for code in lie]
    shown = tuple(place for place in places if any((place.before_pence, place.came_pence, place.went_pence, place.now_pence)))
    stops = [code for code in STOPS if whole or code not in _not_on(moved)]
    if not whole:
        stops = stops[: _nearest(stops, moved)]
    return Path(_stops(stops, moved, names, {place.code: place for place in shown}, whole), shown, arrows)


def _not_on(moved: list[Flow]) -> tuple[str, ...]:
    """The stops before the one where this subject's money joins the path: a grant's begins at the bank, as part of all that is there."""
    touched = [_stop(code) for flow in moved for code in (flow.source, flow.target) if _stop(code) in STOPS]
    return STOPS[: min(map(STOPS.index, touched), default=0)]


def _nearest(stops: list[str], moved: list[Flow]) -> int:
    """How many stops are drawn of one thing's path: as far as its money came, and the next, so that it is seen where it waits."""
    touched = [stops.index(_stop(code)) for flow in moved for code in (flow.source, flow.target) if _stop(code) in stops]
    return max(touched, default=0) + 2


def _place(code: str, name: str, moved: list[Flow], before: int, now: Mapping[str, int] | None) -> Place:
    came = sum(flow.amount_pence for flow in moved if flow.target == code)
    went = sum(flow.amount_pence for flow in moved if flow.source == code)
    return Place(code, name, before, came, went, before + came - went if now is None else now.get(code, 0))


def _stops(codes: list[str], moved: list[Flow], names: Mapping[str, str], places: Mapping[str, Place], whole: bool) -> tuple[Stop, ...]:
    following = dict(pairwise(codes))
    onward: dict[str, int] = {}
    joins: dict[str, list[Side]] = {}
    leaves: dict[str, list[Side]] = {}
    for flow in moved:
        source, target = _stop(flow.source), _stop(flow.target)
        if source in codes and following.get(source) == target:
            onward[source] = onward.get(source, 0) + flow.amount_pence
            continue
        leaves.setdefault(source, []).append(Side(names[flow.target], flow.amount_pence))
        joins.setdefault(target, []).append(Side(names[flow.source], flow.amount_pence))
    touched = {_stop(code) for flow in moved for code in (flow.source, flow.target)}
    return tuple(
        Stop(
            label=_(_SHORT[code]) if code in _SHORT else names[code],
            look=_look(code, touched, places.get(code)),
            here=_here(code, places.get(code), whole=whole),
            onward_pence=onward.get(code, 0),
            joins=tuple(joins.get(code, ())),
            leaves=tuple(leaves.get(code, ())),
            became=_kinds(moved, names) if code == HELP else (),
        )
        for code in codes
    )


def _look(code: str, touched: set[str], place: Place | None) -> Literal["lit", "full", "bare"]:
    if code not in touched and not (place and place.now_pence):
        return "bare"
    return "lit" if code == chart.DONATIONS else "full"


def _here(code: str, place: Place | None, *, whole: bool) -> str:
    if place is None or not place.now_pence:
        return ""
    amount, owed = {"amount": pounds(place.now_pence)}, {"amount": pounds(-place.now_pence)}
    if not whole and code != chart.GRANTS_PAYABLE and place.now_pence < 0:
        return _("%(amount)s from here") % owed
    if code == chart.GRANTS_PAYABLE:
        return _("%(amount)s to pay") % owed if place.now_pence < 0 else _("%(amount)s over") % amount
    return _("%(amount)s here") % amount


def _kinds(moved: list[Flow], names: Mapping[str, str]) -> tuple[Side, ...]:
    """What the help was, the largest first: a few by name."""
    helped = sorted((flow for flow in moved if _stop(flow.target) == HELP), key=lambda flow: (-flow.amount_pence, flow.target))
    named = [Side(names[flow.target], flow.amount_pence) for flow in helped[:MOST_KINDS]]
    rest = helped[MOST_KINDS:]
    if rest:
        named.append(Side(_("%(number)s other kinds") % {"number": len(rest)}, sum(flow.amount_pence for flow in rest)))
    return tuple(named)


def _nth(code: str) -> int:
    """Where along the path an account stands; what is not on it comes last."""
    return STOPS.index(_stop(code)) if _stop(code) in STOPS else len(STOPS)


def _stop(code: str) -> str:
    return HELP if code.startswith(chart.HELP) else code


def _balances(session: Session, fund: str | None, as_of: date | None) -> dict[str, int]:
    """Each account's debit balance, in a fund or in all."""
    found: dict[str, int] = {}
    for row in queries.trial_balance(session, as_of):
        if fund in (None, row.fund):
            found[row.account] = found.get(row.account, 0) + row.debits_pence - row.credits_pence
    return found
