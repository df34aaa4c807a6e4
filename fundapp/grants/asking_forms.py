"""Forms of the key worker who asks: one question each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

# The library's types do not know it yet.
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import NumberRange, ValidationError
from wtforms.widgets import HiddenInput

from fundapp.core import clock
from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.grants import things
from fundapp.grants.asking import CONSENTS, LONGEST, Answers, consent_words
from fundapp.grants.circumstances import GROUPS, LOCALITIES, NEEDED_FOR, PAID_HOW, offered
from fundapp.grants.forms import MOST_PENCE, ActForm, AtMost, choices, nobody_named
from fundapp.grants.models import GrantRequest
from fundapp.grants.thing_models import MOST_THINGS
from fundapp.web.forms import DateField3, Form, MoneyField, WholeNumberField, required

ANOTHER = "another"
# Somebody who has no code yet: one is made with the answer.
NEW = "new"
# Nothing is asked for longer ahead than this: by then the price is another.
FARTHEST = timedelta(days=366)


class StepForm(Form):
    """One question of the form that asks. `fill` shows what the draft says; `answers` is what to save of what was typed."""

    # Which of the draft's things the question is about; None for the first.
    thing_id: int | None = None

    def fill(self, request: GrantRequest) -> None:
        """Show what the draft says."""

    def answers(self) -> Answers:
        """What to save, whole or not."""
        return Answers()


class WhatForm(StepForm):
    """What do they need?"""

    form_key = HiddenField()
    item = RadioField(lazy("What do they need?"), coerce=int, validators=[required(lazy("Choose what they need."))])
    detail = StringField(lazy("What exactly, in a few words"), validators=[AtMost(max=LONGEST["detail_words"]), nobody_named])

    def fill(self, request: GrantRequest) -> None:
        """Show what the draft says."""
        thing = things.of(request, self.thing_id)
        self.item.data, self.detail.data = thing.item_id, thing.detail_words

    def answers(self) -> Answers:
        """What to save, whole or not."""
        return Answers(thing_id=self.thing_id, item_id=self.item.data, detail_words=self.detail.data or "")


class MoreForm(WhatForm):
    """What do they need besides?"""

    # Where it stands among the draft's things: two clicks mean one of them.
    position = WholeNumberField("Position", validators=[NumberRange(min=2, max=MOST_THINGS)], widget=HiddenInput())


class WhoForm(StepForm):
    """Who is it for?"""

    person = RadioField(lazy("Who is it for?"), validate_choice=False)
    code = StringField(lazy("Their Fund code"), validators=[AtMost(max=20)])
    # Whom the draft named when the page was shown.
    before = HiddenField()
    known: Mapping[str, str] = {}

    def offer(self, codes: Mapping[int, str]) -> WhoForm:
        """Let the team's newest codes be chosen, by their rows' numbers."""
        self.known = {str(person_id): _("Person %(code)s") % {"code": code} for person_id, code in codes.items()}
        another = {ANOTHER: _("Another code") if codes else _("They have a code")}
        self.person.choices = choices({**self.known, NEW: _("They have no code yet: make one"), **another})
        return self

    def fill(self, request: GrantRequest) -> None:
        """Show what the draft says."""
        typed = request.typed.get("code", "")
        self.before.data = str(request.person_id or "")
        if request.person is not None and not typed:
            self.person.data = str(request.person_id) if str(request.person_id) in self.known else ANOTHER
            self.code.data = "" if self.person.data != ANOTHER else request.person.code
        elif typed:
            self.person.data, self.code.data = ANOTHER, typed

    @property
    def is_new(self) -> bool:
        """Whether a code is to be made."""
        return bool(self.person.data == NEW)

    @property
    def shown_for(self) -> int | None:
        """Whom the draft named when the page was shown, by their row's number."""
        said = self.before.data or ""
        return int(said) if said.isascii() and said.isdigit() and len(said) < WholeNumberField.MOST_DIGITS else None

    @property
    def chosen_id(self) -> int | None:
        """The code that was chosen from the list, by its row's number."""
        return int(self.person.data) if self.person.data in self.known else None


class GoalForm(StepForm):
    """What do they want to change? In their words."""

    goal = TextAreaField(
        lazy("Their words"),
        validators=[required(lazy("Write down what they want, in their own words.")), AtMost(max=LONGEST["goal_words"]), nobody_named],
    )

    def fill(self, request: GrantRequest) -> None:
        """Show what the draft says."""
        self.goal.data = request.goal_words

    def answers(self) -> Answers:
        """What to save, whole or not."""
        return Answers(goal_words=self.goal.data or "")


class UnblocksForm(StepForm):
    """What will it unblock?"""

    unblocks = TextAreaField(
        lazy("What it unblocks"),
        validators=[required(lazy("Say what becomes possible with it.")), AtMost(max=LONGEST["unblocks_words"]), nobody_named],
    )

    def fill(self, request: GrantRequest) -> None:
        """Show what the draft says."""
        self.unblocks.data = request.unblocks_words

    def answers(self) -> Answers:
        """What to save, whole or not."""
        return Answers(unblocks_words=self.unblocks.data or "")


class PriceForm(StepForm):
    """What does it cost, and where?"""

    price = MoneyField(
        lazy("Price, with delivery"),
        minimum_pence=1,
        maximum_pence=MOST_PENCE,
        validators=[required(lazy("Write the price as a number, like 39.99."))],
    )
    supplier = StringField(
        lazy("Where is it sold?"), validators=[required(lazy("Say where, so that we can pay them.")), AtMost(max=LONGEST["supplier"])]
    )

    def fill(self, request: GrantRequest) -> None:
        """Show what the draft says."""
        thing = things.of(request, self.thing_id)
        self.price.data, self.supplier.data = thing.price_pence, thing.supplier
        if "price" in thing.typed:
            self.price.raw_data = [thing.typed["price"]]

    def answers(self) -> Answers:
        """What to save, whole or not."""
        typed = str((self.price.raw_data or [""])[0]).strip()
        unread = "" if self.price.data is not None else typed
        return Answers(
            thing_id=self.thing_id, price_pence=self.price.data, supplier=self.supplier.data or "", thing_typed={"price": unread}
        )


class WhenForm(StepForm):
    """Is there a day by which they need it? May stay empty."""

    day = DateField3(lazy("The last day on which it helps"))
    why = RadioField(lazy("What happens on that day?"), choices=lambda: choices(offered(NEEDED_FOR)), validate_choice=False)

    def fill(self, request: GrantRequest) -> None:
        """Show what the draft says."""
        self.day.data, self.why.data = request.needed_by, request.needed_for

    def answers(self) -> Answers:
        """What to save: both, or neither."""
        why = self.why.data if self.why.data in NEEDED_FOR else ""
        whole = self.day.data is not None and not self.day.errors and bool(why)
        return Answers(needed_by=self.day.data if whole else None, needed_for=why if whole else "")

    def validate_day(self, field: DateField3) -> None:
        """Raises ValidationError for a day that is over, one that is too far, and a reason without a day."""
        if field.data is None:
            if self.why.data and not any(field.raw_data or []):
                raise ValidationError(_("Write the day, or leave both out."))
            return
        if field.data < clock.today():
            raise ValidationError(_("That day is over. Write the day by which they need it, or leave it out."))
        if field.data > clock.today() + FARTHEST:
            raise ValidationError(_("That is more than a year ahead. Ask when it is nearer."))

    def validate_why(self, field: RadioField) -> None:
        """Raises ValidationError for a day without a reason."""
        if self.day.data is not None and field.data not in NEEDED_FOR:
            raise ValidationError(_("Choose what happens on that day."))


class PaidForm(StepForm):
    """How would they like it paid? May stay empty."""

    how = RadioField(lazy("Their choice"), choices=lambda: choices(offered(PAID_HOW)), validate_choice=False)

    def fill(self, request: GrantRequest) -> None:
        """Show what the draft says."""
        self.how.data = request.paid_how

    def answers(self) -> Answers:
        """What to save."""
        return Answers(paid_how=self.how.data if self.how.data in PAID_HOW else "")


class GroupForm(StepForm):
    """Do they belong to a group, and where do they live? May stay empty."""

    group = RadioField(
        lazy("What comes nearest"),
        choices=lambda: choices({**offered(GROUPS), "": _("None of these, or rather not say")}),
        validate_choice=False,
    )
    locality = RadioField(
        lazy("Where they are"), choices=lambda: choices({**offered(LOCALITIES), "": _("Rather not say")}), validate_choice=False
    )

    def fill(self, request: GrantRequest) -> None:
        """Show what the draft says."""
        self.group.data, self.locality.data = request.person_group, request.locality

    def answers(self) -> Answers:
        """What to save."""
        return Answers(
            person_group=self.group.data if self.group.data in GROUPS else "",
            locality=self.locality.data if self.locality.data in LOCALITIES else "",
        )


class ConsentForm(ActForm):
    """They heard it, and they agree: sent with the last button."""

    agrees = BooleanField(lazy("They agree to this request"), validators=[required(lazy("Ask them first. Tick this when they agree."))])
    how = RadioField(
        lazy("How did they say so?"),
        choices=lambda: choices({how: words.capitalize() for how, words in consent_words().items()}),
        validators=[required(lazy("Choose how they said so."))],
    )

    def answers(self) -> Answers:
        """What to save."""
        return Answers(consent_how=self.how.data if self.how.data in CONSENTS else "", consents=bool(self.agrees.data))


class AgainForm(Form):
    """Asking for the same again. Carries the new draft's own key, so that two clicks start one."""

    form_key = HiddenField()
