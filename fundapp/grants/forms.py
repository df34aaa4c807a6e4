"""Forms of the key worker and the approver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# The library's types do not know it yet; what they know, the library warns of.
from wtforms import (  # type: ignore[attr-defined]
    BooleanField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, NumberRange, ValidationError
from wtforms.widgets import HiddenInput

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.grants import evidence, screening
from fundapp.grants.asking import CONSENTS, LONGEST, Answers, consent_words
from fundapp.grants.confirming import Result
from fundapp.grants.models import GrantRequest
from fundapp.grants.steps import LONGEST_WORDS
from fundapp.web.forms import Form, MoneyField, UploadField, WholeNumberField, required

ANOTHER = "another"
# One thing for one person. Above this it is a project, not a small grant.
MOST_PENCE = 500_000


def choices(words: Mapping[Any, str]) -> list[Any]:
    """What can be chosen, by value."""
    return [SelectChoice(value, text) for value, text in words.items()]


class AtMost(Length):
    """No more letters than so many."""

    def __call__(self, _form: Any, field: Any) -> None:
        """Raises ValidationError, with the number as people write it."""
        if len(field.data or "") > self.max:
            raise ValidationError(_("Keep it under %(letters)s letters.") % {"letters": f"{self.max:,}"})


def _at_most(letters: int) -> AtMost:
    return AtMost(max=letters)


def _nobody_named(_form: Any, field: Any) -> None:
    """Raises ValidationError for words that plainly lead to somebody, and repeats them."""
    sentence = screening.says_who(field.data or "")
    if sentence:
        raise ValidationError(sentence)


class StepForm(Form):
    """One question of the form that asks. `fill` shows what the draft says; `answers` is what to save of what was typed."""

    def fill(self, request: GrantRequest) -> None:
        """Show what the draft says."""

    def answers(self) -> Answers:
        """What to save, whole or not."""
        return Answers()


class WhatForm(StepForm):
    """What do they need?"""

    form_key = HiddenField()
    item = RadioField(lazy("What do they need?"), coerce=int, validators=[required(lazy("Choose what they need."))])
    detail = StringField(lazy("What exactly, in a few words"), validators=[_at_most(LONGEST["detail_words"]), _nobody_named])

    def fill(self, request: GrantRequest) -> None:
        """Show what the draft says."""
        self.item.data, self.detail.data = request.things[0].item_id, request.things[0].detail_words

    def answers(self) -> Answers:
        """What to save, whole or not."""
        return Answers(item_id=self.item.data, detail_words=self.detail.data or "")


class WhoForm(StepForm):
    """Who is it for?"""

    person = RadioField(lazy("Who is it for?"), validate_choice=False)
    code = StringField(lazy("Their Fund code"), validators=[_at_most(20)])
    known: Mapping[str, str] = {}

    def offer(self, codes: Mapping[int, str]) -> WhoForm:
        """Let the team's newest codes be chosen, by their rows' numbers."""
        self.known = {str(person_id): _("Person %(code)s") % {"code": code} for person_id, code in codes.items()}
        self.person.choices = choices({**self.known, ANOTHER: _("Another code")} if codes else {})
        return self

    def fill(self, request: GrantRequest) -> None:
        """Show what the draft says."""
        typed = request.typed.get("code", "")
        if request.person is not None and not typed:
            self.person.data = str(request.person_id) if str(request.person_id) in self.known else ANOTHER
            self.code.data = "" if self.person.data != ANOTHER else request.person.code
        elif typed:
            self.person.data, self.code.data = ANOTHER, typed

    @property
    def chosen_id(self) -> int | None:
        """The code that was chosen from the list, by its row's number."""
        return int(self.person.data) if self.person.data in self.known else None


class GoalForm(StepForm):
    """What do they want to change? In their words."""

    goal = TextAreaField(
        lazy("Their words"),
        validators=[required(lazy("Write down what they want, in their own words.")), _at_most(LONGEST["goal_words"]), _nobody_named],
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
        validators=[required(lazy("Say what becomes possible with it.")), _at_most(LONGEST["unblocks_words"]), _nobody_named],
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
        lazy("Where is it sold?"), validators=[required(lazy("Say where, so that we can pay them.")), _at_most(LONGEST["supplier"])]
    )

    def fill(self, request: GrantRequest) -> None:
        """Show what the draft says."""
        thing = request.things[0]
        self.price.data, self.supplier.data = thing.price_pence, thing.supplier
        if "price" in thing.typed:
            self.price.raw_data = [thing.typed["price"]]

    def answers(self) -> Answers:
        """What to save, whole or not."""
        typed = str((self.price.raw_data or [""])[0]).strip()
        unread = "" if self.price.data is not None else typed
        return Answers(price_pence=self.price.data, supplier=self.supplier.data or "", thing_typed={"price": unread})


class ConsentForm(StepForm):
    """Do they agree?"""

    how = RadioField(
        lazy("How did they say so?"),
        choices=lambda: choices({how: words.capitalize() for how, words in consent_words().items()}),
        validators=[required(lazy("Choose how they said so."))],
    )
    agrees = BooleanField(lazy("They agree to this request"), validators=[required(lazy("Ask them first. Tick this when they agree."))])

    def fill(self, request: GrantRequest) -> None:
        """Show what the draft says."""
        self.how.data, self.agrees.data = request.consent_how or None, request.consent_at is not None

    def answers(self) -> Answers:
        """What to save, whole or not."""
        return Answers(consent_how=self.how.data if self.how.data in CONSENTS else "", consents=bool(self.agrees.data))


class ActForm(Form):
    """A step in a request's life. Carries the version its page was shown for, so that a stale page is told."""

    version = WholeNumberField("Version", validators=[NumberRange(min=0)], widget=HiddenInput())

    @property
    def shown_for(self) -> int:
        """The version, or one that no request has when the field was tampered with."""
        return self.version.data if isinstance(self.version.data, int) else -1


class MaybeWordsForm(ActForm):
    """A step whose reason may stay empty."""

    words = TextAreaField(lazy("Why, if you wish to say"), validators=[_at_most(LONGEST_WORDS), _nobody_named])

    @property
    def said(self) -> str:
        """What was written."""
        return self.words.data or ""


class WordsForm(MaybeWordsForm):
    """A step with a reason, an answer or a question."""

    words = TextAreaField(
        lazy("In a few words"), validators=[required(lazy("Say it in a few words: they read it.")), _at_most(LONGEST_WORDS), _nobody_named]
    )


class BillForm(ActForm):
    """It is in their hands: the bill."""

    bill = UploadField(
        lazy("The bill"),
        most_bytes=evidence.MOST_BYTES,
        validators=[required(lazy("Choose the photo or PDF of the bill."))],
    )


class CoverForm(ActForm):
    """Which squares of a photo to cover. They come as numbers, which the view reads."""


class OutcomeForm(MaybeWordsForm):
    """What came of it."""

    result = RadioField(
        lazy("What comes nearest?"),
        choices=lambda: choices({one.value: one.words for one in Result}),
        validators=[required(lazy("Choose what comes nearest."))],
    )
    words = TextAreaField(lazy("Anything else, if you wish to say"), validators=[_at_most(LONGEST_WORDS), _nobody_named])


class AgreeForm(ActForm):
    """Agree all of it, out of one fund."""

    fund = RadioField(lazy("Which fund pays"), validators=[required(lazy("Choose the fund that pays."))])


class AgreePartForm(MaybeWordsForm):
    """Agree less, with a reason."""

    amount = MoneyField(lazy("How much?"), minimum_pence=1, validators=[required(lazy("Write the amount, like 30.00."))])
    fund = SelectField(lazy("Out of which fund?"), validators=[required(lazy("Choose the fund that pays."))])
    words = TextAreaField(
        lazy("Why not all of it?"),
        validators=[required(lazy("Say why, so that they can pass it on.")), _at_most(LONGEST_WORDS), _nobody_named],
    )


class OpenForm(Form):
    """Why an auditor opens a request."""

    words = TextAreaField(lazy("Why you open it"), validators=[required(lazy("Say why you open it.")), _at_most(500)])
