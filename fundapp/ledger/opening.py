"""Opening funds and accounts, and renaming accounts: records in the log, so that an old balance can always be named."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.ledger.chart import STANDARD, AccountKind, Restriction
from fundapp.ledger.draft import CODE, LONGEST_CODE, Draft, Posted
from fundapp.ledger.models import Account, Fund
from fundapp.ledger.posting import write
from fundapp.ledger.writing import execute

_CODE = re.compile(CODE, re.ASCII)

# Taken first, so that two renamings of one account come one after the other and each gets its own key.
_RENAME = "UPDATE account SET name = %(name)s WHERE code = %(code)s RETURNING code"
_RENAMINGS = "SELECT count(*) FROM entry WHERE subject = %(subject)s AND kind = 'account.renamed'"


def open_fund(
    session: Session,
    *,
    code: str,
    name: str,
    restriction: Restriction | str,
    purpose: str,
    actor: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
    grantor: str = "",
) -> Posted:
    """Open a fund with the terms it was given on. Its dates bound awards, both ends inside; its terms are not changed later.

    `grantor` is an organisation, never a person. The same opening again on the same day is answered with the first.
    Raises Refused (a bad code, no name or purpose, dates the wrong way round), Conflict (other terms under this code).
    """
    if starts_on and ends_on and ends_on < starts_on:
        raise Refused(_("A fund ends on or after the day it starts."))
    if not purpose.strip():
        raise Refused(_("Say what the fund's money may be used for."))
    terms: dict[str, Any] = {"code": code, "name": _name(name), "restriction": Restriction(restriction).value, "purpose": purpose.strip()}
    terms |= {"grantor": grantor.strip()} if grantor.strip() else {}
    days = {"starts_on": starts_on, "ends_on": ends_on}
    said = terms | {key: day.isoformat() for key, day in days.items() if day}
    posted = write(session, _record("fund", code, "opened", actor, said))
    if not posted.replayed:
        session.execute(insert(Fund).values(**terms, **days))
    return posted


def open_account(session: Session, *, code: str, name: str, kind: AccountKind | str, actor: str) -> Posted:
    """Open an account. Code and kind never change; the name can, by `rename_account`.

    The same opening again on the same day is answered with the first.
    Raises Refused (a bad code, no name), Conflict (another account under this code).
    """
    account = {"code": code, "name": _name(name), "kind": AccountKind(kind).value}
    posted = write(session, _record("account", code, "opened", actor, account))
    if not posted.replayed:
        session.execute(insert(Account).values(**account))
    return posted


def open_standard_accounts(session: Session, *, actor: str) -> None:
    """Open whichever of the accounts that every Fund has are not open yet."""
    opened = set(session.scalars(select(Account.code)))
    for account in STANDARD:
        if account.code not in opened:
            open_account(session, code=account.code, name=account.name, kind=account.kind, actor=actor)


def rename_account(session: Session, *, code: str, name: str, actor: str) -> Posted:
    """Give an account another name. The log keeps the old one. Raises NotFound, Refused (no name), Busy."""
    connection = session.connection()
    named = _name(name)
    if execute(connection, _RENAME, {"name": named, "code": code}).one_or_none() is None:
        raise NotFound(_("There is no account “%(code)s” in the ledger.") % {"code": code})
    earlier: int = execute(connection, _RENAMINGS, {"subject": f"account:{code}"}).scalar_one()
    return write(session, _record("account", code, "renamed", actor, {"code": code, "name": named}, nth=earlier + 1))


def _name(name: str) -> str:
    if not name.strip():
        raise Refused(_("Give it a name."))
    return name.strip()


def _record(what: str, code: str, verb: str, actor: str, said: dict[str, Any], *, nth: int | None = None) -> Draft:
    if len(code) > LONGEST_CODE or not _CODE.fullmatch(code):
        told = {"words": code[:40]}
        raise Refused(_("A code is lower-case letters, digits and hyphens, like help-phone. You wrote “%(words)s”.") % told)
    key = f"{what}:{code}:{verb}"
    return Draft(
        event_key=key if nth is None else f"{key}:{nth}",
        kind=f"{what}.{verb}",
        happened_on=clock.today(),
        lines=(),
        actor=actor,
        subject=f"{what}:{code}",
        public=said,
    )
