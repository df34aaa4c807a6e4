"""Form fields that speak plainly and keep what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.form import SUBMIT_METHODS, _Auto
from werkzeug.datastructures import CombinedMultiDict, FileStorage, MultiDict
from wtforms import Field, FileField, IntegerField, PasswordField, StringField
from wtforms.utils import unset_value
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from fundapp.core import money
from fundapp.core.errors import FundError
from fundapp.core.language import gettext as _

# Letters that no keyboard sends and PostgreSQL does not store; line ends and tabs stay.
_CONTROLS = {code: None for code in [*range(32), 127] if chr(code) not in "\n\t"}

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")

# Refusals that the same form, sent once more and perhaps changed, may get past.
_SHOWN_IN_FORM = frozenset({400, 409, 429, 503})

# How a file of each kind begins. What its name or its sender claims is not asked.
_BEGINNINGS = {"pdf": (b"%PDF-",), "jpeg": (b"\xff\xd8\xff",), "png": (b"\x89PNG\r\n\x1a\n",)}


def cleaned(text: Any) -> Any:
    """What was typed, without idle spaces at its ends and letters that nobody can see."""
    return text.replace("\r\n", "\n").translate(_CONTROLS).strip() if isinstance(text, str) else text


class Form(FlaskForm):  # type: ignore[misc]
    """A form of somebody signed in: carries the token that proves it was ours (CSRF), and cleans what was typed."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How fields are made, and what of a request they see."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """The fields of a form that was sent, and its files where a file is asked for. Nothing else is a form, JSON least of all."""
            if formdata is not _Auto:
                return formdata
            if not request or request.method not in SUBMIT_METHODS:
                return None
            asked = {name for name, field in form._unbound_fields if issubclass(field.field_class, FileField)}
            if not asked or not request.files:
                # An empty one too was sent: every answer in it is missing.
                return request.form if request.form or request.files else None
            sent = MultiDict((name, file) for name, file in request.files.items(multi=True) if name in asked)
            return CombinedMultiDict((sent, request.form))

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Clean every line of text, but never a password."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                options["filters"] = [*unbound_field.kwargs.pop("filters", ()), cleaned]
            return super().bind_field(form, unbound_field, options)

    refusal: FundError | None = None

    def refusals(self) -> Refusals:
        """`with form.refusals():` shows the sentence of a rule that says no above the form, and goes on after the block."""
        return Refusals(self)

    @property
    def status(self) -> int:
        """The status of the page that shows this form: as the refusal says, 422 with answers to put right, else 200."""
        return self.refusal.status if self.refusal else (422 if self.errors else 200)


class Refusals:
    """Holds back a refusal and gives its sentence to a form."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def __enter__(self) -> None:
        """Nothing to do yet."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        """Swallows a refusal (409) or a demand to wait (429, 503), and nothing else."""
        if not isinstance(error, FundError) or error.status not in _SHOWN_IN_FORM:
            return False
        self._form.refusal = error
        self._form.form_errors = [*self._form.form_errors, error.sentence]
        return True


class PublicForm(Form):
    """A form of the public pages, which set no cookie: a signed form key of its own stands in for the token."""

    class Meta(Form.Meta):
        """Without the cookie's token."""

        csrf = False


class CsrfForm(Form):
    """Only a button."""


class Required:
    """Something must be typed or chosen. What cannot be read keeps its own sentence."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __call__(self, _form: Any, field: Field) -> None:
        """Raises StopValidation with the sentence when nothing came."""
        given = field.raw_data or []
        if not any(part.strip() if isinstance(part, str) else part for part in given):
            field.errors = []
            raise StopValidation(str(self.sentence))


def required(sentence: str) -> Required:
    """Refuse an empty answer with a sentence that says what to do."""
    return Required(sentence)


class MoneyField(Field):
    """Pounds and pence as people type them. `data` is pence, or None; the text is kept as it was typed."""

    widget = TextInput()

    def __init__(self, *args: Any, minimum_pence: int | None = None, maximum_pence: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.minimum_pence = minimum_pence
        self.maximum_pence = maximum_pence

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return money.pounds(self.data).removeprefix("£").replace(",", "") if self.data is not None else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Raises ValueError with the sentence for the person who typed it."""
        self.data = None
        text = cleaned(valuelist[0]) if valuelist else ""
        if not text:
            return
        pence = money.parse_pence(text)
        if self.minimum_pence is not None and pence < self.minimum_pence:
            least = {"amount": money.pounds_short(self.minimum_pence), "words": text[:40]}
            raise ValueError(_("The least is %(amount)s. You wrote “%(words)s”.") % least)
        if self.maximum_pence is not None and pence > self.maximum_pence:
            most = {"amount": money.pounds_short(self.maximum_pence), "words": text[:40]}
            raise ValueError(_("The most is %(amount)s. You wrote “%(words)s”.") % most)
        self.data = pence


class WholeNumberField(IntegerField):
    """A whole number in plain digits. WTForms' own takes any that Python can read, and breaks on one of a thousand digits."""

    MOST_DIGITS = 18

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read what was typed. Raises ValueError, with a sentence, for anything else."""
        typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if typed and not (typed.isascii() and typed.isdigit() and len(typed) <= self.MOST_DIGITS):
            raise ValueError(_("Write a whole number, like 90."))
        if typed:
            self.data = int(typed)

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms calls it so
        """Raises StopValidation after what could not be read: one sentence is enough."""
        if self.process_errors:
            raise StopValidation


class DateField3(Field):
    """Day, month and year in three boxes (`name-day`, `name-month`, `name-year`). `data` is a date, or None."""

    widget = TextInput()
    parts = ("day", "month", "year")

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Sequence[Any] | None = None) -> None:
        """Read the three boxes; what cannot be a day becomes this field's error."""
        super().process(None, data, extra_filters)
        names = [f"{self.name}-{part}" for part in self.parts]
        if formdata is None or not any(name in formdata for name in names):
            return
        self.raw_data = [str(cleaned(formdata.get(name, ""))) for name in names]
        self.data = None
        if any(self.raw_data):
            try:
                self.data = _date(*self.raw_data)
            except ValueError as error:
                self.process_errors = [*self.process_errors, str(error)]

    def typed(self, part: str) -> str:
        """What stands in one of the boxes."""
        if self.raw_data:
            return str(self.raw_data[self.parts.index(part)])
        return str(getattr(self.data, part)) if self.data else ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file somebody sent. `kind` ("pdf", "jpeg", "png") is read from its content."""

    kind: str
    content: bytes


class UploadField(FileField):
    """A photo or a PDF, small enough. `upload` is what was sent, or None."""

    def __init__(self, *args: Any, most_bytes: int = 8_000_000, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most_bytes = most_bytes
        self.upload: Upload | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Raises ValueError with a sentence for a file that is too big, empty or of another kind."""
        sent = [one for one in valuelist if isinstance(one, FileStorage) and one.filename]
        self.raw_data = sent
        self.data = sent[0] if sent else None
        if not sent:
            return
        if len(sent) > 1:
            raise ValueError(_("Send one file at a time. You chose %(count)s.") % {"count": len(sent)})
        content = sent[0].stream.read(self.most_bytes + 1)
        if len(content) > self.most_bytes:
            raise ValueError(f"That file is larger than {self.most_bytes // 1_000_000} MB. Send a smaller photo, or the PDF the shop sent.")
        if not content:
            raise ValueError("That file is empty. Choose it again.")
        kind = next((name for name, starts in _BEGINNINGS.items() if content.startswith(starts)), None)
        if kind is None:
            raise ValueError("That is neither a photo (JPEG or PNG) nor a PDF. Choose another file.")
        self.upload = Upload(kind, content)


def _date(day: str, month: str, year: str) -> date:
    if not (day and month and year):
        raise ValueError("Write the day, the month and the year, like 24 11 2026.")
    found = next((number for number, name in enumerate(_MONTHS, 1) if len(month) >= 3 and name.startswith(month.lower())), None)
    number = str(found) if found else month
    if not all(text.isascii() and text.isdigit() for text in (day, number, year)) or len(day + number) > 4:
        raise ValueError(f"Write the date in figures, like 24 11 2026. You wrote “{f'{day} {month} {year}'[:40]}”.")
    if len(year) != 4 or not 1900 <= int(year) <= 2200:
        raise ValueError(f"Write the year in full, like 2026. You wrote “{year[:20]}”.")
    try:
        return date(int(year), int(number), int(day))
    except ValueError:
        raise ValueError(f"There is no such day: {f'{day} {month} {year}'[:40]}.") from None
