"""Changing the policy: an administrator proposes, two approvers sign, and it holds from the second signature on."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock, turns
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotAllowed, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants.policy import said, seats, standing
from fundapp.grants.policy.faults import faults
from fundapp.grants.policy.models import PolicyOutcome, PolicySignature, PolicyVersion
from fundapp.grants.policy.tiers import Policy

LONGEST_REASON = 500
SIGNATURES = 2


def propose(session: Session, *, actor: Actor, policy: Policy, replaces: int, reason: str) -> PolicyVersion:
    """Propose a policy. Its own number is given to it; the one it carries is not looked at.

    `replaces` is the version that the page showed (0: what came with the software). Raises NotAllowed; Conflict when another holds by
    now; and Refused: without a reason, while another waits, for what does not go together, and for a policy under which something
    could be asked that nobody decides or pays.
    """
    if not actor.has(Role.ADMIN) or actor.user_id is None:
        raise NotAllowed(_("Only an administrator proposes a policy."))
    words = _reason(reason)
    _take_turn(session)
    held = standing.in_force(session)
    if replaces != (held.number if held else 0):
        raise Conflict(_("Another policy holds meanwhile. Look at what it says, then propose again."))
    if standing.open_version(session):
        raise Refused(_("A policy waits to be signed already. Take it back first."))
    if found := [*faults(policy), *seats.sentences(session, policy)]:
        raise Refused(" ".join(found))
    changed = len(said.changes(standing.now(session), policy))
    if held and not changed:
        raise Refused(_("It says so already."))
    version = PolicyVersion(
        number=standing.newest_number(session) + 1,
        replaces=replaces,
        tiers=standing.tier_rows(policy.tiers),
        **{name: getattr(policy, name) for name in standing.TERMS},
        proposed_at=clock.now(),
        proposed_by=actor.user_id,
    )
    session.add(version)
    session.flush()
    facts: dict[str, str | int] = {"replaces": replaces, "changed": changed}
    record(session, actor=actor, kind=AuditKind.POLICY_PROPOSED, subject=version.reference, facts=facts, words=words)
    return version


def sign(session: Session, *, actor: Actor, number: int) -> PolicyVersion:
    """Sign a policy that waits. The second signature lets it hold from now on.

    Raises NotFound; NotAllowed to whoever proposed it, signed it already, or is no approver; Refused when it waits no more, and when
    nobody could decide or pay something under it as the seats are held by now.
    """
    user_id = _signer(actor)
    version = _waiting(session, number)
    if version.proposed_by == user_id:
        raise NotAllowed(_("Two other people sign what you propose."))
    if any(one.user_id == user_id for one in version.signatures):
        raise NotAllowed(_("You have signed this one, so somebody else signs next."))
    if found := seats.sentences(session, standing.saying(version)):
        raise Refused(" ".join(found))
    signed = len(version.signatures) + 1
    session.add(PolicySignature(policy_number=number, user_id=user_id, proposed_by=version.proposed_by, signed_at=clock.now()))
    session.flush()
    record(session, actor=actor, kind=AuditKind.POLICY_SIGNED, subject=version.reference, facts={"signature": signed})
    if signed == SIGNATURES:
        _end(session, actor, version, in_force=True, signers=(version.signatures[0].user_id, user_id))
        record(session, actor=actor, kind=AuditKind.POLICY_BEGAN, subject=version.reference, facts={"replaces": version.replaces})
    return version


def decline(session: Session, *, actor: Actor, number: int, reason: str) -> PolicyVersion:
    """Do not take a policy that waits; an administrator takes it back so. Raises NotAllowed, NotFound, Refused."""
    if not actor.has(Role.APPROVER, Role.ADMIN) or actor.user_id is None:
        raise NotAllowed(_("Only an approver or an administrator declines a policy."))
    words = _reason(reason)
    version = _waiting(session, number)
    _end(session, actor, version, in_force=False, signers=(None, None))
    record(session, actor=actor, kind=AuditKind.POLICY_DECLINED, subject=version.reference, words=words)
    return version


def _end(session: Session, actor: Actor, version: PolicyVersion, *, in_force: bool, signers: tuple[int | None, int | None]) -> None:
    session.add(
        PolicyOutcome(
            policy_number=version.number,
            replaces=version.replaces,
            in_force=in_force,
            first_by=signers[0],
            second_by=signers[1],
            decided_at=clock.now(),
            decided_by=actor.user_id,
        )
    )
    session.flush()


def _signer(actor: Actor) -> int:
    if not actor.has(Role.APPROVER) or actor.user_id is None:
        raise NotAllowed(_("Two approvers sign a policy."))
    if actor.has(Role.ADMIN):
        raise NotAllowed(_("An administrator’s account proposes a policy, and does not sign one."))
    return actor.user_id


def _waiting(session: Session, number: int) -> PolicyVersion:
    """The version, with the turn taken, if nothing became of it yet."""
    _take_turn(session)
    version = standing.version(session, number)
    if version.outcome is not None:
        raise Refused(_("That policy waits no more."))
    return version


def _reason(words: str) -> str:
    if not words.strip() or len(words) > LONGEST_REASON:
        raise Refused(_("Say why, in up to %(most)d letters.") % {"most": LONGEST_REASON})
    return words.strip()


def _take_turn(session: Session) -> None:
    # One change of the policy at a time.
    turns.take(session, "policy-change")
