"""Forms of refunds: the donor's asking, and what finance makes of it."""

from __future__ import annotations

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from fundapp.core.language import lazy
from fundapp.giving.refunds.refunding import LONGEST_ANSWER, LONGEST_REASON
from fundapp.web.forms import DateField3, Form, MoneyField, PublicForm, required

_TOO_LONG = lazy("Keep it under %(max)d letters.")


class AskBackForm(PublicForm):
    """A donor asks for a gift back. Why is theirs to say or not."""

    form_key = HiddenField()
    reason = TextAreaField(lazy("Why, if you want to say"), validators=[Length(max=LONGEST_REASON, message=_TOO_LONG)])


class RefundForm(Form):
    """How much is given back. `maximum_pence` of the amount is what is left."""

    amount = MoneyField(lazy("How much is given back?"), minimum_pence=1, validators=[required(lazy("Write the amount, like 12.50."))])


class BankRefundForm(RefundForm):
    """The same, of a gift that was made elsewhere: somebody pays it back at the bank."""

    paid_on = DateField3(lazy("On which day does the bank pay it back?"), validators=[required(lazy("Give the day the bank pays."))])
    bank_reference = StringField(
        lazy("Reference at the bank"),
        validators=[
            required(lazy("Give the reference, so that the line can be found again.")),
            Length(max=40, message=_TOO_LONG),
        ],
    )


class AnswerForm(Form):
    """Why a refund is declined: the donor reads it."""

    words = TextAreaField(
        lazy("Why?"),
        validators=[required(lazy("Say why, in words that whoever reads it can act on.")), Length(max=LONGEST_ANSWER, message=_TOO_LONG)],
    )


class SendBackForm(Form):
    """Why what somebody else entered is sent back."""

    back_words = TextAreaField(
        lazy("Why?"),
        validators=[required(lazy("Say why, in words that whoever reads it can act on.")), Length(max=LONGEST_ANSWER, message=_TOO_LONG)],
    )


class FindGiftForm(Form):
    """A gift by what its receipt says, or a payment by Stripe's own number."""

    number = StringField(
        lazy("The receipt’s number, or Stripe’s own"),
        validators=[required(lazy("Write the number on the receipt, or one like ch_3P…")), Length(max=60, message=_TOO_LONG)],
    )
