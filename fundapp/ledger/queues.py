"""The money that came into a fund, in the order it came: what each way in brought, and what was taken back by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.ledger.chart import CASH, DISPUTE_FEES, DONATIONS, SUSPENSE, AccountKind

# What is not yet understood lies in one account until it is: its money is moved on under the name of what it turns out to be.
STANDS_IN = (*CASH, SUSPENSE)
BROUGHT_BY = (AccountKind.INCOME, AccountKind.FUND)

# What a dispute costs is borne by the Fund, and no gift is smaller for it.
BORNE = DISPUTE_FEES

# One pass over a fund's transfers, then its entries by what they are about. A thing's place is its first entry that brought income.
_MONEY_IN = text("""
WITH moved AS (
    SELECT entry_id, bool_or(credit_account = ANY(:sources)) AS brings,
        sum(CASE WHEN debit_account = ANY(:stands_in) THEN amount_pence ELSE 0 END
            - CASE WHEN credit_account = ANY(:stands_in) THEN amount_pence ELSE 0 END)::bigint AS pence
    FROM transfer WHERE fund = :fund AND :borne NOT IN (debit_account, credit_account) GROUP BY entry_id
)
SELECT subject, min(happened_on) FILTER (WHERE brings) AS came_on,
    array_agg(happened_on ORDER BY happened_on, id) AS days, array_agg(pence ORDER BY happened_on, id) AS pence,
    (array_agg(id ORDER BY happened_on, id) FILTER (WHERE brings))[1] AS place
FROM moved JOIN entry ON entry.id = entry_id WHERE happened_on <= :until
GROUP BY subject HAVING bool_or(brings) ORDER BY came_on, place
""")
_SOURCES = text("SELECT code FROM account WHERE kind = ANY(:kinds) ORDER BY id")
_GIVEN_TO = text("""
SELECT code FROM fund WHERE EXISTS (
    SELECT FROM transfer JOIN entry ON entry.id = entry_id
    WHERE credit_account = :donations AND fund = fund.code AND happened_on <= :until
) ORDER BY id
""")


class MoneyIn(NamedTuple):
    """What came in about one thing: a gift, a contribution. It stands in the queue from `came_on`."""

    subject: str
    came_on: date
    # Each entry's day, and what it added to the fund's money or took off, in pence.
    moves: Sequence[tuple[date, int]]


def money_in(session: Session, fund: str, until: date) -> list[MoneyIn]:
    """All that came into a fund, with what happened up to a day, in the order it came; on one day as it was written."""
    sources = list(session.scalars(_SOURCES, {"kinds": list(BROUGHT_BY)}))
    values = {"fund": fund, "until": until, "sources": sources, "stands_in": list(STANDS_IN), "borne": BORNE}
    rows = session.execute(_MONEY_IN, values)
    return [MoneyIn(row.subject, row.came_on, tuple(zip(row.days, row.pence, strict=True))) for row in rows]


def funds_given_to(session: Session, until: date) -> list[str]:
    """The funds to which anybody gave up to a day, in the order they were opened."""
    return list(session.scalars(_GIVEN_TO, {"donations": DONATIONS, "until": until}))
