"""Forms of those who decide: what is given, out of which funds; declining; voting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import Optional as OrNothing
from wtforms.validators import ValidationError

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.grants.awards import FundChoice
from fundapp.grants.demand import reasons
from fundapp.grants.forms import ActForm, AtMost, MaybeWordsForm, WordsForm, choices, nobody_named
from fundapp.grants.models import GrantRequest
from fundapp.grants.steps import LONGEST_WORDS
from fundapp.grants.together.proposing import Terms, part_of
from fundapp.web.forms import MoneyField, required

AGREES, DECLINES = "agrees", "declines"


class FundsForm(MaybeWordsForm):
    """Which fund pays, and which pays the rest where one alone does not."""

    fund: Any = RadioField(lazy("Which fund pays"), validators=[required(lazy("Choose the fund that pays."))])
    most = MoneyField(lazy("How much out of the first?"), minimum_pence=1, validators=[OrNothing()])
    second = SelectField(lazy("And the rest out of"), validators=[OrNothing()])

    def offer(self, funds: Sequence[FundChoice]) -> None:
        """Let these funds be chosen, the proposed one first of all."""
        names = {fund.code: fund.name for fund in funds}
        self.fund.choices = choices(names)
        self.second.choices = choices({"": _("One fund pays all of it"), **names})

    def validate_second(self, field: SelectField) -> None:
        """Raises ValidationError for the same fund twice, and for an amount of the first without a second."""
        if field.data and field.data == self.fund.data:
            raise ValidationError(_("Choose another fund for the rest."))
        if self.most.data is not None and not field.data:
            raise ValidationError(_("Choose which fund pays the rest."))

    def terms(self, _request: GrantRequest) -> Terms:
        """All that is asked, out of the funds chosen."""
        return self._terms(None)

    def _terms(self, pence: Mapping[int, int] | None) -> Terms:
        if not self.second.data:
            return Terms((self.fund.data,), pence)
        most = {self.fund.data: self.most.data} if self.most.data is not None else {}
        return Terms((self.fund.data, self.second.data), pence, most)


class AgreeForm(FundsForm):
    """Agree all of it."""


class PanelForm(FundsForm):
    """Put all of it to the panel."""

    fund: Any = SelectField(lazy("Out of which fund?"), validators=[required(lazy("Choose the fund that pays."))])


class AgreePartForm(FundsForm):
    """Agree less, with a reason: one amount for one thing, or an amount for each of several."""

    amount = MoneyField(lazy("How much?"), minimum_pence=1, validators=[required(lazy("Write the amount, like 30.00."))])
    fund: Any = SelectField(lazy("Out of which fund?"), validators=[required(lazy("Choose the fund that pays."))])
    words = TextAreaField(
        lazy("Why not all of it?"),
        validators=[required(lazy("Say why, so that they can pass it on.")), AtMost(max=LONGEST_WORDS), nobody_named],
    )

    def terms(self, request: GrantRequest) -> Terms:
        """The part that is given, thing by thing."""
        fields = {thing.id: getattr(self, f"amount_{thing.position}", None) for thing in request.things}
        if len(request.things) > 1:
            return self._terms({number: field.data or 0 for number, field in fields.items() if field is not None})
        return self._terms(part_of(request, self.amount.data or 0))


def part_form(request: GrantRequest) -> type[AgreePartForm]:
    """The form for a part of this request: with an amount for each thing, where there are several."""
    if len(request.things) == 1:
        return AgreePartForm
    fields: dict[str, Any] = {
        f"amount_{thing.position}": MoneyField(thing.what, validators=[required(lazy("Write the amount, 0 for none of it."))])
        for thing in request.things
    }
    return type("AgreePartsForm", (AgreePartForm,), {**fields, "amount": None})


class DeclineForm(WordsForm):
    """Decline: the code by which it is counted, and the words for the worker."""

    reason = SelectField(lazy("What comes nearest?"), choices=lambda: choices(reasons.choices()), default=reasons.Reason.OTHER.value)

    @property
    def why(self) -> reasons.Reason:
        """The code."""
        return reasons.Reason(self.reason.data)


class VoteForm(ActForm):
    """A vote of the panel."""

    vote = RadioField(
        lazy("Your vote"),
        choices=lambda: choices({AGREES: _("Agree it"), DECLINES: _("Decline it")}),
        validators=[required(lazy("Choose how you vote."))],
    )

    @property
    def agrees(self) -> bool:
        """Whether it is for it."""
        return bool(self.vote.data == AGREES)
