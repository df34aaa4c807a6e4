"""The forms of hosts: offering a place, asking for a poster; and of whoever answers them."""

from __future__ import annotations

from wtforms import BooleanField, Field, HiddenField, RadioField, SelectChoice, StringField, TextAreaField  # type: ignore[attr-defined]
from wtforms.validators import Length, Optional

from fundapp.core.language import lazy
from fundapp.points.forms import LINE, require_reachable
from fundapp.points.lifecycle import ANSWERS, WISHES
from fundapp.points.models import NAME_LENGTH
from fundapp.web.forms import Form, PublicForm, required


class OfferForm(PublicForm):
    """A place for a poster, offered by whoever answers for it."""

    form_key = HiddenField()
    place = StringField(
        lazy("The place, as people know it"),
        validators=[
            required(lazy("Write the place as people know it, like: the bakery on High Street.")),
            Length(max=NAME_LENGTH, message=lazy("Keep it under %(max)d characters: it stands on the poster.")),
        ],
    )
    business = StringField(lazy("The business"), validators=[required(lazy("Write the name of the business.")), LINE])
    address = TextAreaField(
        lazy("Its address"), validators=[required(lazy("Write where the poster would hang, with the postcode.")), Length(max=300)]
    )
    contact_name = StringField(lazy("Your name"), validators=[required(lazy("Write your name: it stands under the agreement.")), LINE])
    contact_details = StringField(
        lazy("Your telephone or e-mail"), validators=[required(lazy("Write a telephone number or an e-mail that reaches you.")), LINE]
    )
    agrees = BooleanField(
        lazy("I may speak for this business, and I agree to the agreement above"),
        validators=[required(lazy("Tick this if you agree. Without an agreement no poster may hang."))],
    )

    def validate_contact_details(self, field: Field) -> None:
        """Raises ValidationError for what reaches nobody."""
        require_reachable(field)


class WishForm(PublicForm):
    """What a host asks for on their own page."""

    form_key = HiddenField()
    wish = RadioField(
        lazy("What would you like?"),
        choices=[SelectChoice(one, lazy(words)) for one, words in WISHES.items()],
        validators=[required(lazy("Choose what you would like."))],
    )
    point = RadioField(lazy("Which poster?"), coerce=int, validate_choice=False, validators=[Optional()])
    words = TextAreaField(
        lazy("Anything we should know (optional)"), validators=[Length(max=1000, message=lazy("Keep it under 1,000 letters."))]
    )


class AnswerForm(Form):
    """How a host's wish ended."""

    answer = RadioField(
        lazy("How it ended"),
        choices=[SelectChoice(one, lazy(words)) for one, words in ANSWERS.items()],
        validators=[required(lazy("Say whether it was done."))],
    )
