"""What is typed for a comparison. It is shown again only on the page that answers it, and kept nowhere."""

from __future__ import annotations

# The library's types do not know it yet; what they know, the library warns of.
from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import Length

from fundapp.core.language import lazy
from fundapp.grants.asking import consent_words
from fundapp.grants.forms import ActForm, choices
from fundapp.web.forms import DateField3, required


class CompareForm(ActForm):
    """Sends the draft, and has it count with what other agencies asked for the same person."""

    agrees = BooleanField(
        lazy("They agree to be compared"), validators=[required(lazy("Ask them first. Tick this when they agree, or send it without."))]
    )
    how = RadioField(
        lazy("How did they say so?"),
        choices=lambda: choices({how: words.capitalize() for how, words in consent_words().items()}),
        validators=[required(lazy("Choose how they said so."))],
    )
    initials = StringField(
        lazy("The first letters of their first and their last name"),
        validators=[required(lazy("Write two letters, like J S.")), Length(max=12, message=lazy("Write two letters, like J S."))],
    )
    born_on = DateField3(lazy("When were they born?"), validators=[required(lazy("Write the day on which they were born."))])
