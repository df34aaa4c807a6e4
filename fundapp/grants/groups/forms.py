"""Forms about community groups: the group, its request, and what it offers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import NumberRange, ValidationError

from fundapp.core import clock
from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.grants import screening
from fundapp.grants.asking import LONGEST, consent_words
from fundapp.grants.forms import MOST_PENCE, AtMost, choices
from fundapp.grants.groups.asking import GroupAnswers
from fundapp.grants.groups.models import CommunityGroup, SupportOffer
from fundapp.grants.groups.offers import OfferWords
from fundapp.grants.groups.service import GroupWords
from fundapp.grants.models import MOST_HELPED, CatalogueItem
from fundapp.web.forms import DateField3, Form, MoneyField, PublicForm, WholeNumberField, required

_EMAIL = re.compile(r"[^@\s<>]+@[^@\s.<>]+(\.[^@\s.<>]+)+")
AHEAD = timedelta(days=730)


def nobody_named(_form: Any, field: Any) -> None:
    """Raises ValidationError for words that plainly lead to somebody, and repeats them."""
    sentence = screening.says_who(field.data or "")
    if sentence:
        raise ValidationError(sentence)


class GroupForm(Form):
    """A group that a partner supports."""

    name = StringField(lazy("What the group is called"), validators=[required(lazy("Write the group’s name.")), AtMost(max=80)])
    about = TextAreaField(
        lazy("What it is and does"), validators=[required(lazy("Say in a sentence or two what it is and does.")), AtMost(max=400)]
    )
    paid_to = StringField(
        lazy("Whose account it is paid into"),
        validators=[required(lazy("Write the name on the account: the group’s own, or whoever keeps its money.")), AtMost(max=120)],
    )
    contact_name = StringField(
        lazy("Whom we speak to there"), validators=[required(lazy("Write the name of somebody in the group.")), AtMost(max=120)]
    )
    contact_email = StringField(lazy("Their e-mail, if they have one"), validators=[AtMost(max=120)])

    @property
    def words(self) -> GroupWords:
        """What was typed, once it passes."""
        names = ("name", "about", "paid_to", "contact_name", "contact_email")
        return GroupWords(**{name: getattr(self, name).data or "" for name in names})

    def fill(self, group: CommunityGroup) -> None:
        """Show what stands of it now."""
        for name in ("name", "about", "paid_to", "contact_name", "contact_email"):
            getattr(self, name).data = getattr(group, name)

    def validate_contact_email(self, field: StringField) -> None:
        """Raises ValidationError for what reaches nobody."""
        if field.data and not _EMAIL.fullmatch(field.data):
            raise ValidationError(_("Write a whole e-mail, or leave it empty. You wrote “%(words)s”.") % {"words": field.data[:40]})


class GroupAskForm(Form):
    """A group's request, on one page."""

    form_key = HiddenField()
    item = RadioField(lazy("What kind of help?"), coerce=int, validators=[required(lazy("Choose what comes nearest."))])
    detail = StringField(
        lazy("What exactly is it for, in a few words?"),
        validators=[required(lazy("Say what would be bought.")), AtMost(max=LONGEST["detail_words"]), nobody_named],
    )
    purpose = TextAreaField(
        lazy("What do they want to do with it? In their words"),
        validators=[required(lazy("Write down what they want to do.")), AtMost(max=LONGEST["goal_words"]), nobody_named],
    )
    helps = TextAreaField(
        lazy("Whom does it help, and with what?"),
        validators=[required(lazy("Say whom it helps.")), AtMost(max=LONGEST["unblocks_words"]), nobody_named],
    )
    how_many = WholeNumberField(
        lazy("How many people, about?"),
        validators=[
            required(lazy("Say how many people it helps, as a number.")),
            NumberRange(1, MOST_HELPED, lazy("Say how many people it helps, as a number.")),
        ],
    )
    begins = DateField3(lazy("When does it begin?"), validators=[required(lazy("Write the day, month and year."))])
    price = MoneyField(
        lazy("What does it cost?"),
        minimum_pence=1,
        maximum_pence=MOST_PENCE,
        validators=[required(lazy("Write the price as a number, like 39.99."))],
    )
    how = RadioField(
        lazy("How did the group say so?"),
        choices=lambda: choices({how: words.capitalize() for how, words in consent_words().items()}),
        validators=[required(lazy("Choose how they said so."))],
    )
    agrees = BooleanField(
        lazy("Somebody who speaks for the group agrees to this request"),
        validators=[required(lazy("Ask the group first. Tick this when they agree."))],
    )

    def offer(self, kinds: Sequence[CatalogueItem]) -> GroupAskForm:
        """Let these kinds of help be chosen."""
        self.item.choices = choices({kind.id: kind.name for kind in kinds})
        return self

    @property
    def answers(self) -> GroupAnswers:
        """What was typed, once it passes."""
        return GroupAnswers(
            item_id=self.item.data,
            detail_words=self.detail.data or "",
            purpose_words=self.purpose.data or "",
            helps_words=self.helps.data or "",
            how_many=self.how_many.data or 0,
            begins_on=self.begins.data,
            price_pence=self.price.data or 0,
            consent_how=self.how.data,
        )

    def validate_begins(self, field: DateField3) -> None:
        """Raises ValidationError for a day that is over, or years away."""
        if field.data is not None and not clock.today() <= field.data <= clock.today() + AHEAD:
            raise ValidationError(_("It begins today or later, and within two years."))

    def validate_form_key(self, field: HiddenField) -> None:
        """Raises ValidationError for a key that no page of ours made."""
        try:
            UUID(field.data or "")
        except ValueError:
            raise ValidationError(_("This page was old. Look at it again; nothing was changed.")) from None


class OfferForm(Form):
    """What a group offers, for the public list."""

    form_key = HiddenField()
    name = StringField(lazy("What it is called"), validators=[required(lazy("Give it a name, like “Sunday kitchen”.")), AtMost(max=80)])
    what = TextAreaField(lazy("What it is"), validators=[required(lazy("Say what somebody finds there.")), AtMost(max=400)])
    for_whom = StringField(lazy("For whom it is"), validators=[required(lazy("Say for whom, like “anybody”.")), AtMost(max=120)])
    times = StringField(lazy("When"), validators=[required(lazy("Say when, like “Sundays, 12 to 3 pm”.")), AtMost(max=120)])
    reach = StringField(lazy("How to reach it"), validators=[required(lazy("Say where to go, or whom to ring.")), AtMost(max=200)])

    @property
    def words(self) -> OfferWords:
        """What was typed, once it passes."""
        return OfferWords(**{name: getattr(self, name).data or "" for name in ("name", "what", "for_whom", "times", "reach")})

    def fill(self, offer: SupportOffer) -> None:
        """Show what stands on the list now."""
        for name in ("name", "what", "for_whom", "times", "reach"):
            getattr(self, name).data = getattr(offer, name)


class StillForm(PublicForm):
    """Whether it is still so, by the group's link: two buttons."""

    form_key = HiddenField()
