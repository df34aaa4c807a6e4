"""Releasing traces: what each published quarter used of which gift, worked out from the ledger alone, written down once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as insert_if_new
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.giving.following.models import TraceRelease, TraceUse
from fundapp.giving.following.tracing import Parcel, Release, Used, use_up
from fundapp.ledger import queues
from fundapp.ledger.published_quarters import QuarterSaid, all_published

GIFT = "donation:"


def release_due(session: Session) -> list[str]:
    """Write down the traces of every published quarter that has none yet; the quarters' codes, the oldest first."""
    published = all_published(session, clock.today())
    done = set(session.scalars(select(TraceRelease.quarter)))
    due = [said for said in published if said.code not in done and said.used]
    mine = [said for said in due if _is_first(session, said.code)]
    if mine:
        _write(session, mine, traces(session, published))
    return [said.code for said in mine]


def traces(session: Session, published: Sequence[QuarterSaid]) -> dict[str, list[Used]]:
    """What every released quarter used of all that came in, by fund, from the ledger alone."""
    releases: dict[str, list[Release]] = defaultdict(list)
    for said in published:
        for use in said.used:
            releases[use.fund].append(Release(said.code, said.period.last, use.pence))
    found: dict[str, list[Used]] = {}
    for fund, of_fund in sorted(releases.items()):
        parcels = [Parcel(one.subject, one.came_on, tuple(one.moves)) for one in queues.money_in(session, fund, of_fund[-1].until)]
        found[fund] = use_up(parcels, of_fund)
    return found


def _is_first(session: Session, code: str) -> bool:
    """Whether nobody has released this quarter: of two who come at once the second waits, and then leaves it."""
    statement = insert_if_new(TraceRelease).values(quarter=code, released_at=clock.now()).on_conflict_do_nothing()
    return session.execute(statement.returning(TraceRelease.quarter)).first() is not None


def _write(session: Session, due: Sequence[QuarterSaid], used: Mapping[str, Sequence[Used]]) -> None:
    since = {(said.code, use.fund): use.since for said in due for use in said.used}
    rows = [
        {"donation_id": UUID(key.removeprefix(GIFT)), "quarter": code, "since": since[code, fund], "used_pence": pence}
        for fund, of_fund in used.items()
        for key, code, pence in of_fund
        if (code, fund) in since and key.startswith(GIFT)
    ]
    if rows:
        session.execute(insert(TraceUse), rows)
