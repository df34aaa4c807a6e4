"""Changing rules: an administrator proposes; what takes two people is agreed by an approver who is not the same; it holds from then on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock, turns
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.rulebook import queries
from fundapp.rulebook.models import RuleDecision, RuleVersion
from fundapp.rulebook.rulesets import RuleSet

LONGEST_REASON = 500


def propose(session: Session, *, actor: Actor, of: RuleSet[Any], numbers: Mapping[str, int], replaces: int, reason: str) -> RuleVersion:
    """Propose what a set of rules should say. What takes one person alone holds at once.

    `replaces` is the version that the page showed (0: what came with the software). Raises NotAllowed; Conflict when other rules
    hold by now; and Refused: without a reason, for what does not differ or lies outside its limits, and while another waits.
    """
    if not actor.has(Role.ADMIN) or actor.user_id is None:
        raise NotAllowed(_("Only an administrator proposes rules."))
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Refused(_("Say why, in up to %(most)d letters.") % {"most": LONGEST_REASON})
    _take_turn(session)
    standing = queries.in_force(session, of.code)
    if replaces != (standing.id if standing else 0):
        raise Conflict(_("Somebody has changed these rules meanwhile. Look at what they say now, then propose again."))
    if queries.open_version(session, of.code):
        raise Refused(_("A change of these rules waits to be agreed already. Take it back first."))
    changed = _changed(of, standing, numbers)
    by_two = any(one.by_two for one in of.rules if one.code in changed)
    version = RuleVersion(
        rule_set=of.code,
        replaces=replaces,
        numbers={one.code: numbers[one.code] for one in of.rules},
        by_two=by_two,
        proposed_at=clock.now(),
        proposed_by=actor.user_id,
    )
    session.add(version)
    session.flush()
    facts: dict[str, str | int] = {"rules": of.code, "changed": len(changed)}
    record(session, actor=actor, kind=AuditKind.RULES_PROPOSED, subject=version.reference, facts=facts, words=reason)
    if not by_two:
        _hold(session, actor, version, of)
    return version


def agree(session: Session, *, actor: Actor, version_id: int, of: RuleSet[Any]) -> RuleVersion:
    """Let a version of these rules hold from now on.

    Raises NotAllowed, to whoever proposed it as well; NotFound; Refused when it was decided already.
    """
    if not actor.has(Role.APPROVER) or actor.user_id is None:
        raise NotAllowed(_("Only an approver agrees to rules."))
    version = _waiting(session, version_id)
    if version.rule_set != of.code:
        raise NotFound(_("There is no such change of rules."))
    if version.proposed_by == actor.user_id:
        raise NotAllowed(_("Somebody else agrees to what you propose."))
    _hold(session, actor, version, of)
    return version


def decline(session: Session, *, actor: Actor, version_id: int, reason: str) -> RuleVersion:
    """Do not let a version hold; whoever proposed it takes it back so. Raises NotAllowed, NotFound, Refused."""
    if not actor.has(Role.APPROVER, Role.ADMIN) or actor.user_id is None:
        raise NotAllowed(_("Only an approver or an administrator declines rules."))
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Refused(_("Say why, in up to %(most)d letters.") % {"most": LONGEST_REASON})
    version = _waiting(session, version_id)
    _decide(session, actor, version, agreed=False, reason=reason)
    return version


def _waiting(session: Session, version_id: int) -> RuleVersion:
    """The version, with the turn taken, if nothing was decided about it."""
    _take_turn(session)
    version = session.get(RuleVersion, version_id)
    if version is None:
        raise NotFound(_("There is no such change of rules."))
    if session.get(RuleDecision, version_id):
        raise Refused(_("That change was decided already."))
    return version


def _hold(session: Session, actor: Actor, version: RuleVersion, of: RuleSet[Any]) -> None:
    _decide(session, actor, version, agreed=True)
    if of.brings is not None:
        of.brings(session, version, actor)


def _decide(session: Session, actor: Actor, version: RuleVersion, *, agreed: bool, reason: str = "") -> None:
    session.add(
        RuleDecision(
            version_id=version.id,
            rule_set=version.rule_set,
            replaces=version.replaces,
            proposed_by=version.proposed_by,
            by_two=version.by_two,
            agreed=agreed,
            decided_at=clock.now(),
            decided_by=actor.user_id,
        )
    )
    session.flush()
    queries.forget_read(session)
    kind = AuditKind.RULES_AGREED if agreed else AuditKind.RULES_DECLINED
    record(session, actor=actor, kind=kind, subject=version.reference, facts={"rules": version.rule_set}, words=reason)


def _changed(of: RuleSet[Any], standing: RuleVersion | None, numbers: Mapping[str, int]) -> set[str]:
    """Which rules would say something else. Raises Refused when none would, or for numbers that cannot be."""
    if faults := of.faults(numbers):
        raise Refused(" ".join(faults))
    held = of.values(of.saying(standing.numbers if standing else {}))
    changed = {code for code, number in held.items() if numbers[code] != number}
    if not changed:
        raise Refused(_("They say so already."))
    return changed


def _take_turn(session: Session) -> None:
    # One change of rules at a time.
    turns.take(session, "rules-change")
