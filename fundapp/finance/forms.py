"""Forms of the finance desk."""

from __future__ import annotations

from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Length

from fundapp.core.keys import random_token
from fundapp.web.forms import DateField3, Form, MoneyField, required


class ContributionForm(Form):
    """Money that reached the bank from a partner service or a grant-maker."""

    once_key = HiddenField(default=random_token, validators=[required("Open this form again: it lost its key."), Length(max=64)])
    received_from = StringField(
        "Which organisation paid it?",
        validators=[required("Say which organisation paid it."), Length(max=120, message="Keep the name under 120 letters.")],
    )
    fund_code = SelectField("Which fund was it given for?", validators=[required("Choose the fund it was given for.")])
    amount = MoneyField("How much?", minimum_pence=1, validators=[required("Write the amount, like 15,000.")])
    received_on = DateField3("When did it reach the bank?", validators=[required("Give the day it reached the bank.")])
    bank_reference = StringField(
        "The reference on the bank statement",
        validators=[
            required("Give the reference, so that the line can be found again."),
            Length(max=60, message="Keep the reference under 60 letters."),
        ],
    )


class RenameForm(Form):
    """Another name for an account."""

    new_name = StringField(
        "What shall it be called?",
        validators=[required("Give it a name."), Length(max=60, message="Keep the name under 60 letters.")],
    )


class AlarmForm(Form):
    """What came of looking into an alarm."""

    words = StringField("What you found", validators=[required("Say what you found."), Length(max=300)])
