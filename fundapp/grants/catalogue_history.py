"""The versions of a kind of help, told: what each changed, who made it, when and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.money import pounds
from fundapp.grants import catalogue
from fundapp.grants.catalogue_models import CatalogueVersion
from fundapp.people import queries as people
from fundapp.web.filters import moment
from fundapp.web.paging import Page, page_of_known

# As many as stand on the kind's own page.
NEWEST = 5

_FIGURES = {
    "guide_low_pence": marked("Lower guide price %(before)s to %(after)s"),
    "guide_high_pence": marked("Upper guide price %(before)s to %(after)s"),
    "cap_pence": marked("The most for one person %(before)s to %(after)s"),
}
# By what each is now.
_FLAGS = {
    "asks_what": {True: marked("Asks what exactly it is"), False: marked("Asks no longer what exactly it is")},
    "needs_delivery": {True: marked("Has to be brought somewhere"), False: marked("Need not be brought anywhere")},
    "is_sensitive": {True: marked("Nobody else’s to know"), False: marked("No longer kept from others")},
    "for_groups": {True: marked("For community groups now"), False: marked("For people now")},
    "active": {True: marked("Offered again"), False: marked("Offered no longer")},
}


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version, as its line on the page says it."""

    version: CatalogueVersion
    changes: Sequence[str]
    who: str

    @property
    def at(self) -> datetime:
        """Since when it held."""
        return self.version.changed_at

    @property
    def step(self) -> dict[str, str]:
        """The same for a `timeline(...)`."""
        why = _("“%(words)s”") % {"words": self.version.why} if self.version.why else ""
        return {"what": "; ".join(self.changes), "when": moment(self.at), "by": self.who, "why": why, "glyph": "full"}


def history(session: Session, item_id: int, *, number: int) -> Page[VersionLine]:
    """A page of every version, the newest first."""
    numbers = session.scalars(catalogue.versions(item_id).with_only_columns(CatalogueVersion.number)).all()
    return page_of_known(numbers, lambda shown: _lines(session, item_id, shown), number=number)


def newest(session: Session, item_id: int) -> Sequence[VersionLine]:
    """The newest versions of one kind."""
    numbers = session.scalars(catalogue.versions(item_id).with_only_columns(CatalogueVersion.number).limit(NEWEST)).all()
    return _lines(session, item_id, numbers)


def _lines(session: Session, item_id: int, shown: Sequence[int]) -> Sequence[VersionLine]:
    """Those versions told, each by what the one before it said."""
    wanted = {*shown, *(number - 1 for number in shown)}
    found = {one.number: one for one in session.scalars(catalogue.versions(item_id).where(CatalogueVersion.number.in_(wanted)))}
    names = people.names(session, [one.changed_by for one in found.values() if one.changed_by is not None])
    return [VersionLine(found[number], _changes(found, number), _who(found[number], names)) for number in shown]


def _who(version: CatalogueVersion, names: Mapping[int, str]) -> str:
    return names.get(version.changed_by, "") if version.changed_by is not None else ""


def _changes(found: Mapping[int, CatalogueVersion], number: int) -> list[str]:
    after, before = found[number], found.get(number - 1)
    if before is None:
        return [_("Added")]
    told = []
    if before.name != after.name:
        told.append(_("Name “%(before)s” to “%(after)s”") % {"before": before.name, "after": after.name})
    for name, words in _FIGURES.items():
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            told.append(_(words) % {"before": _amount(was), "after": _amount(now)})
    if before.help_text != after.help_text:
        told.append(_("Help text changed"))
    told += [_(words[getattr(after, name)]) for name, words in _FLAGS.items() if getattr(before, name) != getattr(after, name)]
    return told


def _amount(pence: int | None) -> str:
    return pounds(pence) if pence is not None else _("none of its own")
