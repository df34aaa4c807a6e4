"""The forms of this room: an example, a reader of checkpoints."""

from __future__ import annotations

from wtforms import EmailField, RadioField, StringField
from wtforms.validators import Length, Regexp

from fundapp.openbooks.models import ReaderPart
from fundapp.people.forms import email_shape
from fundapp.web.forms import Form, MoneyField, required


class ExampleForm(Form):
    """What a gift of some size does."""

    amount = MoneyField("Price", validators=[required("Write what it costs, like 12.50.")], minimum_pence=1, maximum_pence=100_000)
    words = StringField(
        "What it buys",
        validators=[required("Say what it buys, like “a birth certificate”."), Length(max=80, message="Say it in at most 80 letters.")],
    )
    position = StringField(
        "Its place in the list",
        default="6",
        validators=[required("Write a place from 1 to 99."), Regexp(r"[1-9][0-9]?\Z", message="Write a place from 1 to 99, in figures.")],
    )


class ReaderForm(Form):
    """Somebody who keeps copies of checkpoints."""

    name = StringField("Name", validators=[required("Write their name."), Length(max=100, message="Keep it under 100 characters.")])
    email = EmailField("E-mail", validators=[required("Write their e-mail address."), email_shape])
    part = RadioField(
        "What they are",
        choices={part.value: part.words.capitalize() for part in ReaderPart},
        validators=[required("Choose what they are.")],
    )
