"""Forms of the catalogue."""

from __future__ import annotations

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Regexp, ValidationError

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.grants.catalogue import LONGEST_WHY, WORDS, ItemWords
from fundapp.grants.forms import MOST_PENCE, AtMost
from fundapp.grants.models import CatalogueItem
from fundapp.web.forms import Form, MoneyField, required


class ItemForm(Form):
    """A kind of help in the catalogue."""

    name = StringField(lazy("What it is called"), validators=[required(lazy("Give it a name.")), AtMost(max=60)])
    guide_low_pence = MoneyField(
        lazy("Usual price, lowest"),
        minimum_pence=1,
        maximum_pence=MOST_PENCE,
        validators=[required(lazy("Write the lower price, like 35.00."))],
        name="guide_low",
        id="guide_low",
    )
    guide_high_pence = MoneyField(
        lazy("Usual price, highest"),
        minimum_pence=1,
        maximum_pence=MOST_PENCE,
        validators=[required(lazy("Write the upper price, like 45.00."))],
        name="guide_high",
        id="guide_high",
    )
    help_text = TextAreaField(lazy("What the key worker should know"), validators=[AtMost(max=400)])
    asks_what = BooleanField(lazy("Ask what exactly it is, because the name alone does not say"))
    needs_delivery = BooleanField(lazy("It has to be brought somewhere"))
    is_sensitive = BooleanField(lazy("Having had it is nobody else’s to know"))
    for_groups = BooleanField(lazy("Community groups ask for it, people do not"))

    def fill(self, item: CatalogueItem) -> None:
        """Show what the kind says now."""
        for name in WORDS:
            if name in self:
                self[name].data = getattr(item, name)

    def validate_guide_high_pence(self, field: MoneyField) -> None:
        """Raises ValidationError when the prices are the wrong way round."""
        low = self.guide_low_pence.data
        if field.data is not None and low is not None and field.data < low:
            raise ValidationError(_("The upper price is at least the lower one."))


class ChangeItemForm(ItemForm):
    """A kind of help that is there already: its changes, and why. Its cap is changed by two people (kind_caps.py)."""

    why = StringField(
        lazy("Why it changes"), validators=[required(lazy("Say why in a few words: it stands in the history.")), AtMost(max=LONGEST_WHY)]
    )

    def words_for(self, item: CatalogueItem) -> ItemWords:
        """What was typed, once it passes; the cap as it is."""
        return ItemWords(cap_pence=item.cap_pence, **{name: self[name].data for name in WORDS if name in self})


class NewItemForm(ItemForm):
    """A new kind of help, with its short name for the ledger and its first cap."""

    cap_pence = MoneyField(
        lazy("The most for one person in twelve months"), minimum_pence=1, maximum_pence=MOST_PENCE, name="cap", id="cap"
    )
    code = StringField(
        lazy("Short name, for the ledger"),
        validators=[
            required(lazy("Give it a short name, like “phone”.")),
            Regexp(r"^[a-z][a-z0-9-]{1,23}$", message=lazy("Small letters, figures and hyphens, up to 24, like “work-boots”.")),
        ],
    )

    @property
    def words(self) -> ItemWords:
        """What was typed, once it passes."""
        return ItemWords(**{name: self[name].data for name in WORDS})


class OfferForm(Form):
    """Offering it again, or no longer."""

    why = StringField(
        lazy("Why, in a few words"),
        validators=[required(lazy("Say why in a few words: it stands in the history.")), AtMost(max=LONGEST_WHY)],
        # The page has the other form's reason too.
        id="offer-why",
    )
