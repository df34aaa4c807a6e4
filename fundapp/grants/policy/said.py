"""A policy in words, line by line, and what differs between two."""

from __future__ import annotations

from dataclasses import dataclass

from fundapp.core.language import gettext as _
from fundapp.core.language import marked, ngettext
from fundapp.core.money import pounds
from fundapp.grants.policy.tiers import Answer, Policy, Signers, Tier

SIGNERS = {
    Signers.POLICY: marked("The policy itself"),
    Signers.APPROVER: marked("One approver"),
    Signers.APPROVER_AND_FINANCE: marked("An approver and a finance officer, who then does not pay it"),
    Signers.TWO_APPROVERS_OR_PANEL: marked("Two approvers, or the panel"),
}
ANSWERS = {
    Answer.AT_ONCE: marked("at once"),
    Answer.SAME_DAY: marked("the same day"),
    Answer.TWO_DAYS: marked("within 48 hours"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a policy says; `before` is what another one said, empty where nothing else was."""

    name: str
    after: str
    before: str = ""


def lines(policy: Policy) -> list[Line]:
    """All that a policy says."""
    return [*_tiers(policy), *_at_once(policy), *_rest(policy)]


def changes(before: Policy, after: Policy) -> list[Line]:
    """What one says otherwise than the other."""
    was = {line.name: line.after for line in lines(before)}
    said = lines(after)
    now = {line.name for line in said}
    nothing = _("not said")
    changed = [Line(one.name, one.after, was.get(one.name, nothing)) for one in said if was.get(one.name) != one.after]
    # Of a step that is gone, its own line is enough.
    gone = [Line(one.name, nothing, one.after) for one in _tiers(before) if one.name not in now]
    return [*gone, *changed]


def answered(tier: Tier) -> str:
    """How soon a tier is answered."""
    return _(ANSWERS[tier.answer])


def _tiers(policy: Policy) -> list[Line]:
    found = []
    for tier in policy.tiers:
        facts = {"amount": pounds(tier.up_to_pence or 0), "answer": answered(tier)}
        limit = _("up to %(amount)s, %(answer)s") if tier.up_to_pence is not None else _("whatever is above, %(answer)s")
        found.append(Line(_(SIGNERS[tier.signers]), limit % facts))
    return found


def _at_once(policy: Policy) -> list[Line]:
    if not any(one.signers is Signers.POLICY for one in policy.tiers):
        return []
    yes, no = _("yes"), _("no")
    looks = ngettext("every one", "1 in %(num)d", policy.look_at_one_in) % {"num": policy.look_at_one_in}
    return [
        Line(_("It agrees by itself only what the catalogue names"), yes if policy.catalogue_only else no),
        Line(_("It agrees by itself only what costs no more than the guide price"), yes if policy.within_guide else no),
        Line(_("It agrees by itself in a week, for one key worker"), pounds(policy.weekly_worker_pence)),
        Line(_("It agrees by itself in a week, for one person"), pounds(policy.weekly_person_pence)),
        Line(_("It agrees by itself in a week, out of one fund"), pounds(policy.weekly_fund_pence)),
        Line(_("Looked at by an approver on the next working day"), looks),
    ]


def _rest(policy: Policy) -> list[Line]:
    return [
        Line(_("How many of the panel must vote"), str(policy.panel_quorum)),
        Line(_("The most for one person in 12 months"), pounds(policy.person_cap_pence)),
        Line(_("The most for one community group in 12 months"), pounds(policy.group_cap_pence)),
    ]
