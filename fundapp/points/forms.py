"""Forms about collection points."""

from __future__ import annotations

import re

from wtforms import Field, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from fundapp.core import clock
from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.points.models import NAME_LENGTH
from fundapp.web.forms import DateField3, Form, required

LINE = Length(max=120, message=lazy("Keep it under %(max)d characters."))
_REACHABLE = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+|(\D*\d){9,}")


def require_reachable(field: Field) -> None:
    """Raises ValidationError for what reaches nobody."""
    if field.data and not _REACHABLE.search(field.data):
        raise ValidationError(_("Write a whole telephone number or e-mail. You wrote “%(words)s”.") % {"words": field.data[:40]})


class _PlaceForm(Form):
    """What is asked of a new point alone. It stands before the host's questions, so it is asked first."""

    name = StringField(
        lazy("The place, as donors read it"),
        description=lazy("In the middle of a sentence: the bakery on High Street. Printed on the poster, so it cannot be changed later."),
        validators=[
            required(lazy("Write the place as donors know it, like: the bakery on High Street.")),
            Length(max=NAME_LENGTH, message=lazy("Keep it under %(max)d characters: it stands on the poster.")),
        ],
    )


class HostForm(Form):
    """Who the host is, and whom we speak to there."""

    business = StringField(
        lazy("The business"),
        description=lazy("Its name as in the agreement."),
        validators=[required(lazy("Write the name of the business that hosts the poster.")), LINE],
    )
    address = TextAreaField(
        lazy("Its address"),
        description=lazy("With the postcode."),
        validators=[required(lazy("Write where the poster hangs, so that somebody can go and look.")), Length(max=300)],
    )
    contact_name = StringField(
        lazy("Whom we speak to there"),
        description=lazy("Kept for the agreement alone, and shown to administrators alone."),
        validators=[required(lazy("Write the name of the person who agreed, or who looks after the poster.")), LINE],
    )
    contact_details = StringField(
        lazy("Their telephone or e-mail"),
        validators=[required(lazy("Write a telephone number or an e-mail that reaches them.")), LINE],
    )
    agreed_on = DateField3(
        lazy("The day of the written agreement"),
        validators=[required(lazy("Write the day the agreement was signed. Without one no poster may hang there."))],
    )

    def validate_contact_details(self, field: Field) -> None:
        """Raises ValidationError for what reaches nobody."""
        require_reachable(field)

    def validate_agreed_on(self, field: Field) -> None:
        """Raises ValidationError for a day that has not come."""
        if field.data and field.data > clock.today():
            raise ValidationError(_("That day is still to come. Add the point once the agreement is signed."))


class PointForm(_PlaceForm, HostForm):
    """A new collection point."""


class LookForm(Form):
    """What somebody saw who stood before a poster."""

    seen = StringField(lazy("What you saw"), validators=[required(lazy("Say what you saw.")), Length(max=200)])


class ReasonForm(Form):
    """Why a point is closed, or opened again."""

    reason = StringField(lazy("Why"), validators=[required(lazy("Say why, for whoever reads this later.")), Length(max=200)])
