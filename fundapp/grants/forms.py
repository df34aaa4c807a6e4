"""Forms of the key worker and the approver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# The library's types do not know it yet; what they know, the library warns of.
from wtforms import RadioField, SelectChoice, TextAreaField  # type: ignore[attr-defined]
from wtforms.validators import Length, NumberRange, ValidationError
from wtforms.widgets import HiddenInput

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.grants import evidence, screening
from fundapp.grants.confirming import Result
from fundapp.grants.steps import LONGEST_WORDS
from fundapp.web.forms import Form, UploadField, WholeNumberField, required

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


def nobody_named(_form: Any, field: Any) -> None:
    """Raises ValidationError for words that plainly lead to somebody, and repeats them."""
    sentence = screening.says_who(field.data or "")
    if sentence:
        raise ValidationError(sentence)


class ActForm(Form):
    """A step in a request's life. Carries the version its page was shown for, so that a stale page is told."""

    version = WholeNumberField("Version", validators=[NumberRange(min=0)], widget=HiddenInput())

    @property
    def shown_for(self) -> int:
        """The version, or one that no request has when the field was tampered with."""
        return self.version.data if isinstance(self.version.data, int) else -1


class MaybeWordsForm(ActForm):
    """A step whose reason may stay empty."""

    words = TextAreaField(lazy("Why, if you wish to say"), validators=[_at_most(LONGEST_WORDS), nobody_named])

    @property
    def said(self) -> str:
        """What was written."""
        return self.words.data or ""


class WordsForm(MaybeWordsForm):
    """A step with a reason, an answer or a question."""

    words = TextAreaField(
        lazy("In a few words"), validators=[required(lazy("Say it in a few words: they read it.")), _at_most(LONGEST_WORDS), nobody_named]
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
    words = TextAreaField(lazy("Anything else, if you wish to say"), validators=[_at_most(LONGEST_WORDS), nobody_named])


class OpenForm(Form):
    """Why an auditor opens a request."""

    words = TextAreaField(lazy("Why you open it"), validators=[required(lazy("Say why you open it.")), _at_most(500)])
