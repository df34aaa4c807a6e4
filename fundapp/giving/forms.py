"""The donor's one form, and the administrators' form for what it offers."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import BooleanField, HiddenField, RadioField, StringField
from wtforms.validators import Length

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.core.money import pounds_short
from fundapp.giving.models import GivingPreset
from fundapp.giving.presets import LONGEST_WORDS, PLACES
from fundapp.giving.rules import GivingRules
from fundapp.web.forms import Form, MoneyField, PublicForm, required

OTHER = "other"


class GiveForm(PublicForm):
    """Amounts as native radio buttons, and one's own in pounds and pence. Nothing is chosen beforehand."""

    form_key = HiddenField()
    amount = RadioField(lazy("What would you like to give?"), validate_choice=False)
    other = MoneyField(lazy("Another amount, in pounds and pence"))
    monthly = BooleanField(lazy("Each month"))
    # Never ticked beforehand: a charge that is a choice stands beside the choice of none (Code of Fundraising Practice, 7.5.2).
    cover = BooleanField(lazy("Add the card fee"), default=False)
    # The amount that the donor has said once more they mean, in pence.
    meant = HiddenField()
    # A short question that is asked first while cards are being tried out: which it was, the answer, and the wish for another one.
    question = HiddenField()
    answer = StringField()
    another = BooleanField()
    presets: Sequence[GivingPreset] = ()
    limits: GivingRules
    # What the donor means, in pence, once the form is valid.
    pence: int | None = None

    @property
    def cover_pence(self) -> int:
        """What is added for the card company's share, once the form is valid."""
        return self.limits.cover_pence(self.pence) if self.cover.data and self.pence else 0

    def sent_without(self, *names: str) -> list[tuple[str, str]]:
        """What was sent but for these, for a page that asks something more and sends it on."""
        return [
            (field.name, value) for field in self if field.name not in names for value in field.raw_data or () if isinstance(value, str)
        ]

    @property
    def must_be_asked(self) -> bool:
        """Whether the amount is one that is easily written by mistake, and the donor has not said yet that they mean it."""
        return (self.pence or 0) >= self.limits.asked_again_from_pence and self.meant.data != str(self.pence)

    @property
    def instead_pence(self) -> int | None:
        """What the donor may have meant: pounds written as pence, "£500 for £5". None where that is nothing one can give."""
        less, rest = divmod(self.pence or 0, 100)
        return less if not rest and less >= self.limits.minimum_pence else None

    def offer(self, presets: Sequence[GivingPreset], limits: GivingRules) -> None:
        """Put the offered amounts in, by the rules in force. A choice that is not among them any more is no choice."""
        self.limits = limits
        self.presets = [one for one in presets if limits.minimum_pence <= one.amount_pence <= limits.maximum_pence]
        self.amount.choices = [
            *((str(one.amount_pence), pounds_short(one.amount_pence)) for one in self.presets),
            (OTHER, _("Another amount")),
        ]
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
        return is_sound and self.pence is not None and (chosen is not None or _is_within(self.other, self.limits))


def _is_within(field: MoneyField, limits: GivingRules) -> bool:
    """Whether the amount that was written is one that can be given at once; else the field says so."""
    typed = {"words": str(field.raw_data[0]).strip()[:40]} if field.raw_data else {"words": ""}
    if field.data is not None and field.data < limits.minimum_pence:
        field.errors = [_("The least is %(amount)s. You wrote “%(words)s”.") % {"amount": pounds_short(limits.minimum_pence), **typed}]
    elif field.data is not None and field.data > limits.maximum_pence:
        field.errors = [_("The most is %(amount)s. You wrote “%(words)s”.") % {"amount": pounds_short(limits.maximum_pence), **typed}]
    return not field.errors


_MISSING = {OTHER: lazy("Write how much you would like to give, like 7.50."), None: lazy("Choose an amount, or write your own.")}


class PresetsForm(Form):
    """The offered amounts with their examples, by place: `amount_1`, `words_1` and so on."""

    limits: GivingRules

    def validate(self, extra_validators: object = None) -> bool:
        """Whether each amount is there and can be given, and has its example."""
        is_sound = bool(super().validate(extra_validators))
        # Each is asked, so that each says what is wrong with it.
        within = [_is_within(self[f"amount_{place}"], self.limits) for place in PLACES]
        return is_sound and all(within)

    @property
    def offered(self) -> list[tuple[int, str]]:
        """What was written, in the order of places."""
        return [(self[f"amount_{place}"].data, self[f"words_{place}"].data) for place in PLACES]


for _place in PLACES:
    _amount = MoneyField(
        lazy("Amount %(place)d", place=_place),
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
