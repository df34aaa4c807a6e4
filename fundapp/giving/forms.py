"""The donor's one form, and the administrators' form for what it offers."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import Length

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.core.money import pounds_short
from fundapp.giving import rules
from fundapp.giving.models import GivingPreset
from fundapp.giving.presets import LONGEST_WORDS, PLACES
from fundapp.web.forms import Form, MoneyField, PublicForm, required

OTHER = "other"


class GiveForm(PublicForm):
    """Amounts as native radio buttons, and one's own in pounds and pence. Nothing is chosen beforehand."""

    form_key = HiddenField()
    amount = RadioField(lazy("What would you like to give?"), validate_choice=False)
    other = MoneyField(lazy("Another amount, in pounds and pence"), minimum_pence=rules.MINIMUM_PENCE, maximum_pence=rules.MAXIMUM_PENCE)
    presets: Sequence[GivingPreset] = ()
    # What the donor means, in pence, once the form is valid.
    pence: int | None = None

    def offer(self, presets: Sequence[GivingPreset]) -> None:
        """Put the offered amounts in. A choice that is not among them any more is no choice."""
        self.presets = presets
        self.amount.choices = [*((str(one.amount_pence), pounds_short(one.amount_pence)) for one in presets), (OTHER, _("Another amount"))]
        if self.amount.data not in {value for value, *_ in self.amount.choices}:
            self.amount.data = None

    def validate(self, extra_validators: object = None) -> bool:
        """Whether it is plain what the donor means; else the fields say what to put right."""
        is_sound = bool(super().validate(extra_validators))
        wrote = bool(self.other.raw_data and str(self.other.raw_data[0]).strip())
        chosen = None if self.amount.data in {OTHER, None} else int(self.amount.data)
        if chosen is not None and wrote and self.other.data != chosen:
            # Never guess which of two amounts to take from somebody.
            both = _("You chose %(amount)s and wrote another amount below. Keep one of the two.")
            self.amount.errors = [both % {"amount": pounds_short(chosen)}]
            self.other.errors = []
            return False
        if chosen is None and not wrote:
            (self.other if self.amount.data == OTHER else self.amount).errors = [str(_MISSING[self.amount.data])]
            return False
        # Somebody who writes an amount means it, even if the coin beside it was not touched.
        self.pence = chosen or self.other.data
        return is_sound and self.pence is not None


_MISSING = {OTHER: lazy("Write how much you would like to give, like 7.50."), None: lazy("Choose an amount, or write your own.")}


class PresetsForm(Form):
    """The offered amounts with their examples, by place: `amount_1`, `words_1` and so on."""

    @property
    def offered(self) -> list[tuple[int, str]]:
        """What was written, in the order of places."""
        return [(self[f"amount_{place}"].data, self[f"words_{place}"].data) for place in PLACES]


for _place in PLACES:
    _amount = MoneyField(
        lazy("Amount %(place)d", place=_place),
        minimum_pence=rules.MINIMUM_PENCE,
        maximum_pence=rules.MAXIMUM_PENCE,
        validators=[required(lazy("Write amount %(place)d, like 5.", place=_place))],
    )
    _words = StringField(
        lazy("What amount %(place)d does", place=_place),
        validators=[
            required(lazy("Say what amount %(place)d does, like “photos for an ID card”.", place=_place)),
            Length(max=LONGEST_WORDS, message=lazy("Say it in at most %(max)d letters: it stands beside the amount on a phone.")),
        ],
    )
    setattr(PresetsForm, f"amount_{_place}", _amount)
    setattr(PresetsForm, f"words_{_place}", _words)
