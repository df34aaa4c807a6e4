"""Who decides when: the administrators' rota, and “I am away” on one's own account."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, SelectField, StringField
from wtforms.validators import Length, ValidationError

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import lazy, marked
from fundapp.core.roles import Role
from fundapp.people import cover, covering, queries
from fundapp.web.forms import DateField3, Form, required
from fundapp.web.guards import SIGNED_IN, guard
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item, frame
from fundapp.web.session import db

blueprint = Blueprint("cover", __name__, url_prefix="/admin/cover")
guard(blueprint, Role.ADMIN)
admin_item(blueprint, marked("Cover"), "cover.show", 12, marked("Who decides out of hours, who is away, and when the office is closed."))

away = Blueprint("away", __name__, url_prefix="/account/away")
guard(away, SIGNED_IN)

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def _wall(text: str | None) -> time | None:
    found = _TIME.fullmatch((text or "").strip())
    return time(int(found[1]), int(found[2])) if found else None


class TimeForm(Form):
    """A form with times in it."""

    def clock_shape(self, field: Field) -> None:
        """Raises ValidationError for what is no time of the day."""
        if field.data and _wall(field.data) is None:
            raise ValidationError(_("Write a time like 17:00. You wrote “%(words)s”.") % {"words": field.data[:20]})


class TurnForm(TimeForm):
    """Who is on call, from when until when."""

    who = SelectField(lazy("Who is on call"), validators=[required(lazy("Choose the approver who is on call."))])
    from_day = DateField3(lazy("From which day"), validators=[required(lazy("Give the day on which it begins."))])
    from_time = StringField(lazy("From what time"), validators=[required(lazy("Write a time like 17:00."))])
    to_day = DateField3(lazy("To which day"), validators=[required(lazy("Give the day on which it ends."))])
    to_time = StringField(lazy("To what time"), validators=[required(lazy("Write a time like 09:00."))])

    validate_from_time = TimeForm.clock_shape
    validate_to_time = TimeForm.clock_shape


class AwayForm(Form):
    """From when until when somebody is away, and who stands in."""

    starts_on = DateField3(lazy("The first day away"), validators=[required(lazy("Give the first day away."))])
    ends_on = DateField3(lazy("The last day away"), validators=[required(lazy("Give the last day away."))])
    deputy = SelectField(lazy("Who stands in"), default="")


class HoursForm(TimeForm):
    """When the office opens and closes."""

    opens = StringField(lazy("It opens at"), validators=[required(lazy("Write a time like 09:00."))])
    closes = StringField(lazy("It closes at"), validators=[required(lazy("Write a time like 17:00."))])

    validate_opens = TimeForm.clock_shape
    validate_closes = TimeForm.clock_shape


class ClosedForm(Form):
    """A day on which the office is closed."""

    day = DateField3(lazy("Which day"), validators=[required(lazy("Give the day."))])
    name = StringField(lazy("Why"), validators=[required(lazy("Say why, like “Bank holiday”.")), Length(max=60)])


@blueprint.app_context_processor
def who_decides() -> dict[str, Callable[[], cover.Tonight]]:
    """`who_decides()` on the first pages: who does now, and out of hours."""
    return {"who_decides": lambda: cover.tonight(db())}


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Who decides, now and in the next two weeks."""
    return _page()


@blueprint.post("/turns")
def put_on_call() -> ResponseReturnValue:
    """Put an approver on call."""
    form = _offer(TurnForm())
    if form.validate():
        begins, ends = _wall(form.from_time.data) or time(), _wall(form.to_time.data) or time()
        with form.refusals():
            with transaction(db()):
                covering.put_on_call(
                    db(),
                    actor=actor(),
                    user_id=int(form.who.data),
                    starts_at=cover.at(form.from_day.data, begins),
                    ends_at=cover.at(form.to_day.data, ends),
                )
            flash(_("They are on call."), "good")
            return redirect(url_for("cover.show"), 303)
    return _page(form)


@blueprint.post("/turns/<int:turn_id>/withdraw")
def take_off_call(turn_id: int) -> ResponseReturnValue:
    """Withdraw a turn."""
    with transaction(db()):
        covering.take_off_call(db(), actor=actor(), turn_id=turn_id)
    flash(_("They are off call. Look below whether a night is left without anybody."), "good")
    return redirect(url_for("cover.show"), 303)


@blueprint.post("/absences/<int:absence_id>/end")
def end_absence(absence_id: int) -> ResponseReturnValue:
    """Somebody is back."""
    with transaction(db()):
        covering.end_absence(db(), actor=actor(), absence_id=absence_id)
    flash(_("They count as here again."), "good")
    return redirect(url_for("cover.show"), 303)


@blueprint.get("/people/<int:user_id>/away")
def absent(user_id: int) -> ResponseReturnValue:
    """Enter that somebody else is away, as when they are ill."""
    return _away_page(user_id, AwayForm(formdata=None))


@blueprint.post("/people/<int:user_id>/away")
def set_absent(user_id: int) -> ResponseReturnValue:
    """Enter it."""
    return _set_away(user_id)


@blueprint.get("/office")
def office() -> ResponseReturnValue:
    """When the office is open, and the days on which it is closed."""
    return _office()


@blueprint.post("/office/hours")
def change_hours() -> ResponseReturnValue:
    """Open and close at other times."""
    form = HoursForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                opens, closes = _wall(form.opens.data) or time(), _wall(form.closes.data) or time()
                covering.change_hours(db(), actor=actor(), opens_at=opens, closes_at=closes)
            flash(_("The office’s hours are changed."), "good")
            return redirect(url_for("cover.office"), 303)
    return _office(hours=form)


@blueprint.post("/office/closed-days")
def close_on() -> ResponseReturnValue:
    """Close the office for a day."""
    form = ClosedForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                covering.close_on(db(), actor=actor(), day=form.day.data, name=form.name.data or "")
            flash(_("The office is closed on that day."), "good")
            return redirect(url_for("cover.office"), 303)
    return _office(closed=form)


@blueprint.post("/office/closed-days/<int:year>-<int:month>-<int:day>/open")
def open_on(year: int, month: int, day: int) -> ResponseReturnValue:
    """Open on a day after all."""
    with transaction(db()):
        covering.open_on(db(), actor=actor(), day=covering.day_of(year, month, day))
    flash(_("The office is open on that day."), "good")
    return redirect(url_for("cover.office"), 303)


@away.get("")
def mine() -> ResponseReturnValue:
    """My absences, and who stands in for me."""
    return _away_page(actor().user_id or 0, AwayForm(formdata=None))


@away.post("")
def set_mine() -> ResponseReturnValue:
    """Enter one."""
    return _set_away(actor().user_id or 0)


@away.post("/<int:absence_id>/end")
def end_mine(absence_id: int) -> ResponseReturnValue:
    """I am back, or do not go."""
    with transaction(db()):
        covering.end_absence(db(), actor=actor(), absence_id=absence_id)
    flash(_("You count as here again."), "good")
    return redirect(url_for("away.mine"), 303)


def _set_away(user_id: int) -> ResponseReturnValue:
    form = AwayForm()
    form.deputy.choices = _deputies(user_id)
    if form.validate():
        with form.refusals():
            with transaction(db()):
                covering.set_absence(
                    db(),
                    actor=actor(),
                    user_id=user_id,
                    deputy_id=int(form.deputy.data) if form.deputy.data else None,
                    starts_on=form.starts_on.data,
                    ends_on=form.ends_on.data,
                )
            flash(_("Entered. Letters go to the deputy meanwhile."), "good")
            return redirect(url_for("away.mine") if user_id == actor().user_id else url_for("cover.show"), 303)
    return _away_page(user_id, form)


def _deputies(user_id: int) -> dict[str, str]:
    found = covering.candidates(db(), queries.user(db(), user_id))
    return {"": _("Choose who stands in") if found else _("Nobody holds the same seats"), **{str(one.id): one.name for one in found}}


def _away_page(user_id: int, form: AwayForm) -> ResponseReturnValue:
    form.deputy.choices = _deputies(user_id)
    rows = cover.absences(db(), user_id=user_id)
    own = user_id == actor().user_id
    page = render_template(
        "people/away.html",
        frame=frame() if own else "base/desk.html",
        own=own,
        user=queries.user(db(), user_id),
        form=form,
        rows=rows,
        names=queries.names(db(), [row.deputy_id for row in rows]),
    )
    return page, form.status


def _offer(form: TurnForm) -> TurnForm:
    form.who.choices = {"": _("Choose an approver"), **{str(one.id): one.name for one in queries.holders(db(), Role.APPROVER)}}
    return form


def _page(form: TurnForm | None = None) -> ResponseReturnValue:
    now = clock.now()
    days = cover.calendar(db(), clock.today())
    blank = {"from_time": f"{days.closes:%H:%M}", "to_time": f"{days.opens:%H:%M}"}
    shown = form or _offer(TurnForm(formdata=None, data=blank))
    rows = cover.absences(db())
    page = render_template(
        "people/cover.html",
        form=shown,
        gaps=cover.gaps(db(), now),
        turns=cover.turns(db(), now, now + covering.LONGEST_ABSENCE),
        absences=rows,
        names=queries.names(db(), [one for row in rows for one in (row.user_id, row.deputy_id)]),
    )
    return page, shown.status


def _office(*, hours: HoursForm | None = None, closed: ClosedForm | None = None) -> ResponseReturnValue:
    days = cover.calendar(db(), clock.today())
    known = {"opens": f"{days.opens:%H:%M}", "closes": f"{days.closes:%H:%M}"}
    form = hours or closed
    page = render_template(
        "people/office.html",
        form=form,
        hours=hours or HoursForm(formdata=None, data=known),
        closed=closed or ClosedForm(formdata=None),
        days=cover.closed_days(db()),
    )
    return page, form.status if form else 200
