"""The form of help that could not be given: codes from lists, and no words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from wtforms import HiddenField, SelectField
from wtforms.validators import ValidationError

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.grants.circumstances import GROUPS, LOCALITIES, offered
from fundapp.grants.demand.needs import WHY_NOT
from fundapp.grants.demand.noting import Unmet
from fundapp.grants.forms import choices
from fundapp.web.forms import Form, required


class UnmetForm(Form):
    """What somebody needed, and why it could not be given."""

    form_key = HiddenField()
    need = SelectField(lazy("What did they need?"), validators=[required(lazy("Choose what they needed, or what comes nearest."))])
    why = SelectField(
        lazy("Why could it not be given?"),
        choices=lambda: choices({"": _("Choose one"), **offered(WHY_NOT)}),
        validators=[required(lazy("Choose why it could not be given, or what comes nearest."))],
    )
    group = SelectField(lazy("Are they one of these?"), choices=lambda: choices({"": _("Not said"), **offered(GROUPS)}))
    locality = SelectField(lazy("Which part of the town?"), choices=lambda: choices({"": _("Not said"), **offered(LOCALITIES)}))
    item_ids: Mapping[str, int] = {}

    def offer(self, words: Mapping[str, str], item_ids: Mapping[str, int]) -> UnmetForm:
        """Let every need be chosen; kinds of the catalogue by their rows' numbers."""
        self.item_ids = item_ids
        offered_now = {code: said for code, said in words.items() if not code.startswith("item-") or code in item_ids}
        self.need.choices = choices({"": _("Choose one"), **offered_now})
        return self

    @property
    def unmet(self) -> Unmet:
        """What was chosen."""
        chosen: dict[str, Any] = {"why": self.why.data, "person_group": self.group.data or None, "locality": self.locality.data or None}
        if self.need.data in self.item_ids:
            return Unmet(item_id=self.item_ids[self.need.data], **chosen)
        return Unmet(need=(self.need.data or "").removeprefix("need-"), **chosen)

    def validate_form_key(self, field: HiddenField) -> None:
        """Raises ValidationError for a key that no page of ours made."""
        try:
            UUID(field.data or "")
        except ValueError:
            raise ValidationError(_("This page was old. Look at it again; nothing was changed.")) from None
