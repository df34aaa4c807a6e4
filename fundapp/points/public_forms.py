"""The forms that anybody may send about a poster, and those of whoever looks into it."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, SelectChoice, TextAreaField  # type: ignore[attr-defined]
from wtforms.validators import Length

from fundapp.core.language import lazy
from fundapp.points.lifecycle import OUTCOMES, TROUBLES
from fundapp.points.watching import LONGEST_WORDS
from fundapp.web.forms import Form, PublicForm, required

_LONG = Length(max=LONGEST_WORDS, message=lazy("Keep it under 2,000 letters."))


class ReportForm(PublicForm):
    """What is wrong with a poster, by anybody. No name is asked for."""

    form_key = HiddenField()
    trouble = RadioField(
        lazy("What is wrong?"),
        choices=[SelectChoice(one, lazy(words)) for one, words in TROUBLES.items()],
        validators=[required(lazy("Choose what is wrong."))],
    )
    words = TextAreaField(lazy("Where it hangs, and what you saw (optional)"), validators=[_LONG])


class EndReportForm(Form):
    """What was done about a report."""

    outcome = RadioField(
        lazy("How it ended"),
        choices=[SelectChoice(one, lazy(words)) for one, words in OUTCOMES.items()],
        validators=[required(lazy("Choose how it ended."))],
    )
    done = TextAreaField(lazy("What was done"), validators=[required(lazy("Say what was done, for whoever reads this later.")), _LONG])
