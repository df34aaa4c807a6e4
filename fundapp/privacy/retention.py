"""The retention schedule: rules that administrators keep, and the daily round that applies them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Text, cast, exists, func, inspect, literal, select
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock, turns
from fundapp.core.actor import SYSTEM, Actor
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.forgetting import Forgetting
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.core.roles import Role
from fundapp.finance.forgetting import FORGETTING as FINANCE
from fundapp.giving.forgetting import FORGETTING as GIVING
from fundapp.grants.forgetting import FORGETTING as GRANTS
from fundapp.openbooks.forgetting import FORGETTING as OPENBOOKS
from fundapp.payouts.forgetting import FORGETTING as PAYOUTS
from fundapp.people.forgetting import FORGETTING as PEOPLE
from fundapp.points.forgetting import FORGETTING as POINTS
from fundapp.privacy.forgetting import FORGETTING as PRIVACY
from fundapp.privacy.models import LEAST_MONEY_DAYS, MOST_DAYS, DataComplaint, Forgotten, RetentionRule, RetentionRun

ALL: tuple[Forgetting, ...] = (*GRANTS, *PAYOUTS, *FINANCE, *GIVING, *PEOPLE, *OPENBOOKS, *POINTS, *PRIVACY)
RULES = tuple(rule for rule in Kept if rule is not Kept.LEDGER)
WORDS = {
    Kept.DRAFT: (marked("Drafts"), marked("after they were last saved")),
    Kept.DECLINED: (marked("Declined and withdrawn requests"), marked("after they ended: words go, figures stay")),
    Kept.IDENTITY: (marked("The person’s own words"), marked("after a request that was paid has ended")),
    Kept.DELIVERY: (marked("Where things were brought to"), marked("after it was paid; gone as soon as it is there")),
    Kept.MONEY: (marked("What tells of money"), marked("after it was paid: bills, shops, references of the bank")),
    Kept.DONOR: (marked("Gifts"), marked("after the gift: the way back to its payment page")),
    Kept.ACCOUNT: (marked("Accounts that were disabled"), marked("after that day: name, address, ways to sign in")),
    Kept.ACCESS: (marked("Sessions and invitations"), marked("after they ended")),
    Kept.RIGHTS: (marked("Letters about data"), marked("after they were answered")),
    Kept.CONTACT: (marked("Contacts"), marked("after the place closed, or the reader was taken off the list")),
}
LONGEST_REASON = 500
# So many rows of a kind in one round at the most; the next day goes on.
MOST_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule as it stands: since when, by whom, what it last did, and what is due."""

    rule: Kept
    days: int
    since: datetime
    by: int | None
    last: RetentionRun | None
    due: int

    @property
    def words(self) -> str:
        """What it is about."""
        return _(WORDS[self.rule][0])

    @property
    def counts_from(self) -> str:
        """From when its days count."""
        return _(WORDS[self.rule][1])


def days_of(session: Session) -> dict[Kept, RetentionRule]:
    """The rules in force: the newest row of each."""
    newest = select(func.max(RetentionRule.id)).group_by(RetentionRule.rule)
    rows = session.scalars(select(RetentionRule).where(RetentionRule.id.in_(newest)))
    return {Kept(row.rule): row for row in rows}


def standings(session: Session) -> list[Standing]:
    """Every rule, in the order of the schedule."""
    runs = select(func.max(RetentionRun.id)).group_by(RetentionRun.rule)
    last = {Kept(row.rule): row for row in session.scalars(select(RetentionRun).where(RetentionRun.id.in_(runs)))}
    found = days_of(session)
    return [Standing(rule, row.days, row.since, row.by, last.get(rule), due(session, rule, row.days)) for rule, row in found.items()]


def history(session: Session, rule: Kept) -> Sequence[RetentionRule]:
    """What a rule said, the newest first."""
    return session.scalars(select(RetentionRule).where(RetentionRule.rule == rule.value).order_by(RetentionRule.id.desc())).all()


def due(session: Session, rule: Kept, days: int) -> int:
    """How many things a rule would forget now, what is held back among them."""
    return sum(session.scalar(select(func.count()).select_from(_due(one, _before(days)).subquery())) or 0 for one in _of(rule))


def change_rule(session: Session, *, actor: Actor, rule: Kept, days: int, reason: str) -> RetentionRule:
    """Let a rule say another number of days from now on.

    Raises NotAllowed, NotFound, and Refused without a reason, for a number that it says already, or below what the law says.
    """
    if not actor.has(Role.ADMIN) or actor.user_id is None:
        raise NotAllowed(_("Only an administrator changes how long something is kept."))
    standing = days_of(session).get(rule)
    if standing is None:
        raise NotFound(_("There is no such rule."))
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Refused(_("Say why, in up to %(most)d letters.") % {"most": LONGEST_REASON})
    if not 1 <= days <= MOST_DAYS:
        raise Refused(_("Between 1 and 9,999 days."))
    if rule is Kept.MONEY and days < LEAST_MONEY_DAYS:
        raise Refused(_("What tells of money is kept for six years after its financial year: 2,557 days at the least."))
    if rule in (Kept.IDENTITY, Kept.DECLINED, Kept.DRAFT) and days > days_of(session)[Kept.MONEY].days:
        raise Refused(_("A person’s words are never kept longer than the money."))
    if standing.days == days:
        raise Refused(_("It says so already."))
    changed = RetentionRule(rule=rule.value, days=days, since=clock.now(), by=actor.user_id)
    session.add(changed)
    session.flush()
    facts: dict[str, str | int] = {"rule": rule.value, "from_days": standing.days, "to_days": days}
    audit.record(session, actor=actor, kind=AuditKind.RETENTION_CHANGED, subject=f"retention:{rule}", facts=facts, words=reason)
    return changed


def rules_for_today(session: Session) -> list[Kept]:
    """The rules that were not applied today."""
    done = set(session.scalars(select(RetentionRun.rule).where(RetentionRun.at >= clock.start_of(clock.today()))))
    return [rule for rule in RULES if rule.value not in done]


def apply(session: Session, rule: Kept) -> RetentionRun:
    """Forget what a rule says is due, in the caller's transaction, and note what was done. Again, it finds nothing left to do."""
    turns.take(session, "retention")
    days, held_back = days_of(session)[rule].days, holds(session)
    done = held = 0
    for one in _of(rule):
        for row in session.scalars(_due(one, _before(days)).limit(MOST_AT_ONCE)).all():
            subject = f"{one.name}:{inspect(row).identity[0]}"
            if held_back.intersection((subject, *one.about(row))):
                held += 1
                continue
            one.forget(session, row)
            session.flush()
            # What is gone is not gone through again; what stays without its words says so.
            if inspect(row).persistent:
                session.add(Forgotten(rule=rule.value, subject=subject, at=clock.now()))
            done += 1
        session.flush()
    run = RetentionRun(rule=rule.value, at=clock.now(), days=days, rows=done, held=held)
    session.add(run)
    session.flush()
    if done:
        facts: dict[str, str | int] = {"rule": rule.value, "rows": done, "held": held}
        audit.record(session, actor=SYSTEM, kind=AuditKind.RETENTION_APPLIED, subject=f"retention:{rule}", facts=facts)
    return run


def holds(session: Session) -> frozenset[str]:
    """What complaints that are open are about: nothing of it is forgotten meanwhile."""
    about = select(DataComplaint.subject).where(DataComplaint.ended_at.is_(None), DataComplaint.subject.is_not(None))
    return frozenset(filter(None, session.scalars(about)))


def _of(rule: Kept) -> list[Forgetting]:
    return [one for one in ALL if one.rule is rule]


def _before(days: int) -> datetime:
    # Whole days in London, so that neither change of the clocks makes one of them longer.
    return clock.start_of(clock.today() - timedelta(days=days))


def _due(one: Forgetting, before: datetime) -> Select[Any]:
    key = inspect(one.model).primary_key[0]
    gone = exists().where(Forgotten.rule == one.rule.value, Forgotten.subject == literal(f"{one.name}:") + cast(key, Text))
    return select(one.model).where(one.due(before), ~gone).order_by(key)
