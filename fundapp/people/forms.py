"""Forms about people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Self

from wtforms import EmailField, Field, HiddenField, PasswordField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import EqualTo, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.core.roles import Role
from fundapp.people.models import Organisation, User
from fundapp.people.passwords import ADVISED, LEAST
from fundapp.web.forms import Form, required

_EMAIL = re.compile(r"[^@\s\x00-\x20]+@[^@\s.]+(\.[^@\s.]+)+")
_NAME = Length(max=100, message=lazy("Keep it under %(max)d characters."))
_LINE = Length(max=200, message=lazy("Keep it under %(max)d characters."))
NEW_PASSWORD = lazy(
    "At least %(least)d characters, better %(better)d or more. Three random words are good and easy to keep. You may paste it.",
    least=LEAST,
    better=ADVISED,
)
NOT_SAME = lazy("The two passwords are not the same. Write both again.")
_REASON = required(lazy("Say why, for whoever reads this later."))


def email_shape(_form: Form, field: Field) -> None:
    """Raises ValidationError for what cannot be an e-mail address. Whether it is one, the invitation shows."""
    if field.data and (len(field.data) > 254 or not _EMAIL.fullmatch(field.data)):
        raise ValidationError(_("Write an e-mail address, like name@example.org. You wrote “%(words)s”.") % {"words": field.data[:60]})


def _roles() -> SelectMultipleField:
    return SelectMultipleField(
        lazy("Roles"),
        choices=lambda: {role.value: role.words.capitalize() for role in Role},
        validators=[required(lazy("Choose at least one role."))],
        widget=ListWidget(),
        option_widget=CheckboxInput(),
    )


class SignInForm(Form):
    """E-mail and password."""

    email = EmailField(lazy("E-mail"), validators=[required(lazy("Write your e-mail address.")), email_shape])
    password = PasswordField(lazy("Password"), validators=[required(lazy("Write your password."))])
    next = HiddenField()


class AcceptForm(Form):
    """The name and password of somebody who was invited."""

    name = StringField(lazy("Your name"), validators=[required(lazy("Write your name, as colleagues know you.")), _NAME])
    password = PasswordField(lazy("A password"), description=NEW_PASSWORD, validators=[required(lazy("Choose a password."))])
    again = PasswordField(
        lazy("The same password again"),
        validators=[required(lazy("Write the password a second time.")), EqualTo("password", NOT_SAME)],
    )


class PasswordForm(Form):
    """Another password for oneself."""

    current = PasswordField(lazy("Your present password"), validators=[required(lazy("Write your present password."))])
    new = PasswordField(lazy("Your new password"), description=NEW_PASSWORD, validators=[required(lazy("Choose a new password."))])
    again = PasswordField(
        lazy("The new password again"),
        validators=[required(lazy("Write the new password a second time.")), EqualTo("new", NOT_SAME)],
    )


def _team() -> SelectField:
    return SelectField(lazy("Their team"), validators=[required(lazy("Choose the team they work in."))])


class TeamsForm(Form):
    """A choice among all teams, by organisation."""

    team: SelectField

    def offer(self, organisations: Sequence[Organisation]) -> Self:
        """Put the teams that are there into the list, by organisation."""
        teams = {one.name: {str(team.id): team.name for team in one.teams} for one in organisations if one.teams}
        self.team.choices = {"": _("Choose a team"), **teams}
        return self


class InviteForm(TeamsForm):
    """Who is invited, to which team, for what."""

    email = EmailField(lazy("Their e-mail at work"), validators=[required(lazy("Write their e-mail address.")), email_shape])
    team = _team()
    roles = _roles()


class MoveForm(TeamsForm):
    """Which team somebody belongs to from now on, and why."""

    team = _team()
    reason = StringField(lazy("Why"), validators=[_REASON, _LINE])


class RolesForm(Form):
    """What somebody may do from now on, and why."""

    roles = _roles()
    reason = StringField(lazy("Why"), validators=[_REASON, _LINE])


class TakerForm(Form):
    """Which colleague takes work over."""

    to = SelectField(lazy("Who takes it over"), validators=[required(lazy("Choose the colleague who takes it over."))])

    def offer(self, colleagues: Sequence[User]) -> Self:
        """Put the colleagues who can take it over into the list."""
        self.to.choices = {"": _("Choose a colleague"), **{str(one.id): one.name for one in colleagues}}
        return self

    @property
    def to_id(self) -> int | None:
        """The colleague who was chosen, if anybody was."""
        return int(self.to.data) if self.to.data else None


class HandOverForm(TakerForm):
    """Who takes over what somebody has in hand, and why."""

    reason = StringField(lazy("Why"), validators=[_REASON, _LINE])


class DisableForm(TakerForm):
    """Why an account is disabled, and who takes over what it has in hand."""

    # Asked for where there is something to take over and somebody to do so: the rule knows (people/leaving.py).
    to = SelectField(lazy("Who takes it over"), default="")
    reason = TextAreaField(lazy("Why"), validators=[_REASON, Length(max=500, message=lazy("Keep it under %(max)d characters."))])


class FoundForm(Form):
    """What came of looking into something."""

    words = StringField(lazy("What you found"), validators=[Length(max=300)])


class OrganisationForm(Form):
    """A new partner."""

    name = StringField(lazy("Its name"), validators=[required(lazy("Write the organisation’s name.")), _NAME])


class TeamForm(Form):
    """A new team of an organisation."""

    name = StringField(lazy("The team’s name"), validators=[required(lazy("Write the team’s name.")), _NAME])


class FundHolderForm(Form):
    """The facts of the charity that holds the Fund."""

    charity_name = StringField(
        lazy("The charity’s name"), validators=[required(lazy("Write the charity’s name, as it is registered.")), _NAME]
    )
    charity_number = StringField(lazy("Its registered number"), validators=[required(lazy("Write the registered number.")), Length(max=20)])
    town = StringField(lazy("The town the Fund serves"), validators=[required(lazy("Write the town’s name.")), _NAME])
    phone = StringField(lazy("Telephone"), validators=[required(lazy("Write a number that somebody answers.")), Length(max=30)])
    email = EmailField(lazy("E-mail"), validators=[required(lazy("Write an address that somebody reads.")), email_shape])
    address = TextAreaField(lazy("Address for letters"), validators=[required(lazy("Write the address for letters.")), Length(max=300)])
    website = StringField(lazy("Website"), validators=[required(lazy("Write the website’s address.")), _LINE])

    def validate_website(self, field: Field) -> None:
        """Raises ValidationError for what does not begin like a web address."""
        if not re.match(r"https?://[^\s/]+", field.data or ""):
            raise ValidationError(_("Write the whole address, like https://example.org."))
