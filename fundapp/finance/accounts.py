"""Accounts as the desk shows and names them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.finance.ledger_words import ACCOUNT_KINDS
from fundapp.finance.looking import SizeField
from fundapp.finance.story import names as people_behind
from fundapp.ledger import checkpoints, queries
from fundapp.ledger import service as ledger
from fundapp.ledger.chart import AccountKind
from fundapp.ledger.checkpoints import CheckpointView
from fundapp.ledger.log_models import LogLeaf
from fundapp.ledger.queries import AccountView


@dataclass(frozen=True, slots=True)
class Standing:
    """An account and what stands in it, in all funds together, in pence, on its own side."""

    account: AccountView
    balance_pence: int


@dataclass(frozen=True, slots=True)
class Name:
    """What an account was called from a moment on, and who said so."""

    name: str
    since: datetime
    by: str
    number: int


def grouped(session: Session) -> list[tuple[AccountKind, list[Standing]]]:
    """Every account with its balance, by what it is."""
    balances: dict[str, int] = {}
    for row in queries.trial_balance(session):
        balances[row.account] = balances.get(row.account, 0) + row.balance_pence
    standing = [Standing(one, balances.get(one.code, 0)) for one in queries.accounts(session)]
    groups = [(kind, [one for one in standing if one.account.kind == kind]) for kind in ACCOUNT_KINDS]
    return [(kind, ones) for kind, ones in groups if ones]


def names(session: Session, code: str) -> list[Name]:
    """Every name an account had, the newest first."""
    said = [one for one in queries.entries_for(session, f"account:{code}") if "name" in one.public_particulars]
    who = people_behind(session, {one.actor for one in said})
    return [Name(one.public_particulars["name"], one.recorded_at, who[one.actor], one.number) for one in reversed(said)]


def rename(session: Session, *, actor: Actor, code: str, name: str) -> None:
    """Give an account another name. Raises NotAllowed, NotFound, Refused (no name, the name it has, another's name), Busy."""
    if not actor.has(Role.FINANCE) or actor.user_id is None:
        raise NotAllowed(_("Only a finance officer renames an account."))
    found = {one.code: one.name for one in queries.accounts(session)}
    if code not in found:
        raise NotFound(_("There is no account “%(code)s” in the ledger.") % {"code": code[:60]})
    wanted = " ".join(name.split())
    if wanted == found[code]:
        raise Refused(_("It is called “%(name)s” already.") % {"name": wanted})
    if wanted.casefold() in {other.casefold() for one, other in found.items() if one != code}:
        raise Refused(_("Another account is called “%(name)s”. Two of one name could not be told apart.") % {"name": wanted})
    posted = ledger.rename_account(session, code=code, name=wanted, actor=actor.reference)
    audit.record(session, actor=actor, kind=AuditKind.ACCOUNT_RENAMED, subject=f"account:{code}", facts={"entry": posted.number})


def log_size(session: Session) -> int:
    """How many entries the log has."""
    return session.scalar(select(func.coalesce(func.max(LogLeaf.seq) + 1, 0))) or 0


def is_within(field: SizeField, size: int) -> bool:
    """Whether the log was ever of the size that was asked for; else the field says that it was not."""
    if field.data is None or field.data <= size:
        return True
    beyond = _("The log has %(number)s entries so far. You wrote “%(words)s”.")
    field.errors = [beyond % {"number": f"{size:,}", "words": field._value()[:40]}]
    return False


def checkpoint_of(session: Session, size: int | None) -> CheckpointView | None:
    """The checkpoint of a size of the log, if that size was signed."""
    if size is None:
        return None
    try:
        return checkpoints.at(session, size)
    except NotFound:
        return None
