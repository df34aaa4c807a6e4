"""Every component in every state, at /design, in the demo and in tests only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

# The types that are published for WTForms do not know SelectChoice yet; tuples are deprecated.
from wtforms import (  # type: ignore[attr-defined]
    BooleanField,
    FileField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput

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
    "seats": "worker",
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
    seats = SelectMultipleField(
        "Roles", choices=[SelectChoice("worker", "Key worker"), SelectChoice("panel", "Panel member")], option_widget=CheckboxInput()
    )
    none_yet = SelectMultipleField(
        "Who keeps watch?",
        choices=[SelectChoice("trustee", "A trustee")],
        option_widget=CheckboxInput(),
        validators=[required("Choose at least one.")],
    )


# What the rooms below draw, and this one may not ask them for: the composition root hands it over.
_PLOTS = "design-plots"
Plots = Callable[[], Sequence[Markup]]


def show_plots(app: Flask, plots: Plots) -> None:
    """Have these plots shown among the parts."""
    app.extensions[_PLOTS] = plots


@blueprint.get("/design")
def show() -> ResponseReturnValue:
    """Show all parts; the form as it comes back with things to put right."""
    form = ExampleFields(formdata=MultiDict(_TYPED), meta={"csrf": False})
    form.validate()
    plots = current_app.extensions.get(_PLOTS, tuple)()
    return render_template("web/design.html", form=form, plots=plots, page_url=lambda number: url_for(str(request.endpoint), page=number))


@blueprint.post("/design")
def again() -> ResponseReturnValue:
    """The specimens' buttons lead back to them."""
    return redirect(url_for(".show"), 303)
