"""Forms about people."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wtforms import EmailField, Field, HiddenField, PasswordField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import EqualTo, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from fundapp.core.roles import Role
from fundapp.people.models import Organisation
from fundapp.people.passwords import ADVISED, LEAST
from fundapp.web.forms import Form, required

_EMAIL = re.compile(r"[^@\s\x00-\x20]+@[^@\s.]+(\.[^@\s.]+)+")
_NAME = Length(max=100, message="Keep it under 100 characters.")
_LINE = Length(max=200, message="Keep it under 200 characters.")
_NEW_PASSWORD = f"At least {LEAST} characters, better {ADVISED} or more. Three random words are good and easy to keep. You may paste it."
_NOT_SAME = "The two passwords are not the same. Write both again."
_REASON = required("Say why, for whoever reads this later.")


def email_shape(_form: Form, field: Field) -> None:
    """Raises ValidationError for what cannot be an e-mail address. Whether it is one, the invitation shows."""
    if field.data and (len(field.data) > 254 or not _EMAIL.fullmatch(field.data)):
        raise ValidationError(f"Write an e-mail address, like name@example.org. You wrote “{field.data[:60]}”.")


def _roles() -> SelectMultipleField:
    return SelectMultipleField(
        "Roles",
        choices={role.value: role.words.capitalize() for role in Role},
        validators=[required("Choose at least one role.")],
        widget=ListWidget(),
        option_widget=CheckboxInput(),
    )


class SignInForm(Form):
    """E-mail and password."""

    email = EmailField("E-mail", validators=[required("Write your e-mail address."), email_shape])
    password = PasswordField("Password", validators=[required("Write your password.")])
    next = HiddenField()


class AcceptForm(Form):
    """The name and password of somebody who was invited."""

    name = StringField("Your name", validators=[required("Write your name, as colleagues know you."), _NAME])
    password = PasswordField("A password", description=_NEW_PASSWORD, validators=[required("Choose a password.")])
    again = PasswordField(
        "The same password again",
        validators=[required("Write the password a second time."), EqualTo("password", _NOT_SAME)],
    )


class PasswordForm(Form):
    """Another password for oneself."""

    current = PasswordField("Your present password", validators=[required("Write your present password.")])
    new = PasswordField("Your new password", description=_NEW_PASSWORD, validators=[required("Choose a new password.")])
    again = PasswordField(
        "The new password again",
        validators=[required("Write the new password a second time."), EqualTo("new", _NOT_SAME)],
    )


class InviteForm(Form):
    """Who is invited, to which team, for what."""

    email = EmailField("Their e-mail at work", validators=[required("Write their e-mail address."), email_shape])
    team = SelectField("Their team", validators=[required("Choose the team they work in.")])
    roles = _roles()

    def offer(self, organisations: Sequence[Organisation]) -> InviteForm:
        """Put the teams that are there into the list, by organisation."""
        teams = {one.name: {str(team.id): team.name for team in one.teams} for one in organisations if one.teams}
        self.team.choices = {"": "Choose a team", **teams}
        return self


class RolesForm(Form):
    """What somebody may do from now on, and why."""

    roles = _roles()
    reason = StringField("Why", validators=[_REASON, _LINE])


class DisableForm(Form):
    """Why an account is disabled."""

    reason = TextAreaField("Why", validators=[_REASON, Length(max=500, message="Keep it under 500 characters.")])


class OrganisationForm(Form):
    """A new partner."""

    name = StringField("Its name", validators=[required("Write the organisation’s name."), _NAME])


class TeamForm(Form):
    """A new team of an organisation."""

    name = StringField("The team’s name", validators=[required("Write the team’s name."), _NAME])


class FundHolderForm(Form):
    """The facts of the charity that holds the Fund."""

    charity_name = StringField("The charity’s name", validators=[required("Write the charity’s name, as it is registered."), _NAME])
    charity_number = StringField("Its registered number", validators=[required("Write the registered number."), Length(max=20)])
    town = StringField("The town the Fund serves", validators=[required("Write the town’s name."), _NAME])
    phone = StringField("Telephone", validators=[required("Write a number that somebody answers."), Length(max=30)])
    email = EmailField("E-mail", validators=[required("Write an address that somebody reads."), email_shape])
    address = TextAreaField("Address for letters", validators=[required("Write the address for letters."), Length(max=300)])
    website = StringField("Website", validators=[required("Write the website’s address."), _LINE])

    def validate_website(self, field: Field) -> None:
        """Raises ValidationError for what does not begin like a web address."""
        if not re.match(r"https?://[^\s/]+", field.data or ""):
            raise ValidationError("Write the whole address, like https://example.org.")
