"""What a donor fills in for Gift Aid, and why finance opens a declaration."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.giving.gift_aid import details, wording
from fundapp.giving.gift_aid.details import MOST_TYPED, Details
from fundapp.giving.gift_aid.models import Scope
from fundapp.web.forms import DateField3, Form, PublicForm, required

_SHORT = Length(max=MOST_TYPED, message=lazy("That is more than fits here: at most %(max)d letters."))


class _Declaring(Form):
    """Who declares, and where they live: the same fields, each form in its own order."""

    @property
    def details(self) -> Details:
        """What was typed, tidied."""
        typed = {name: self[name].data or "" for name in ("title", "first_name", "last_name", "house", "postcode")}
        return details.tidied(**typed, is_overseas=bool(self["overseas"].data))


def _is_taken(form: _Declaring) -> bool:
    """Whether the tax office would take it; else each field says what to put right."""
    wrong = details.faults(form.details)
    for name, sentence in wrong.items():
        form[name].errors = [sentence]
    return not wrong


class DeclareForm(_Declaring, PublicForm):
    """Which gifts, who, and where they live. Nothing is chosen beforehand; the words beside each choice are the declaration's own."""

    form_key = HiddenField()
    # The newest declaration that was shown, where another takes its place.
    number = HiddenField()
    # What HMRC reads otherwise than it was written: shown once, and sent back with the form.
    agreed = HiddenField()
    scope = RadioField(lazy("Which gifts is it for?"), validate_choice=False)
    title = StringField(lazy("Title (if you use one)"), validators=[_SHORT])
    first_name = StringField(lazy("First name"), validators=[_SHORT])
    last_name = StringField(lazy("Last name"), validators=[_SHORT])
    house = StringField(lazy("House name or number"), validators=[_SHORT])
    postcode = StringField(lazy("Postcode"), validators=[_SHORT])
    overseas = BooleanField(lazy("I live outside the United Kingdom"))
    own_money = BooleanField(lazy("It is my own money, I declare what stands here, and I get nothing for my gift"))

    def offer(self, *, amount_pence: int | None, charity: str) -> None:
        """Put the declaration's own sentences beside the choices: with a gift's amount, or for none in particular."""
        scopes = [scope for scope in Scope if amount_pence is not None or scope is not Scope.GIFT]
        self.scope.choices = [(scope.value, wording.paragraphs(scope, amount_pence=amount_pence, charity=charity)[0]) for scope in scopes]
        if self.scope.data not in {value for value, *_rest in self.scope.choices}:
            self.scope.data = None

    # What is said above the form before it is taken in: how the tax office will read it.
    note: str = ""

    @property
    def status(self) -> int:
        """As any form’s; what must be agreed first has not been taken in either."""
        return 422 if self.note else super().status

    def validate(self, extra_validators: object = None) -> bool:
        """Whether the tax office would take it; else each field says what to put right."""
        is_sound = bool(super().validate(extra_validators)) & _is_taken(self)
        if not self.scope.data:
            self.scope.errors = [_("Choose which gifts it is for.")]
            is_sound = False
        if not self.own_money.data:
            self.own_money.errors = [_("Gift Aid needs this. If it is not so, leave this page: your gift is just as welcome without.")]
            is_sound = False
        return is_sound

    @property
    def respelled(self) -> str:
        """What the tax office will read, where it differs from what was written and was not shown yet; else nothing."""
        changed = details.changed_for_schedule(self.details)
        there = details.for_schedule(self.details)
        said = ", ".join(filter(None, (f"{there.first_name} {there.last_name}", there.house))) if changed else ""
        return "" if said == (self.agreed.data or "") else said


class NumberForm(PublicForm):
    """The number of a declaration that was made before."""

    form_key = HiddenField()
    number = StringField(
        lazy("The number of your declaration"),
        validators=[required(lazy("Write the number that stands on your declaration’s page.")), _SHORT],
    )


class CancelForm(PublicForm):
    """Only a button, with a key of its own."""

    form_key = HiddenField()


class OpenDeclarationForm(Form):
    """Why finance opens a declaration."""

    words = TextAreaField(
        lazy("Why you open it"),
        validators=[required(lazy("Say why you open it.")), Length(max=500, message=lazy("Say it in at most %(max)d letters."))],
    )


class EnterForm(_Declaring):
    """A declaration that somebody made by phone or on paper, as a finance officer writes it down."""

    gift = StringField(lazy("The number on the gift’s receipt"), validators=[required(lazy("Write the eight figures of the receipt."))])
    how = RadioField(lazy("How did they declare?"), validate_choice=False)
    made_on = DateField3(lazy("On which day?"), validators=[required(lazy("Write the day on which they declared."))])
    record_sent_on = DateField3(lazy("By phone: when was the written record sent?"))
    scope = RadioField(lazy("Which gifts is it for?"), validate_choice=False)
    title = StringField(lazy("Title (if you use one)"), validators=[_SHORT])
    first_name = StringField(lazy("First name"), validators=[_SHORT])
    last_name = StringField(lazy("Last name"), validators=[_SHORT])
    house = StringField(lazy("House name or number"), validators=[_SHORT])
    postcode = StringField(lazy("Postcode"), validators=[_SHORT])
    overseas = BooleanField(lazy("They live outside the United Kingdom"))

    def offer(self, *, hows: dict[str, str], scopes: dict[str, str]) -> None:
        """Put the choices in, each with its words."""
        for field, words in ((self.how, hows), (self.scope, scopes)):
            field.choices = list(words.items())
            field.data = field.data if field.data in words else None

    def validate(self, extra_validators: object = None) -> bool:
        """Whether the tax office would take it; else each field says what to put right."""
        is_sound = bool(super().validate(extra_validators)) & _is_taken(self)
        for field, sentence in ((self.how, _("Choose how they declared.")), (self.scope, _("Choose which gifts it is for."))):
            if not field.data:
                field.errors = [sentence]
                is_sound = False
        return is_sound
