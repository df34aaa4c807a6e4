"""Forms about collection points."""

from __future__ import annotations

import re

from wtforms import Field, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from fundapp.core import clock
from fundapp.points.models import NAME_LENGTH
from fundapp.web.forms import DateField3, Form, required

_LINE = Length(max=120, message="Keep it under 120 characters.")
_REACHABLE = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+|(\D*\d){9,}")


class _PlaceForm(Form):
    """What is asked of a new point alone. It stands before the host's questions, so it is asked first."""

    name = StringField(
        "The place, as donors read it",
        description="In the middle of a sentence: the bakery on High Street. Printed on the poster, so it cannot be changed later.",
        validators=[
            required("Write the place as donors know it, like: the bakery on High Street."),
            Length(max=NAME_LENGTH, message=f"Keep it under {NAME_LENGTH} characters: it stands on the poster."),
        ],
    )


class HostForm(Form):
    """Who the host is, and whom we speak to there."""

    business = StringField(
        "The business",
        description="Its name as in the agreement.",
        validators=[required("Write the name of the business that hosts the poster."), _LINE],
    )
    address = TextAreaField(
        "Its address",
        description="With the postcode.",
        validators=[required("Write where the poster hangs, so that somebody can go and look."), Length(max=300)],
    )
    contact_name = StringField(
        "Whom we speak to there",
        description="Kept for the agreement alone, and shown to administrators alone.",
        validators=[required("Write the name of the person who agreed, or who looks after the poster."), _LINE],
    )
    contact_details = StringField(
        "Their telephone or e-mail",
        validators=[required("Write a telephone number or an e-mail that reaches them."), _LINE],
    )
    agreed_on = DateField3(
        "The day of the written agreement",
        validators=[required("Write the day the agreement was signed. Without one no poster may hang there.")],
    )

    def validate_contact_details(self, field: Field) -> None:
        """Raises ValidationError for what reaches nobody."""
        if field.data and not _REACHABLE.search(field.data):
            raise ValidationError(f"Write a whole telephone number or e-mail. You wrote “{field.data[:40]}”.")

    def validate_agreed_on(self, field: Field) -> None:
        """Raises ValidationError for a day that has not come."""
        if field.data and field.data > clock.today():
            raise ValidationError("That day is still to come. Add the point once the agreement is signed.")


class PointForm(_PlaceForm, HostForm):
    """A new collection point."""


class ReasonForm(Form):
    """Why a point is closed, or opened again."""

    reason = StringField("Why", validators=[required("Say why, for whoever reads this later."), Length(max=200)])
