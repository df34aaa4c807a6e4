"""The forms of this room."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, SelectChoice, StringField, TextAreaField  # type: ignore[attr-defined]
from wtforms.validators import Length, NumberRange

from fundapp.core.language import lazy
from fundapp.privacy.complaints import LONGEST_CONTACT, LONGEST_WORDS, STEP_WORDS
from fundapp.privacy.models import MOST_DAYS
from fundapp.privacy.retention import LONGEST_REASON
from fundapp.privacy.rights import KIND_WORDS
from fundapp.web.forms import DateField3, Form, PublicForm, WholeNumberField, required

_LONG = Length(max=LONGEST_WORDS, message=lazy("Keep it under 4,000 letters."))
_REASON = [required(lazy("Say why.")), Length(max=LONGEST_REASON, message=lazy("Keep it under 500 letters."))]


class RuleForm(Form):
    """How long something is kept."""

    days = WholeNumberField(
        lazy("Days"),
        validators=[required(lazy("Write a number of days.")), NumberRange(1, MOST_DAYS, lazy("Between 1 and 9,999 days."))],
    )
    reason = TextAreaField(lazy("Why"), validators=_REASON)


class AskedForm(Form):
    """What somebody asks about their data."""

    kind = RadioField(
        lazy("What they ask"),
        choices=[SelectChoice(kind, lazy(words)) for kind, words in KIND_WORDS.items()],
        validators=[required(lazy("Choose what they ask."))],
    )
    subject = StringField(lazy("About whom"), validators=[required(lazy("Write about whom, like user:2 or person:5."))])
    received_on = DateField3(lazy("When did it come?"), validators=[required(lazy("Give the day it came."))])
    words = TextAreaField(lazy("What they said"), validators=[_LONG])


class ReasonForm(Form):
    """Why everything that is held is taken."""

    reason = TextAreaField(lazy("Why you take it"), validators=_REASON)


class AnswerForm(Form):
    """What somebody was told."""

    words = TextAreaField(lazy("What they were told"), validators=[required(lazy("Say what they were told.")), _LONG])


class NameForm(Form):
    """The right name of an account."""

    name = StringField(lazy("The right name"), validators=[required(lazy("Write the right name."))])


class ComplaintForm(PublicForm):
    """A complaint about data, by anybody."""

    form_key = HiddenField()
    words = TextAreaField(lazy("What happened"), validators=[required(lazy("Say what happened.")), _LONG])
    contact = StringField(
        lazy("How we reach you (optional)"),
        validators=[Length(max=LONGEST_CONTACT, message=lazy("Keep it under 200 letters."))],
    )


class TellForm(Form):
    """What the writer of a complaint is told."""

    what = RadioField(
        lazy("What you tell"),
        choices=[SelectChoice(what, lazy(words)) for what, words in STEP_WORDS.items()],
        validators=[required(lazy("Choose what you tell."))],
    )
    words = TextAreaField(lazy("In your words"), validators=[required(lazy("Say it: they read it.")), _LONG])


class SubjectForm(Form):
    """What a complaint is about."""

    subject = StringField(lazy("What it is about"), validators=[required(lazy("Write what it is about, like grant:417."))])
