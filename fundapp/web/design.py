"""Every component in every state, at /design, in the demo and in tests only."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

# The types that are published for WTForms do not know SelectChoice yet; tuples are deprecated.
from wtforms import (  # type: ignore[attr-defined]
    BooleanField,
    FileField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)

from fundapp.web.forms import DateField3, Form, MoneyField, required
from fundapp.web.guards import PUBLIC, guard

blueprint = Blueprint("design", __name__)
guard(blueprint, PUBLIC)

# What was typed into the form that is shown: some of it right, some to be put right.
_TYPED = {
    "supplier": "a phone shop, Market Place",
    "price": "about 40",
    "moves_in_on-day": "24",
    "moves_in_on-month": "13",
    "moves_in_on-year": "2026",
    "goal": "I want to ring my daughter.",
    "group": "moving-on",
    "kind": "phone",
}


class ExampleFields(Form):
    """One field of each kind."""

    supplier = StringField("Where is it sold?")
    wrong = StringField("Where will it go?", validators=[required("Say where, so that we can send it")])
    price = MoneyField("Price, with delivery")
    moves_in_on = DateField3("When do they move in?")
    goal = TextAreaField("Their goal, in their words")
    group = SelectField(
        "Group, if they wish to say", choices=[SelectChoice("moving-on", "Moving on"), SelectChoice("new", "Newly arrived")]
    )
    kind = RadioField("What do they need?", choices=[SelectChoice("phone", "A phone"), SelectChoice("certificate", "A birth certificate")])
    missing = RadioField(
        "Who should be paid?",
        choices=[SelectChoice("shop", "The shop"), SelectChoice("worker", "Me")],
        validators=[required("Choose who is paid")],
    )
    consent = BooleanField("They agree to this request")
    bill = FileField("The bill")


@blueprint.get("/design")
def show() -> ResponseReturnValue:
    """Show all parts; the form as it comes back with things to put right."""
    form = ExampleFields(formdata=MultiDict(_TYPED), meta={"csrf": False})
    form.validate()
    return render_template("web/design.html", form=form, page_url=lambda number: url_for(str(request.endpoint), page=number))


@blueprint.post("/design")
def again() -> ResponseReturnValue:
    """The specimens' buttons lead back to them."""
    return redirect(url_for(".show"), 303)
