"""Correction: an entry that mirrors another, exactly and once. The right entry then follows under a key of its own."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from fundapp.core.errors import Conflict, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.ledger.draft import Draft, Line, Posted
from fundapp.ledger.gate import pass_gates, write_forced
from fundapp.ledger.posting import known
from fundapp.ledger.writing import execute

KIND = "reversal"

_ORIGINAL = """
SELECT kind, subject, happened_on,
    coalesce((
        SELECT jsonb_agg(jsonb_build_array(debit_account, credit_account, fund, amount_pence) ORDER BY n)
        FROM transfer WHERE entry_id = entry.id
    ), '[]') AS lines
FROM entry WHERE number = %(number)s
"""
_REVERSED_BY = "SELECT number FROM entry WHERE reverses = %(number)s"


def reverse(session: Session, *, number: int, event_key: str, happened_on: date, actor: str, reason: str) -> Posted:
    """Undo an entry by its mirror image: same funds, same amounts, sides exchanged, same subject. `reason` is a code.

    A correction is a fact: it is not refused for want of money, but passes the gate and is flagged if it takes a fund below
    what it had. Dated on another day than the original, it names the original day (private).
    Raises NotFound, Conflict (reversed before, or the key tells another event), Refused (no reason, an entry without money,
    a reversal: post the right entry again instead), Busy.
    """
    if not reason:
        raise Refused(_("Say why this entry is taken back."))
    connection = session.connection()
    original = execute(connection, _ORIGINAL, {"number": number}).one_or_none()
    if original is None:
        raise NotFound(_("There is no entry %(number)s in the ledger.") % {"number": f"{number:,}"})
    lines = tuple(Line(*line).mirrored() for line in original.lines)
    draft = Draft(
        event_key=event_key,
        kind=KIND,
        happened_on=happened_on,
        lines=lines,
        actor=actor,
        subject=original.subject,
        reason=reason,
        reverses=number,
        private={} if happened_on == original.happened_on else {"original_on": original.happened_on.isoformat()},
    )
    draft.check()
    if original.kind == KIND:
        raise Refused(_("A reversal is not reversed. Post the right entry again, under a key of its own."))
    if not lines:
        raise Refused(_("This entry moved no money: there is nothing to reverse."))
    # Under the gates of its funds, so that of two people at it the second is told kindly.
    pass_gates(connection, draft.funds)
    earlier = execute(connection, _REVERSED_BY, {"number": number}).scalar_one_or_none()
    if earlier is None:
        return write_forced(session, draft)
    standing = known(connection, draft)
    if standing is not None:
        return standing
    told = {"number": f"{number:,}", "earlier": f"{earlier:,}"}
    raise Conflict(_("Entry %(number)s was reversed before, by entry %(earlier)s.") % told)
