"""The forms of this room: an example, a reader of checkpoints."""

from __future__ import annotations

# The types that are published for WTForms do not know SelectChoice yet; what they know, the library warns of.
from wtforms import EmailField, RadioField, SelectChoice, StringField  # type: ignore[attr-defined]
from wtforms.validators import Length, Regexp

from fundapp.core.language import lazy
from fundapp.openbooks.models import ReaderPart
from fundapp.people.forms import email_shape
from fundapp.web.forms import Form, MoneyField, required


class ExampleForm(Form):
    """What a gift of some size does."""

    amount = MoneyField(
        lazy("Price"), validators=[required(lazy("Write what it costs, like 12.50."))], minimum_pence=1, maximum_pence=100_000
    )
    words = StringField(
        lazy("What it buys"),
        validators=[
            required(lazy("Say what it buys, like “a birth certificate”.")),
            Length(max=80, message=lazy("Say it in at most 80 letters.")),
        ],
    )
    position = StringField(
        lazy("Its place in the list"),
        default="6",
        validators=[
            required(lazy("Write a place from 1 to 99.")),
            Regexp(r"[1-9][0-9]?\Z", message=lazy("Write a place from 1 to 99, in figures.")),
        ],
    )


class ReaderForm(Form):
    """Somebody who keeps copies of checkpoints."""

    name = StringField(
        lazy("Name"), validators=[required(lazy("Write their name.")), Length(max=100, message=lazy("Keep it under 100 characters."))]
    )
    email = EmailField(lazy("E-mail"), validators=[required(lazy("Write their e-mail address.")), email_shape])
    part = RadioField(
        lazy("What they are"),
        choices=[SelectChoice(part.value, lazy(part.words)) for part in ReaderPart],
        validators=[required(lazy("Choose what they are."))],
    )
