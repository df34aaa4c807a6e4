"""What is typed with a slip and about one."""

from __future__ import annotations

# The library's types do not know it yet; what they know, the library warns of.
from wtforms import HiddenField, RadioField, SelectChoice, StringField, TextAreaField  # type: ignore[attr-defined]
from wtforms.validators import Length, ValidationError

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.grants.slips import codes
from fundapp.grants.slips.service import WHY
from fundapp.grants.slips.talking import LONGEST
from fundapp.web.forms import Form, PublicForm, required

_LONG = Length(max=LONGEST, message=lazy("Keep it under %(most)s letters.", most=LONGEST))


class CodeForm(PublicForm):
    """The code of a slip, typed."""

    form_key = HiddenField()
    code = StringField(lazy("The code on your slip"), validators=[required(lazy("Write the code as it stands on your slip."))])

    def validate_code(self, field: StringField) -> None:
        """Raises ValidationError for what cannot be a code, as everybody could find out by themselves."""
        if not codes.is_code(codes.normalise(field.data or "")):
            raise ValidationError(
                _("That is not quite a code: it has 15 letters and figures. You wrote “%(words)s”.") % {"words": (field.data or "")[:40]}
            )


class ActForm(PublicForm):
    """Only a button. The code in the address says who presses it."""

    form_key = HiddenField()


class AnswerForm(PublicForm):
    """An answer to one's key worker."""

    form_key = HiddenField()
    words = TextAreaField(lazy("Your answer"), validators=[required(lazy("Write your answer, in a few words.")), _LONG])


class VoidForm(Form):
    """Why a slip opens nothing any more."""

    why = RadioField(
        lazy("Why?"),
        choices=[SelectChoice(why, lazy(words)) for why, words in WHY.items()],
        validators=[required(lazy("Choose why."))],
    )


class PaperForm(Form):
    """A code that was shown just now, to be printed."""

    code = HiddenField()
    language = HiddenField()


class QuestionForm(Form):
    """A question to whom a request is for."""

    words = TextAreaField(lazy("Your question to them"), validators=[required(lazy("Write the question.")), _LONG])
