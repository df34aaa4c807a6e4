"""The policy that holds now, and those that wait, held before, or were never taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from fundapp.audit import queries as audit
from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.grants.policy.models import PolicyOutcome, PolicyVersion
from fundapp.grants.policy.tiers import UNSIGNED, Answer, Policy, Signers, Tier

# What a version's row says, beside its number and its tiers: the fields of both classes that share their names.
TERMS = (
    "catalogue_only",
    "within_guide",
    "weekly_worker_pence",
    "weekly_person_pence",
    "weekly_fund_pence",
    "look_at_one_in",
    "panel_quorum",
    "person_cap_pence",
    "group_cap_pence",
)


def now(session: Session) -> Policy:
    """What two approvers signed last; what comes with the software until they have."""
    row = in_force(session)
    return saying(row) if row else UNSIGNED


def in_force(session: Session) -> PolicyVersion | None:
    """The version that holds; None for what came with the software."""
    return session.scalar(
        select(PolicyVersion)
        .join(PolicyOutcome, PolicyOutcome.policy_number == PolicyVersion.number)
        .where(PolicyOutcome.in_force)
        .order_by(PolicyVersion.number.desc())
        .limit(1)
    )


def saying(row: PolicyVersion) -> Policy:
    """What a version says."""
    tiers = tuple(Tier(Signers(one["signers"]), Answer(one["answer"]), one["up_to_pence"]) for one in row.tiers)
    return Policy(row.number, tiers, **{name: getattr(row, name) for name in TERMS})


def tier_rows(tiers: Iterable[Tier]) -> list[dict[str, Any]]:
    """Tiers as a version's row keeps them."""
    return [{"signers": one.signers.value, "answer": one.answer.value, "up_to_pence": one.up_to_pence} for one in tiers]


def open_version(session: Session) -> PolicyVersion | None:
    """The one that waits for signatures, if any."""
    ended = select(PolicyOutcome.policy_number).where(PolicyOutcome.policy_number == PolicyVersion.number).exists()
    return session.scalar(_whole().where(~ended).order_by(PolicyVersion.number).limit(1))


def version(session: Session, number: int) -> PolicyVersion:
    """One version with who signed it and what became of it. Raises NotFound."""
    found = session.scalar(_whole().where(PolicyVersion.number == number))
    if found is None:
        raise NotFound(_("There is no such policy."))
    return found


def newest_number(session: Session) -> int:
    """The number given last; 0 before the first."""
    return session.scalar(select(func.max(PolicyVersion.number))) or 0


def history() -> Select[PolicyVersion]:
    """Every version with who signed it and what became of it, the newest first, for paging."""
    return _whole().order_by(PolicyVersion.number.desc())


def before(session: Session, versions: Sequence[PolicyVersion]) -> dict[int, Policy]:
    """What each of these took the place of, or meant to, by the version's number."""
    older = {one.replaces for one in versions if one.replaces}
    rows = session.scalars(select(PolicyVersion).where(PolicyVersion.number.in_(older))) if older else ()
    found = {row.number: saying(row) for row in rows}
    return {one.number: found.get(one.replaces, UNSIGNED) for one in versions}


def reasons(session: Session, versions: Sequence[PolicyVersion]) -> dict[int, str]:
    """Why each was proposed, where the words are still there."""
    subjects = {one.reference: one.number for one in versions}
    if not subjects:
        return {}
    found = session.scalars(audit.of_subjects(list(subjects), ["policy.proposed"]))
    return {subjects[event.subject]: event.words for event in found if event.words}


def _whole() -> Select[PolicyVersion]:
    whole = select(PolicyVersion).options(selectinload(PolicyVersion.signatures), selectinload(PolicyVersion.outcome))
    return whole.execution_options(populate_existing=True)
