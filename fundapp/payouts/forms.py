"""The forms of a payment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import RadioField, SelectField, StringField
from wtforms.validators import Length, ValidationError

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.grants.forms import ActForm, WordsForm, choices
from fundapp.grants.models import GrantRequest
from fundapp.web.forms import DateField3, MoneyField, required

LAST, PART = "last", "part"


class PaymentForm(ActForm):
    """What is to be paid, or was. `left_pence` is what is still set aside."""

    left_pence: int = 0
    # The fields of what each thing cost, where there are several.
    cost_fields: Sequence[str] = ()

    amount = MoneyField(lazy("What does it cost?"), minimum_pence=1, validators=[required(lazy("Write the amount, like 37.50."))])
    rest = RadioField(
        lazy("If it is less than what is set aside"),
        choices=choices(
            {PART: lazy("More is to be paid: the rest stays set aside"), LAST: lazy("This is all: the rest goes back to the fund")}
        ),
        # Asked for only when something is left.
        validate_choice=False,
    )
    supplier = StringField(
        lazy("Who is paid?"),
        validators=[required(lazy("Say who is paid, as on the bill.")), Length(max=120, message=lazy("Keep it under %(max)d letters."))],
    )
    paid_on = DateField3(lazy("On which day?"), validators=[required(lazy("Give the day the bank pays."))])
    reference = StringField(
        lazy("Reference at the bank"),
        validators=[
            required(lazy("Give the reference, so that the line can be found again.")),
            Length(max=40, message=lazy("Keep it under %(max)d letters.")),
        ],
    )

    @property
    def costs(self) -> dict[int, int] | None:
        """How much each thing cost, by the thing's id, where there are several. None: as far as the money goes, in their order."""
        return None

    def validate_rest(self, field: RadioField) -> None:
        """Raises ValidationError when something is left and nobody said what becomes of it."""
        if self.amount.data is not None and self.amount.data < self.left_pence and field.data not in {LAST, PART}:
            raise ValidationError(_("Say what becomes of the rest: set aside for another payment, or back to the fund."))


def payment_form(request: GrantRequest, left: Mapping[int, int]) -> type[PaymentForm]:
    """The form for a payment of this request. `left`: what is still set aside for each of several things, by the thing's id."""
    if len(left) < 2:
        return PaymentForm
    named = {thing.id: f"cost_{thing.position}" for thing in request.things if thing.id in left}
    fields: dict[str, Any] = {named[thing.id]: MoneyField(thing.what) for thing in request.things if thing.id in left}

    def costs(form: Any) -> dict[int, int] | None:
        told = {number: getattr(form, name).data for number, name in named.items()}
        return {number: pence or 0 for number, pence in told.items()} if any(told.values()) else None

    return type("PaymentOfSeveralForm", (PaymentForm,), {**fields, "costs": property(costs), "cost_fields": list(named.values())})


class CameBackForm(WordsForm):
    """A payment that came back from the bank."""

    payment = SelectField(lazy("Which payment?"), coerce=int, validators=[required(lazy("Choose the payment that came back."))])
