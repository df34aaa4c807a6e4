"""Forms that look things up in the ledger. They change nothing, so they are sent in the address, which can be kept and passed on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from wtforms import Field, SelectField, StringField, ValidationError
from wtforms.validators import Length
from wtforms.widgets import TextInput

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.core.money import pounds
from fundapp.finance.ledger_words import KINDS, kind_words
from fundapp.ledger.entries import Wanted
from fundapp.ledger.periods_read import month_end
from fundapp.ledger.queries import AccountView, FundView
from fundapp.web.forms import Form, MoneyField, cleaned

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_WRITTEN = re.compile(r"(?:(\d{1,2})[ ./-]+)?(\d{1,2}|[A-Za-z]{3,9})[ ./-]+(\d{4})|(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", re.ASCII)
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,18}", re.ASCII)
# As many entries as no ledger here will ever have, and as the database can count.
MOST_ENTRIES = 10**15


class LookForm(Form):
    """A form in the address: it changes nothing, so it needs no token."""

    class Meta(Form.Meta):
        """Without the token."""

        csrf = False

    @property
    def kept(self) -> dict[str, str]:
        """What was typed, as an address says it again."""
        return {field.name: text for field in self if (text := str(field._value() if hasattr(field, "_value") else field.data or ""))}


class FirstDayField(Field):
    """A day as people write it; of a month, the first. `data` is a date, or None; the text is kept as it was typed."""

    widget = TextInput()

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else (self.data.isoformat() if self.data else "")

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Raises ValueError with the sentence for the person who typed it."""
        self.data = None
        text = cleaned(valuelist[0]) if valuelist else ""
        if text:
            first, last = days_of(text)
            self.data = self.edge(first, last)

    def edge(self, first: date, _last: date) -> date:
        """Which day of the days that were written."""
        return first


class LastDayField(FirstDayField):
    """The same; of a month, the last."""

    def edge(self, _first: date, last: date) -> date:
        """Which day of the days that were written."""
        return last


class SizeField(Field):
    """How many entries the log had. `data` is a number, or None; the text is kept as it was typed."""

    widget = TextInput()

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else str(self.data or "")

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Raises ValueError with the sentence for the person who typed it."""
        self.data = None
        text = cleaned(valuelist[0]) if valuelist else ""
        if not text:
            return
        if not _NUMBER.fullmatch(text) or not 0 < int(text.replace(",", "")) <= MOST_ENTRIES:
            raise ValueError(_("Write how many entries the log had, like 4,711. You wrote “%(words)s”.") % {"words": text[:40]})
        self.data = int(text.replace(",", ""))


class Known:
    """One of the codes that there are; an empty answer is all of them."""

    def __call__(self, _form: Any, field: SelectField) -> None:
        """Raises ValidationError with a sentence."""
        choices: Iterable[Any] = field.choices or ()
        if field.data and field.data not in {choice[0] for choice in choices}:
            raise ValidationError(_("There is nothing called “%(words)s” in the ledger.") % {"words": str(field.data)[:40]})


def _pick(words: str) -> SelectField:
    return SelectField(words, validate_choice=False, validators=[Known()], default="")


class EntriesForm(LookForm):
    """Which entries. What is given must all hold; account, fund and amount of one and the same line."""

    find = StringField(lazy("Entry or event"), validators=[Length(max=200, message=lazy("That is longer than any event here."))])
    account = _pick(lazy("Account"))
    fund = _pick(lazy("Fund"))
    kind = _pick(lazy("What happened"))
    subject = StringField(lazy("About"), validators=[Length(max=120, message=lazy("That is longer than anything an entry is about."))])
    since = FirstDayField(lazy("From"))
    until = LastDayField(lazy("To"))
    least = MoneyField(lazy("At least"))
    most = MoneyField(lazy("At most"))
    log_size = SizeField(lazy("As the log had so many entries"))

    def offer(self, accounts: Iterable[AccountView], funds: Iterable[FundView]) -> None:
        """Put the choices in."""
        self.account.choices = [("", _("Every account")), *((one.code, one.name) for one in accounts)]
        self.fund.choices = [("", _("Every fund")), *((one.code, one.name) for one in funds)]
        self.kind.choices = [("", _("Anything")), *sorted(((kind, kind_words(kind)) for kind in KINDS), key=lambda kind: kind[1])]

    def validate_until(self, field: LastDayField) -> None:
        """Raises ValidationError for days the wrong way round."""
        _in_order(self.since, field)

    def validate_most(self, field: MoneyField) -> None:
        """Raises ValidationError for amounts the wrong way round."""
        if self.least.data is not None and field.data is not None and field.data < self.least.data:
            wrong = _("The most is less than the least. You wrote %(least)s and %(most)s.")
            raise ValidationError(wrong % {"least": pounds(self.least.data), "most": pounds(field.data)})

    @property
    def wanted(self) -> Wanted:
        """What the ledger is asked for. Only after the form was found to be in order."""
        text = self.find.data or ""
        number = int(text.replace(",", "")) if _NUMBER.fullmatch(text) else None
        return {
            "number": number,
            "key": text if text and number is None else None,
            "account": self.account.data or None,
            "fund": self.fund.data or None,
            "kind": self.kind.data or None,
            "subject": self.subject.data or None,
            "since": self.since.data,
            "until": self.until.data,
            "least_pence": self.least.data,
            "most_pence": self.most.data,
            "log_size": self.log_size.data,
        }

    @property
    def is_narrow(self) -> bool:
        """Whether anything beyond account, fund and words was asked for, so that the page shows those fields."""
        return any(self.kept.get(name) for name in ("kind", "subject", "since", "until", "least", "most", "log_size"))


class BooksForm(LookForm):
    """The books as they stood: to the end of a day, or as the log had them."""

    as_of = LastDayField(lazy("To the end of"))
    log_size = SizeField(lazy("Or as the log had so many entries"))

    def validate_log_size(self, field: SizeField) -> None:
        """Raises ValidationError when both are asked for."""
        if field.data is not None and self.as_of.raw_data and self.as_of.raw_data[0]:
            raise ValidationError(_("Choose a day or a size of the log, not both."))


class StatementForm(LookForm):
    """Which part of an account's life."""

    fund = _pick(lazy("Fund"))
    since = FirstDayField(lazy("From"))
    until = LastDayField(lazy("To"))

    def validate_until(self, field: LastDayField) -> None:
        """Raises ValidationError for days the wrong way round."""
        _in_order(self.since, field)


class PathForm(StatementForm):
    """Whose path: everything, a fund's, some days', or one thing's."""

    subject = StringField(lazy("About"), validators=[Length(max=120, message=lazy("That is longer than anything an entry is about."))])


def days_of(text: str) -> tuple[date, date]:
    """The first and the last of the days that somebody wrote: a day, or a month. Raises ValueError with a sentence."""
    found = _WRITTEN.fullmatch(text.strip())
    wrong = ValueError(_("Write a day or a month, like 14 11 2026 or November 2026. You wrote “%(words)s”.") % {"words": text[:40]})
    if found is None:
        raise wrong
    day, month, year = found.group(1, 2, 3) if found[3] else found.group(6, 5, 4)
    nth = int(month) if month.isdigit() else next((nth for nth, name in enumerate(_MONTHS, 1) if name.startswith(month.lower())), 0)
    if not 1900 <= int(year) <= 2200 or not 1 <= nth <= 12:
        raise wrong
    try:
        first = date(int(year), nth, int(day or 1))
    except ValueError:
        raise ValueError(_("There is no such day: %(words)s.") % {"words": text[:40]}) from None
    return first, first if day else month_end(first)


def _in_order(since: FirstDayField, until: LastDayField) -> None:
    if since.data and until.data and until.data < since.data:
        raise ValidationError(_("The last day lies before the first."))
