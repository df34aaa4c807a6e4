"""How often a public form may be sent, and how often one may ask for what is not there: counted in the database, for all processes.

A form says so with `limited`. A page whose address is a secret says so with `noticed`: whoever asks for many that do not exist
gets the same “not here” with a 429, and an alarm is raised that administrators see. What exists is answered as before, so that
nobody can lock a shop's Wi-Fi out of giving; but for pages that say `closes`, whose codes are short.

A network is counted by a keyed hash that holds for one stretch of time, so that the counts tell nobody's comings and goings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import FundError
from fundapp.core.keys import Keys
from fundapp.core.language import ngettext
from fundapp.web.app import keys
from fundapp.web.errors import error_page
from fundapp.web.models import Guessing, PublicTry
from fundapp.web.networks import network_of
from fundapp.web.session import db

View = TypeVar("View", bound=Callable[..., Any])

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# All networks together, in the same column as a network.
EVERYWHERE = "everywhere"
KEPT = timedelta(days=1)
# What a 429 says that does not know better: the longest stretch there is.
LONGEST_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many from one network in so many minutes."""

    what: str
    most: int
    minutes: int = 10
    # For all networks together, where too many are noticed; none for forms.
    most_everywhere: int = 0
    # Whether a network over the limit is refused what does exist as well.
    closes: bool = False

    def since(self, now: datetime) -> datetime:
        """When the present stretch began."""
        length = self.minutes * 60
        return datetime.fromtimestamp(int(now.timestamp()) // length * length, UTC)

    def left(self, now: datetime) -> int:
        """In how many seconds the next stretch begins."""
        return max(1, int((self.since(now) + timedelta(minutes=self.minutes) - now).total_seconds()))


class TooOften(FundError):
    """Over a limit; the same words whatever was sent. Nothing was done."""

    status = 429

    def __init__(self, limit: Limit) -> None:
        self.left = limit.left(clock.now())
        minutes = -(-self.left // 60)
        super().__init__(
            ngettext(
                "Too many came from your network in the last few minutes, so nothing was done. Wait %(num)s minute, then try again.",
                "Too many came from your network in the last few minutes, so nothing was done. Wait %(num)s minutes, then try again.",
                minutes,
            )
            % {"num": minutes}
        )


def limited(what: str, *, most: int, minutes: int = 10) -> Callable[[View], View]:
    """Let one network send this view's form so often in so many minutes. Generous where a queue stands behind one shop's Wi-Fi."""

    def mark(view: View) -> View:
        view.limit = Limit(what, most, minutes)  # type: ignore[attr-defined]
        return view

    return mark


def counted_elsewhere(why: str) -> Callable[[View], View]:
    """Say that something else limits this view's form. `why` names what."""

    def mark(view: View) -> View:
        view.counted_elsewhere = why  # type: ignore[attr-defined]
        return view

    return mark


def noticed(what: str, *, most: int = 40, everywhere: int = 2_000, closes: bool = False) -> Callable[[View], View]:
    """Count who asks this view for what is not there. `what` names the kind of address and is one of `GUESSED` where it is shown."""

    def mark(view: View) -> View:
        view.noticed = Limit(f"{what}-misses", most, 10, everywhere, closes)  # type: ignore[attr-defined]
        return view

    return mark


def limit_of(app: Flask, endpoint: str) -> Limit | None:
    """The limit that a view's form declares."""
    return getattr(app.view_functions[endpoint], "limit", None)


def elsewhere_of(app: Flask, endpoint: str) -> str:
    """What else limits a view's form, or nothing."""
    return getattr(app.view_functions[endpoint], "counted_elsewhere", "")


def notice_of(app: Flask, endpoint: str) -> Limit | None:
    """How a view counts those who ask for what is not there."""
    return getattr(app.view_functions[endpoint], "noticed", None)


def install(app: Flask) -> None:
    """Count before a view. After csrf: a form of another site uses up nobody's tries."""

    @app.before_request
    def count() -> None:
        if request.endpoint is None:
            return
        limit = limit_of(current_app, request.endpoint)
        if limit is not None and request.method not in SAFE:
            _require(limit)
        misses = notice_of(current_app, request.endpoint)
        if misses is not None and misses.closes and _missed(misses) > misses.most:
            raise TooOften(misses)

    @app.errorhandler(TooOften)
    def too_often(error: TooOften) -> Response:
        response = error_page(429, error.sentence)
        response.headers["Retry-After"] = str(error.left)
        return response


def watch(app: Flask) -> None:
    """Count what was not found. Installed last, so that it sees an answer first, before it is pressed and given its headers."""

    @app.after_request
    def notice(response: Response) -> Response:
        misses = notice_of(current_app, request.endpoint) if request.endpoint else None
        if misses is not None and response.status_code == 404:
            db().rollback()
            if _miss(misses):
                return _turned(response, misses)
        if response.status_code == 429:
            response.headers.setdefault("Retry-After", str(LONGEST_SECONDS))
        return response


def forget_old(session: Session) -> None:
    """Drop the counts that no stretch reaches any more."""
    session.execute(delete(PublicTry).where(PublicTry.since < clock.now() - KEPT))


def counted(session: Session, keys: Keys, limit: Limit, *networks: str) -> dict[str, int]:
    """Count one try of each of these networks in one statement, and say how many each has made in this stretch."""
    since = limit.since(clock.now())
    hashes = {_hash(keys, limit, since, network): network for network in networks}
    # In one order, so that two never wait for each other.
    rows = [{"what": limit.what, "since": since, "network_hash": one, "tries": 1} for one in sorted(hashes)]
    statement = insert(PublicTry).values(rows)
    again = statement.on_conflict_do_update(
        index_elements=[PublicTry.what, PublicTry.since, PublicTry.network_hash], set_={"tries": PublicTry.tries + 1}
    )
    found = session.execute(again.returning(PublicTry.network_hash, PublicTry.tries)).all()
    return {hashes[bytes(row.network_hash)]: row.tries for row in found}


def _require(limit: Limit) -> None:
    here = network_of(request.remote_addr)
    with transaction(db()) as session:
        tries = counted(session, keys(), limit, here)[here]
    if tries > limit.most:
        raise TooOften(limit)


def _miss(limit: Limit) -> bool:
    """Count one that was not there; raise the alarm when it is the one too many. True when this network is over its limit."""
    here = network_of(request.remote_addr)
    with transaction(db()) as session:
        tries = counted(session, keys(), limit, here, EVERYWHERE)
        if tries[here] == limit.most + 1 or tries[EVERYWHERE] == limit.most_everywhere + 1:
            _raise_alarm(session, limit)
    return tries[here] > limit.most


def _missed(limit: Limit) -> int:
    since = limit.since(clock.now())
    here = _hash(keys(), limit, since, network_of(request.remote_addr))
    statement = select(PublicTry.tries).where(PublicTry.what == limit.what, PublicTry.since == since, PublicTry.network_hash == here)
    tries = db().scalar(statement) or 0
    db().rollback()
    return tries


def _raise_alarm(session: Session, limit: Limit) -> None:
    now = clock.now()
    statement = insert(Guessing).values(what=limit.what.removesuffix("-misses"), first_at=now, last_at=now, times=1)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Guessing.what],
            index_where=Guessing.seen_at.is_(None),
            set_={"last_at": now, "times": Guessing.times + 1},
        )
    )


def _turned(response: Response, limit: Limit) -> Response:
    """The 429 in place of a 404, under the same headers."""
    said = error_page(429, TooOften(limit).sentence)
    response.set_data(said.get_data())
    response.status_code = 429
    response.headers["Content-Type"] = said.headers["Content-Type"]
    response.headers["Cache-Control"] = "no-store"
    response.headers["Retry-After"] = str(limit.left(clock.now()))
    return response


def _hash(keys: Keys, limit: Limit, since: datetime, network: str) -> bytes:
    return keys.mac("public-try", f"{limit.what} {int(since.timestamp())} {network}")[:16]
