"""Writing entries: one statement each, in the caller's transaction, and each event once (reference: ledger.md section 2)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.days import day
from fundapp.core.errors import Busy, Conflict, FundError, Refused
from fundapp.core.language import gettext as _
from fundapp.ledger import canonical, numbers, writing
from fundapp.ledger.codes import for_draft, is_harmless
from fundapp.ledger.draft import Draft, Line, Posted, Record
from fundapp.ledger.errors import MustPassTheGate, PeriodClosed
from fundapp.ledger.periods_read import EPOCH, first_open_day, shut_until

# Where a fact of a shut day says which day that was.
TOLD_ON = "told_on"

_LOOK_UP = """
SELECT id, number, event_key, kind, happened_on, reason, actor, subject, note, reverses, forced, public_particulars, private_particulars,
    coalesce((
        SELECT jsonb_agg(jsonb_build_array(debit_account, credit_account, fund, amount_pence) ORDER BY n)
        FROM transfer WHERE entry_id = entry.id
    ), '[]') AS lines
FROM entry WHERE event_key = %(event_key)s
"""


def post(
    session: Session,
    *,
    event_key: str,
    kind: str,
    happened_on: date,
    lines: Sequence[Line],
    actor: str,
    subject: str,
    reason: str = "",
    note: str = "",
) -> Posted:
    """Write what happened, once. Money may come in or change places within a fund; to take it out, `spend` or `force`.

    `event_key` names the event of the world, for ever; the same key with the same content (actor and day included) is
    answered with the entry that stands. `reason` is a code, `note` and `subject` are references: never words.
    Raises Conflict (same key, other content), Refused (a bad line, an account or fund that does not exist),
    MustPassTheGate, Busy.
    """
    draft = Draft(event_key, kind, happened_on, tuple(lines), actor, subject, reason, note)
    if not draft.lines:
        raise Refused(_("An entry about money has at least one line."))
    return write(session, draft)


def receive(
    session: Session,
    *,
    event_key: str,
    kind: str,
    happened_on: date,
    lines: Sequence[Line],
    actor: str,
    subject: str,
    reason: str = "",
    note: str = "",
) -> Posted:
    """Write money that has come in, or moved at somebody else's, whether the books of its day are still open or not.

    As `post`; but if its day is shut, it is dated on the first open day, and names its own (private, `told_on`).
    Raises Conflict, Refused, MustPassTheGate, Busy.
    """
    draft = Draft(event_key, kind, happened_on, tuple(lines), actor, subject, reason, note)
    if not draft.lines:
        raise Refused(_("An entry about money has at least one line."))
    return write_fact(session, draft)


def write_fact(session: Session, draft: Draft, *, gate_passed: bool = False, forced: bool = False) -> Posted:
    """Write what nobody here can refuse: in the first open period, if its own is closed by now (ledger.md section 5)."""
    try:
        return write(session, draft, gate_passed=gate_passed, forced=forced)
    except PeriodClosed:
        opened = first_open_day(session) or draft.happened_on
        told = {**draft.private, TOLD_ON: draft.happened_on.isoformat()}
        return write(session, replace(draft, happened_on=opened, private=told), gate_passed=gate_passed, forced=forced)


def write(session: Session, draft: Draft, *, gate_passed: bool = False, forced: bool = False) -> Posted:
    """Write a draft in one statement. For the ledger's own verbs; `gate_passed` is true only under the funds' locks."""
    draft.check()
    connection = session.connection()
    refusal = _rule_against(connection, draft, gate_passed)
    if refusal is None:
        number = numbers.next_number(connection)
        record = Record(draft, number, clock.now(), secrets.token_bytes(canonical.NONCE_BYTES), forced)
        entry_id = writing.insert(connection, record)
        if entry_id is not None:
            return Posted(entry_id=entry_id, number=number, replayed=False, forced=forced)
    standing = known(connection, draft)
    if standing is not None:
        return standing
    raise refusal or _closed(session, draft)


def known(connection: Connection, draft: Draft) -> Posted | None:
    """The entry that tells this event already, or None. Raises Conflict when it tells it otherwise."""
    row = writing.execute(connection, _LOOK_UP, {"event_key": draft.event_key}).one_or_none()
    if row is None:
        return None
    standing = Draft(
        event_key=row.event_key,
        kind=row.kind,
        happened_on=row.happened_on,
        lines=tuple(Line(*line) for line in row.lines),
        actor=row.actor,
        subject=row.subject,
        reason=row.reason,
        note=row.note,
        reverses=row.reverses,
        public=row.public_particulars,
        private=row.private_particulars,
    )
    if _as_told(standing) != _as_told(draft):
        told = {"number": f"{row.number:,}"}
        raise Conflict(_("This was recorded before as entry %(number)s, with other content. What was recorded stands.") % told)
    return Posted(entry_id=row.id, number=row.number, replayed=True, forced=row.forced)


def _as_told(draft: Draft) -> Draft:
    """The draft as its messenger told it: a fact dated into the open period is still the same fact."""
    if TOLD_ON not in draft.private:
        return draft
    rest = {key: value for key, value in draft.private.items() if key != TOLD_ON}
    return replace(draft, happened_on=date.fromisoformat(draft.private[TOLD_ON]), private=rest)


def _rule_against(connection: Connection, draft: Draft, gate_passed: bool) -> Refused | None:
    """What speaks against a draft that is not in the ledger yet."""
    if is_harmless(connection, draft):
        return None
    codes, missing = for_draft(connection, draft)
    if missing:
        return Refused(missing)
    if gate_passed or codes.only_adds(draft):
        return None
    return MustPassTheGate(_("This would take money out of a fund without asking whether it has any. Nothing was written."))


def _closed(session: Session, draft: Draft) -> FundError:
    """Why nothing was written of a new event that no other rule speaks against."""
    shut = shut_until(session)
    if shut is not None and draft.happened_on <= shut:
        return PeriodClosed(_("The books are closed up to %(day)s. Give a later day.") % {"day": day(shut)})
    if draft.happened_on <= EPOCH:
        return Refused(_("Nobody’s books here go back so far. Give a day in this century."))
    return Busy()
