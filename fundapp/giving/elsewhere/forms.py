"""Forms of gifts made elsewhere."""

from __future__ import annotations

# The types that are published for WTForms do not know SelectChoice yet.
from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, SelectField, StringField, TextAreaField  # type: ignore[attr-defined]
from wtforms.validators import Length

from fundapp.core.keys import random_token
from fundapp.core.language import ENGLISH, LANGUAGES, lazy
from fundapp.giving.elsewhere.entering import LONGEST_WORDS
from fundapp.giving.elsewhere.models import MEANS_WORDS
from fundapp.web.forms import DateField3, Form, MoneyField, required

PERSON, SEVERAL = "person", "several"
_TOO_LONG = lazy("Keep it under %(max)d letters.")
_WHO = [
    SelectChoice(PERSON, lazy("One person, of their own money")),
    SelectChoice(SEVERAL, lazy("A shop, a club, a collection, or several people together")),
]
_LANGUAGES = [SelectChoice(code, name) for code, name in LANGUAGES.items()]


class ElsewhereForm(Form):
    """A gift by cheque or bank, as the statement and the letter with it tell it."""

    once_key = HiddenField(default=random_token, validators=[required(lazy("Open this form again: it lost its key.")), Length(max=64)])
    means = RadioField(
        lazy("How did it come?"),
        choices=[SelectChoice(means.value, lazy(words)) for means, words in MEANS_WORDS.items()],
        validators=[required(lazy("Say how it came."))],
    )
    given_by = StringField(
        lazy("Who gave it?"),
        validators=[required(lazy("Say who gave it, as on the cheque or the statement.")), Length(max=120, message=_TOO_LONG)],
    )
    who = RadioField(lazy("Whose money is it?"), choices=_WHO, validators=[required(lazy("Say whose money it is: Gift Aid hangs on it."))])
    postal_address = TextAreaField(lazy("Where does our letter go?"), validators=[Length(max=300, message=_TOO_LONG)])
    in_memory_of = StringField(lazy("In memory of whom?"), validators=[Length(max=120, message=_TOO_LONG)])
    fund_code = SelectField(lazy("Which fund was it given for?"), validators=[required(lazy("Choose the fund it was given for."))])
    amount = MoneyField(lazy("How much?"), minimum_pence=1, validators=[required(lazy("Write the amount, like 250."))])
    received_on = DateField3(lazy("When did it reach the bank?"), validators=[required(lazy("Give the day it reached the bank."))])
    bank_reference = StringField(
        lazy("The reference on the bank statement"),
        validators=[
            required(lazy("Give the reference, so that the line can be found again.")),
            Length(max=60, message=_TOO_LONG),
        ],
    )
    language = RadioField(lazy("In which language do we write?"), choices=_LANGUAGES, default=ENGLISH)
    is_another = BooleanField(lazy("There is one with this amount, day and reference already, and this is another"))


class WhyForm(Form):
    """Why a gift is sent back, or called wrong."""

    words = TextAreaField(
        lazy("Why?"), validators=[required(lazy("Say why, so that the next reader knows.")), Length(max=LONGEST_WORDS, message=_TOO_LONG)]
    )
