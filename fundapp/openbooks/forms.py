"""The form of one example."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import Length, Regexp

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
