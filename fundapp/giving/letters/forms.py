"""Asking for a receipt by mail, for the way back to one's gifts, and what may be written besides."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, StringField  # type: ignore[attr-defined]
from wtforms.validators import Length, Regexp

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.web.forms import PublicForm, required

NEWS, RECEIPTS = "news", "receipts"


class AskReceiptForm(PublicForm):
    """One button, and a way to say no to anything else, which is nowhere ticked or chosen beforehand."""

    form_key = HiddenField()
    no_news = BooleanField(lazy("Do not write to me about anything but receipts"))


class FindAgainForm(PublicForm):
    """The address that receipts went to."""

    form_key = HiddenField()
    email = StringField(
        lazy("The e-mail address your receipts go to"),
        validators=[
            required(lazy("Write the e-mail address.")),
            Length(max=200, message=lazy("That is longer than an e-mail address can be.")),
            Regexp(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", message=lazy("Write an e-mail address, like name@example.org.")),
        ],
    )


class NewsForm(PublicForm):
    """What may be written."""

    form_key = HiddenField()
    news = RadioField(
        lazy("What we may write to you"),
        choices=[
            SelectChoice(NEWS, lazy("Receipts, and now and then what the Fund does")),
            SelectChoice(RECEIPTS, lazy("Receipts alone")),
        ],
        validate_choice=False,
    )

    def validate(self, extra_validators: object = None) -> bool:
        """Whether one of both was chosen."""
        is_sound = bool(super().validate(extra_validators))
        if self.news.data not in {NEWS, RECEIPTS}:
            self.news.errors = [_("Choose one of the two.")]
            return False
        return is_sound
