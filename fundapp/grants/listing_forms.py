"""The form that chooses which requests a list shows, and those that hand requests over for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from wtforms import BooleanField, SelectField, StringField, ValidationError

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy, marked
from fundapp.grants.circumstances import GROUPS
from fundapp.grants.listing import Wanted, Whose
from fundapp.grants.models import CatalogueItem
from fundapp.people.models import User
from fundapp.web.forms import DateField3, Form, required

_CIRCLES: Mapping[str, str] = {
    Whose.MINE: marked("Mine"),
    Whose.TEAM: marked("My team’s"),
    Whose.ORGANISATION: marked("My organisation’s: figures alone"),
    Whose.ALL: marked("All that I may read"),
}
_STATES: Mapping[str, str] = {
    "": marked("Any"),
    "open": marked("Not finished"),
    "waiting": marked("Waiting for an answer"),
    "agreed": marked("Agreed or paid"),
    "ended": marked("Finished"),
}


class ListForm(Form):
    """Which requests. It is posted, because somebody will type a name, and an address keeps what stands in it."""

    q = StringField(lazy("Words, a number or a person’s code"))
    whose = SelectField(lazy("Whose"))
    state = SelectField(lazy("Which"))
    kind = SelectField(lazy("Kind of help"))
    # Not on the page of whoever decides: what is not asked there is not missing either.
    group = SelectField(lazy("Group"), default="")
    overdue = BooleanField(lazy("Only those that are overdue"))
    since = DateField3(lazy("Begun from"))
    until = DateField3(lazy("Begun until"))

    def offer(self, circles: Sequence[str], kinds: Sequence[CatalogueItem]) -> None:
        """Put the choices in."""
        self.whose.choices = [(one, _(_CIRCLES[one])) for one in circles]
        self.state.choices = [(one, _(words)) for one, words in _STATES.items()]
        self.kind.choices = [("", _("Any")), *((item.code, item.name) for item in kinds)]
        self.group.choices = [("", _("Any")), *((code, _(words)) for code, words in GROUPS.items())]

    def validate_until(self, field: DateField3) -> None:
        """Raises ValidationError for days the wrong way round."""
        if self.since.data and field.data and field.data < self.since.data:
            raise ValidationError(_("The last day lies before the first."))

    @property
    def said(self) -> dict[str, str]:
        """What was chosen, as an address says it, but for the words."""
        chosen = {name: getattr(self, name).data or "" for name in ("whose", "state", "kind", "group")}
        days = {name: field.data.isoformat() for name, field in (("since", self.since), ("until", self.until)) if field.data}
        return chosen | days | ({"overdue": "yes"} if self.overdue.data else {})


def shown(want: Wanted, words: str) -> dict[str, object]:
    """What a list's address says, as its form shows it."""
    days = {name: date.fromisoformat(day) for name in ("since", "until") if (day := getattr(want, name))}
    return {**want.kept, "overdue": bool(want.overdue), "q": words, **days}


class LendForm(Form):
    """To whom, and until when."""

    to = SelectField(lazy("Who looks after them"), coerce=int)
    until = DateField3(lazy("Until"), validators=[required(lazy("Say until when."))])

    def offer(self, takers: Sequence[User]) -> None:
        """Put the colleagues in."""
        self.to.choices = [(one.id, one.name) for one in takers]
