"""Forms of monthly gifts: asking for the link, and what its donor does on its page."""

from __future__ import annotations

from wtforms import HiddenField, StringField
from wtforms.validators import Length, Regexp

from fundapp.core.language import lazy
from fundapp.web.forms import MoneyField, PublicForm, required

# As Stripe takes addresses.
LONGEST_ADDRESS = 320


class AskLinkForm(PublicForm):
    """The address that somebody who gives monthly left on the card company's page."""

    form_key = HiddenField()
    email = StringField(
        lazy("Your e-mail address"),
        validators=[
            required(lazy("Write the address that you left on the card company’s page.")),
            Length(max=LONGEST_ADDRESS, message=lazy("Write the address like name@example.org.")),
            Regexp(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z", message=lazy("Write the address like name@example.org.")),
        ],
    )


class DeedForm(PublicForm):
    """Only a button."""

    form_key = HiddenField()


class AmountForm(DeedForm):
    """Another amount, from the next month on."""

    amount = MoneyField(lazy("Another amount each month, in pounds and pence"), validators=[required(lazy("Write the amount, like 7.50."))])
