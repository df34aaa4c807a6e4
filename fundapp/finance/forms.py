"""Forms of the finance desk."""

from __future__ import annotations

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from fundapp.core.keys import random_token
from fundapp.core.language import lazy
from fundapp.web.forms import DateField3, Form, MoneyField, required


class ContributionForm(Form):
    """Money that reached the bank from a partner service or a grant-maker."""

    once_key = HiddenField(default=random_token, validators=[required(lazy("Open this form again: it lost its key.")), Length(max=64)])
    received_from = StringField(
        lazy("Which organisation paid it?"),
        validators=[required(lazy("Say which organisation paid it.")), Length(max=120, message=lazy("Keep the name under 120 letters."))],
    )
    fund_code = SelectField(lazy("Which fund was it given for?"), validators=[required(lazy("Choose the fund it was given for."))])
    amount = MoneyField(lazy("How much?"), minimum_pence=1, validators=[required(lazy("Write the amount, like 15,000."))])
    received_on = DateField3(lazy("When did it reach the bank?"), validators=[required(lazy("Give the day it reached the bank."))])
    bank_reference = StringField(
        lazy("The reference on the bank statement"),
        validators=[
            required(lazy("Give the reference, so that the line can be found again.")),
            Length(max=60, message=lazy("Keep the reference under 60 letters.")),
        ],
    )


class RenameForm(Form):
    """Another name for an account."""

    new_name = StringField(
        lazy("What shall it be called?"),
        validators=[required(lazy("Give it a name.")), Length(max=60, message=lazy("Keep the name under 60 letters."))],
    )


class WrongForm(Form):
    """Why a contribution is wrong."""

    words = TextAreaField(
        lazy("What is wrong with it?"),
        validators=[
            required(lazy("Say why, so that the next reader knows.")),
            Length(max=500, message=lazy("Keep it under %(max)d letters.")),
        ],
    )


class AlarmForm(Form):
    """What came of looking into an alarm."""

    words = StringField(lazy("What you found"), validators=[required(lazy("Say what you found.")), Length(max=300)])
