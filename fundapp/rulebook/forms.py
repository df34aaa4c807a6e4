"""The forms of this room: one field for each rule of a set, and the reason."""

from __future__ import annotations

import re
from typing import Any

from wtforms import Field, HiddenField, TextAreaField
from wtforms.validators import Length, ValidationError
from wtforms.widgets import TextInput

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.rulebook.rulesets import Rule, RuleSet, Unit
from fundapp.rulebook.service import LONGEST_REASON
from fundapp.web.forms import Form, MoneyField, WholeNumberField, cleaned, required

_SHARE = re.compile(r"(?P<whole>\d{1,3})(?:\.(?P<hundredths>\d{1,2}))?\s*%?")
_WHY = [required(lazy("Say why.")), Length(max=LONGEST_REASON, message=lazy("Keep it under 500 letters."))]


class ShareField(Field):
    """Per cent, with two places at the most. `data` is hundredths of a per cent, or None; the text is kept as it was typed."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data / 100:g}" if self.data is not None else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Raises ValueError with the sentence for the person who typed it."""
        text = cleaned(valuelist[0]) if valuelist else ""
        self.data = None
        found = _SHARE.fullmatch(text) if text.isascii() else None
        if text and not found:
            raise ValueError(_("Write the share in per cent, like 1.5. You wrote “%(words)s”.") % {"words": text[:40]})
        if found:
            self.data = int(found["whole"]) * 100 + int((found["hundredths"] or "0").ljust(2, "0"))


class RulesForm(Form):
    """What a set of rules should say: a field for each, by its code."""

    # The version that the page shows.
    replaces = HiddenField()
    reason = TextAreaField(lazy("Why"), validators=_WHY)
    of: RuleSet[Any]

    @property
    def numbers(self) -> dict[str, int]:
        """What was written, by rule."""
        return {one.code: self[one.code].data for one in self.of.rules}

    @property
    def shown(self) -> int:
        """The version that the page showed, or one that there never was."""
        text = self.replaces.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) <= WholeNumberField.MOST_DIGITS else -1


class DeclineForm(Form):
    """Why a change of rules is declined."""

    why = TextAreaField(lazy("Why you decline it"), validators=_WHY)


class _Within:
    """A number lies between what its rule says."""

    def __init__(self, one: Rule) -> None:
        self.rule = one

    def __call__(self, _form: Any, field: Field) -> None:
        """Raises ValidationError with the limits in words."""
        if field.data is not None and not self.rule.least <= field.data <= self.rule.most:
            limits = {"least": self.rule.unit.told(self.rule.least), "most": self.rule.unit.told(self.rule.most)}
            raise ValidationError(_("Between %(least)s and %(most)s.") % limits)


def form_for(of: RuleSet[Any]) -> type[RulesForm]:
    """The form of a set of rules."""
    return type("RulesFormOf", (RulesForm,), {"of": of, **{one.code: _field(one) for one in of.rules}})


def _field(one: Rule) -> Any:
    name, needed = lazy(one.name), required(lazy("Write a number for “%(rule)s”.", rule=lazy(one.name)))
    if one.unit in {Unit.PENCE, Unit.CAP}:
        return MoneyField(name, minimum_pence=one.least, maximum_pence=one.most, validators=[needed])
    return (ShareField if one.unit is Unit.BASIS_POINTS else WholeNumberField)(name, validators=[needed, _Within(one)])
