"""The form of the page without a signal. The phone keeps it under these names and sends it so; here it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict

# The library's types do not know them yet.
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.grants.asking import CONSENTS, LONGEST, consent_words
from fundapp.grants.asking_forms import GroupForm, PaidForm, WhenForm
from fundapp.grants.forms import MOST_PENCE, AtMost, choices, nobody_named
from fundapp.grants.phone.taking_in import Written, WrittenThing
from fundapp.grants.thing_models import MOST_THINGS
from fundapp.web.forms import MoneyField, PublicForm, required

LONGEST_CODE = 20
PAID = "paid"


class ThingForm(PublicForm):
    """One thing, under a prefix of its own: thing-0, thing-1, and on. Its kinds are put in by the phone, which knows them."""

    item = SelectField(lazy("What do they need?"), choices=[], validate_choice=False, validators=[required(lazy("Choose what they need."))])
    detail = StringField(lazy("What exactly, in a few words"), validators=[AtMost(max=LONGEST["detail_words"]), nobody_named])
    price = MoneyField(
        lazy("Price, with delivery"),
        minimum_pence=1,
        maximum_pence=MOST_PENCE,
        validators=[required(lazy("Write the price as a number, like 39.99."))],
    )
    supplier = StringField(
        lazy("Where is it sold?"), validators=[required(lazy("Say where, so that we can pay them.")), AtMost(max=LONGEST["supplier"])]
    )

    def thing(self) -> WrittenThing:
        """What was written of it, whole or not."""
        typed = str((self.price.raw_data or [""])[0]).strip()
        number = self.item.data or ""
        return WrittenThing(
            item_id=int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0,
            detail_words=self.detail.data or "",
            price_pence=self.price.data,
            price_typed="" if self.price.data is not None else typed,
            supplier=self.supplier.data or "",
        )


class PhoneForm(PublicForm):
    """All that belongs to the request as a whole. The token comes with it, and is looked at before any view."""

    id = HiddenField()
    code = StringField(lazy("Their Fund code"), validators=[AtMost(max=LONGEST_CODE)])
    new_code = BooleanField(lazy("They have no code yet: make one when this is sent"))
    goal = TextAreaField(
        lazy("What do they want to change? In their words"),
        validators=[required(lazy("Write down what they want, in their own words.")), AtMost(max=LONGEST["goal_words"]), nobody_named],
    )
    unblocks = TextAreaField(
        lazy("What will it unblock?"),
        validators=[required(lazy("Say what becomes possible with it.")), AtMost(max=LONGEST["unblocks_words"]), nobody_named],
    )
    agrees = BooleanField(lazy("They agree to this request"), validators=[required(lazy("Ask them first. Tick this when they agree."))])
    how = RadioField(
        lazy("How did they say so?"),
        choices=lambda: choices({how: words.capitalize() for how, words in consent_words().items()}),
        validators=[required(lazy("Choose how they said so."))],
    )

    def validate_code(self, field: Any) -> None:
        """Raises ValidationError for neither a code nor the wish for one."""
        if not field.data and not self.new_code.data:
            raise ValidationError(_("Write their code, or tick that they have none yet."))


class DayForm(WhenForm, PublicForm):
    """The day by which it is needed, and why: the ordinary form's own question."""


class ChoiceForm(PaidForm, PublicForm):
    """How they would like it paid: the ordinary form's own question, under a prefix, as "how" is taken."""


class BelongsForm(GroupForm, PublicForm):
    """The group and the place: the ordinary form's own question."""


class Sheet:
    """A whole draft as a phone sends it: what was written, and by field what is to be put right."""

    def __init__(self, sent: MultiDict[str, str]) -> None:
        self.whole = PhoneForm(sent)
        self.day, self.paid, self.belongs = DayForm(sent), ChoiceForm(sent, prefix=PAID), BelongsForm(sent)
        self.things = [ThingForm(sent, prefix=prefix(place)) for place in range(_count(sent))]

    @property
    def key(self) -> UUID | None:
        """The draft's own number, made on the phone; None where there is none to speak of."""
        try:
            return UUID(self.whole.id.data or "")
        except ValueError:
            return None

    def wrong(self) -> Mapping[str, str]:
        """What is to be put right before it can be sent, by field."""
        return _wrong(*self.things, self.whole, self.day, self.paid, self.belongs)

    def wrong_day(self) -> Mapping[str, str]:
        """What is to be put right of the day before it can be kept: half a day is no answer, and would be lost without a word."""
        return _wrong(self.day)

    def written(self) -> Written:
        """What the phone knows of the request, whole or not."""
        whole = self.whole
        return Written(
            things=tuple(form.thing() for form in self.things),
            code=(whole.code.data or "")[:LONGEST_CODE],
            wants_code=bool(whole.new_code.data),
            goal_words=whole.goal.data or "",
            unblocks_words=whole.unblocks.data or "",
            consent_how=whole.how.data if whole.how.data in CONSENTS else "",
            consents=bool(whole.agrees.data),
            besides=(self.day.answers(), self.paid.answers(), self.belongs.answers()),
        )


def prefix(place: int) -> str:
    """Under what the fields of one thing stand. They are counted from 0."""
    return f"thing-{place}"


def _wrong(*forms: PublicForm) -> dict[str, str]:
    for form in forms:
        form.validate()
    return {field.name: str(field.errors[0]) for form in forms for field in form if field.errors}


def _count(sent: MultiDict[str, str]) -> int:
    """How many things the phone wrote down: up to the last of which anything is said, and one at the least."""
    said = [place for place in range(MOST_THINGS) if any(sent.get(f"{prefix(place)}-{name}") for name in ("item", "detail", "price"))]
    return max(said, default=0) + 1
