"""Forms about proving that it is oneself."""

from __future__ import annotations

from wtforms import EmailField, HiddenField, PasswordField, StringField, TextAreaField
from wtforms.validators import EqualTo, Length

from fundapp.core.language import lazy
from fundapp.people.forms import NEW_PASSWORD, NOT_SAME, email_shape
from fundapp.web.forms import Form, required

_NAME = Length(max=60, message=lazy("Keep it under %(max)d characters."))
_CALLED = required(lazy("Give it a name, so that you know it from others."))


class SecondStepForm(Form):
    """A code after the password."""

    code = StringField(lazy("Your code"), validators=[required(lazy("Type the code.")), Length(max=60)])
    next = HiddenField()


class PasskeyForm(Form):
    """What a passkey answered. The script fills it in."""

    signed = HiddenField()
    answer = HiddenField()
    next = HiddenField()


class NewPasskeyForm(Form):
    """A new passkey and what it is called."""

    name = StringField(lazy("What to call it"), validators=[_CALLED, _NAME])
    signed = HiddenField()
    answer = HiddenField()
    next = HiddenField()


class NewAppForm(Form):
    """A new app, its name, and the code that shows it was set up."""

    name = StringField(lazy("What to call it"), validators=[_CALLED, _NAME])
    code = StringField(
        lazy("The six digits it shows now"), validators=[required(lazy("Type the six digits that your app shows.")), Length(max=60)]
    )
    sealed = HiddenField()
    next = HiddenField()


class RenameForm(Form):
    """Another name."""

    name = StringField(lazy("What to call it"), validators=[_CALLED, _NAME])


class ProveForm(Form):
    """A proof in between. Its fields have names of their own: those of the form it interrupts ride along."""

    proof_code = StringField(lazy("The six digits your app shows now"), validators=[Length(max=60)])
    proof_password = PasswordField(lazy("Your password"))
    proof_signed = HiddenField()
    proof_answer = HiddenField()
    proof_next = HiddenField()
    proof_act = HiddenField()


class ForgottenForm(Form):
    """Whose password."""

    email = EmailField(lazy("E-mail"), validators=[required(lazy("Write your e-mail address.")), email_shape])


class NewPasswordForm(Form):
    """Another password, by a link."""

    password = PasswordField(lazy("Your new password"), description=NEW_PASSWORD, validators=[required(lazy("Choose a new password."))])
    again = PasswordField(
        lazy("The new password again"),
        validators=[required(lazy("Write the new password a second time.")), EqualTo("password", NOT_SAME)],
    )


class ResetFactorsForm(Form):
    """Why somebody's factors are removed."""

    reason = TextAreaField(
        lazy("Why, and how you know that it is them who asked"),
        validators=[
            required(lazy("Say why, for whoever reads this later.")),
            Length(max=500, message=lazy("Keep it under %(max)d characters.")),
        ],
    )
