"""The form of a payment."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import Length

from fundapp.grants.forms import ActForm
from fundapp.web.forms import DateField3, MoneyField, required


class PaymentForm(ActForm):
    """What is to be paid, or was."""

    amount = MoneyField("What does it cost?", minimum_pence=1, validators=[required("Write the amount, like 37.50.")])
    supplier = StringField(
        "Who is paid?", validators=[required("Say who is paid, as on the bill."), Length(max=120, message="Keep it under 120 letters.")]
    )
    paid_on = DateField3("On which day?", validators=[required("Give the day the bank pays.")])
    reference = StringField(
        "Reference at the bank",
        validators=[
            required("Give the reference, so that the line can be found again."),
            Length(max=40, message="Keep it under 40 letters."),
        ],
    )
