"""The donor's one form, and the administrators' form for what it offers."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import FieldList, Form, FormField, HiddenField, RadioField, StringField

from fundapp.core.money import pounds, pounds_short
from fundapp.giving import rules
from fundapp.giving.models import GivingPreset
from fundapp.giving.presets import LONGEST_WORDS
from fundapp.web import forms as web
from fundapp.web.forms import MoneyField, PublicForm, required

OTHER = "other"


class GiveForm(PublicForm):
    """Amounts as native radio buttons, and one's own in pounds and pence."""

    form_key = HiddenField()
    amount = RadioField("What would you like to give?", validate_choice=False)
    other = MoneyField("Another amount", minimum_pence=rules.MINIMUM_PENCE, maximum_pence=rules.MAXIMUM_PENCE)

    def offer(self, presets: Sequence[GivingPreset]) -> None:
        """Put the offered amounts in."""
        self.amount.choices = [(str(one.amount_pence), pounds_short(one.amount_pence)) for one in presets]

    def chosen_pence(self) -> int | None:
        """What the donor chose, in pence; None when something is to be put right, which the fields then say."""
        typed = bool(self.other.raw_data and str(self.other.raw_data[0]).strip())
        # Somebody who types an amount means it, even if the coin beside it was not touched.
        if self.amount.data in {OTHER, None, ""}:
            if not typed:
                sentence = "Write how much, like 7.50." if self.amount.data == OTHER else "Choose an amount, or write your own."
                (self.other if self.amount.data == OTHER else self.amount).errors = [sentence]
                return None
            return self.other.data if not self.other.errors else None
        if typed and self.other.data != int(self.amount.data):
            chosen = pounds(int(self.amount.data))
            self.amount.errors = [f"You chose {chosen} and wrote another amount too. Choose one of the two."]
            return None
        return int(self.amount.data)

    def validate(self, extra_validators: object = None) -> bool:
        """Only an offered amount is a choice."""
        offered = {value for value, _ in self.amount.choices or ()}
        if self.amount.data and self.amount.data not in offered | {OTHER}:
            self.amount.data = None
        return bool(super().validate(extra_validators))


class PresetForm(Form):
    """One offered amount."""

    amount = MoneyField(
        "Amount", minimum_pence=rules.MINIMUM_PENCE, maximum_pence=rules.MAXIMUM_PENCE, validators=[required("Write an amount.")]
    )
    words = StringField(f"What it does, {LONGEST_WORDS} letters at most", validators=[required("Say what it does.")])


class PresetsForm(web.Form):
    """All of them."""

    presets = FieldList(FormField(PresetForm))
