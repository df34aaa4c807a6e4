"""Forms of the policy: what it should say, why it is not taken, and what somebody found who looked again."""

from __future__ import annotations

from typing import Any

# The library's types do not know SelectChoice yet; what they know, the library warns of.
from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, SelectField, TextAreaField  # type: ignore[attr-defined]
from wtforms.validators import Length, NumberRange

from fundapp.core.language import lazy
from fundapp.grants.policy import faults, standing
from fundapp.grants.policy.said import ANSWERS
from fundapp.grants.policy.tiers import Answer, Policy, Signers, Tier
from fundapp.grants.policy.versions import LONGEST_REASON
from fundapp.web.forms import Form, MoneyField, WholeNumberField, required

_WHY = [required(lazy("Say why.")), Length(max=LONGEST_REASON, message=lazy("Keep it under 500 letters."))]
_LATER = [SelectChoice(one.value, lazy(words)) for one, words in ANSWERS.items() if one is not Answer.AT_ONCE]
# Each step but the last: who signs, the field of its limit, and that of its answer.
_STEPS = ((Signers.APPROVER, "approver_to", "approver_answer"), (Signers.APPROVER_AND_FINANCE, "pair_to", "pair_answer"))


def _limit(label: str, *, needed: bool = False) -> Any:
    validators = [required(lazy("Write an amount, like 50.00."))] if needed else []
    return MoneyField(label, minimum_pence=1, maximum_pence=faults.MOST_PENCE, validators=validators)


def _how_many(label: str, least: int, most: int) -> Any:
    between = lazy("Between %(least)s and %(most)s.", least=least, most=most)
    return WholeNumberField(label, validators=[required(lazy("Write a number.")), NumberRange(least, most, message=between)])


class PolicyForm(Form):
    """What the policy should say, and why."""

    # The version that the page shows.
    replaces = HiddenField()
    at_once_to = _limit(lazy("The policy itself agrees up to"))
    catalogue_only = BooleanField(lazy("It agrees by itself only what the catalogue names"))
    within_guide = BooleanField(lazy("It agrees by itself only what costs no more than the guide price"))
    weekly_worker_pence = _limit(lazy("In a week, for one key worker"), needed=True)
    weekly_person_pence = _limit(lazy("In a week, for one person"), needed=True)
    weekly_fund_pence = _limit(lazy("In a week, out of one fund"), needed=True)
    look_at_one_in = _how_many(lazy("An approver looks again at 1 in"), 1, faults.MOST_LOOKS)
    approver_to = _limit(lazy("One approver agrees up to"))
    approver_answer = SelectField(lazy("One approver answers"), choices=_LATER)
    pair_to = _limit(lazy("An approver and a finance officer agree up to"))
    pair_answer = SelectField(lazy("An approver and a finance officer answer"), choices=_LATER)
    last_answer = SelectField(lazy("Two approvers, or the panel, answer what is above"), choices=_LATER)
    panel_quorum = _how_many(lazy("How many of the panel must vote"), faults.LEAST_QUORUM, faults.MOST_QUORUM)
    person_cap_pence = _limit(lazy("The most for one person in 12 months"), needed=True)
    group_cap_pence = _limit(lazy("The most for one community group in 12 months"), needed=True)
    reason = TextAreaField(lazy("Why"), validators=_WHY)

    @property
    def policy(self) -> Policy:
        """What was written."""
        tiers = []
        if self.at_once_to.data:
            tiers.append(Tier(Signers.POLICY, Answer.AT_ONCE, self.at_once_to.data))
        tiers += [Tier(who, Answer(self[answer].data), self[to].data) for who, to, answer in _STEPS if self[to].data]
        tiers.append(Tier(Signers.TWO_APPROVERS_OR_PANEL, Answer(self.last_answer.data)))
        return Policy(None, tuple(tiers), **{name: self[name].data for name in standing.TERMS})

    @property
    def shown(self) -> int:
        """The version that the page showed, or one that there never was."""
        text = self.replaces.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) <= WholeNumberField.MOST_DIGITS else -1


def showing(policy: Policy) -> PolicyForm:
    """A form that says what a policy says."""
    steps = {one.signers: one for one in policy.tiers}
    data: dict[str, Any] = {name: getattr(policy, name) for name in standing.TERMS}
    data["replaces"] = policy.number or 0
    data["at_once_to"] = steps[Signers.POLICY].up_to_pence if Signers.POLICY in steps else None
    for who, to, answer in _STEPS:
        if who in steps:
            data |= {to: steps[who].up_to_pence, answer: steps[who].answer.value}
    data["last_answer"] = policy.tiers[-1].answer.value
    return PolicyForm(formdata=None, data=data)


class DeclineForm(Form):
    """Why a policy that waits is not taken."""

    why = TextAreaField(lazy("Why it is not taken"), validators=_WHY)


class LookForm(Form):
    """What an approver found who looked again at what the policy agreed."""

    FINE, NOT_FINE = "fine", "not_fine"
    found = RadioField(
        lazy("Would you have agreed it?"),
        choices=[SelectChoice(FINE, lazy("Yes, it is fine")), SelectChoice(NOT_FINE, lazy("No, it is not fine"))],
        validators=[required(lazy("Choose one."))],
    )
    why = TextAreaField(lazy("What is not fine"), validators=[Length(max=LONGEST_REASON, message=lazy("Keep it under 500 letters."))])
