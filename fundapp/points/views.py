"""Collection points for staff: administrators change them; finance and auditors read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from fundapp.audit import queries as audit
from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.gateways import qr
from fundapp.gateways.documents import PIECES
from fundapp.ledger import checkpoints
from fundapp.people.fact_words import listed
from fundapp.people.reading import kinds, namer
from fundapp.points import figures, posters, printing, queries, search, service, watching
from fundapp.points.codes import grouped
from fundapp.points.forms import HostForm, LookForm, PointForm, ReasonForm
from fundapp.points.lifecycle import Trouble
from fundapp.points.models import CollectionPoint
from fundapp.points.queries import State
from fundapp.web import paging
from fundapp.web.app import keys, settings
from fundapp.web.forms import cleaned
from fundapp.web.guards import guard, only
from fundapp.web.identity import actor
from fundapp.web.navigation import admin_item, nav_item
from fundapp.web.searching import search_source
from fundapp.web.session import db

blueprint = Blueprint("points", __name__, url_prefix="/admin/points")
guard(blueprint, Role.ADMIN, Role.FINANCE, Role.AUDITOR)
# On the point's own page; all of them stand with the reports.
MOST_REPORTS = 5
nav_item(blueprint, marked("Points"), "points.points", [Role.FINANCE, Role.AUDITOR], 60)
search_source(blueprint, "points", marked("Collection points"), search.HINT, (Role.ADMIN, Role.FINANCE, Role.AUDITOR), 60, search.find)
admin_item(blueprint, marked("Collection points"), "points.points", 40, marked("Add a place, print its poster, close it."))


@blueprint.get("")
def points() -> ResponseReturnValue:
    """All points, open ones first."""
    words, asked = cleaned(request.args.get("words", "")[:100]), request.args.get("state", "")
    state = State(asked) if asked in set(State) else State.ALL
    page = paging.page_of(db(), queries.points(words=words, state=state), number=paging.asked(), words=words, state=asked)
    return render_template(
        "points/points.html", page=page, words=words, state=state, State=State, grouped=grouped, may_change=_may_change()
    )


@blueprint.get("/new")
@only(Role.ADMIN)
def new_point() -> ResponseReturnValue:
    """Ask what a new point is."""
    return render_template("points/new_point.html", form=PointForm())


@blueprint.post("/new")
@only(Role.ADMIN)
def open_point() -> ResponseReturnValue:
    """Add a point, with its code."""
    form = PointForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                point = service.open_point(db(), actor=actor(), keys=keys(), **_typed(form))
            flash(_("The point is open. Print its poster, hang it, and scan it once yourself."), "good")
            return redirect(url_for("points.point", point_id=point.id), 303)
    return render_template("points/new_point.html", form=form), form.status


@blueprint.get("/<int:point_id>")
def point(point_id: int) -> ResponseReturnValue:
    """One point: its code, its posters, its host, what was done to it."""
    return _point(point_id, LookForm(formdata=None))


@blueprint.post("/<int:point_id>/looked-at")
@only(Role.ADMIN, Role.FINANCE)
def note_look(point_id: int) -> ResponseReturnValue:
    """Note that somebody stood before the poster, and what they saw."""
    form = LookForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                service.note_look(db(), actor=actor(), point_id=point_id, words=form.seen.data or "")
            flash(_("Noted, with today’s date."), "good")
            return redirect(url_for("points.point", point_id=point_id), 303)
    return _point(point_id, form)


def _point(point_id: int, form: LookForm) -> ResponseReturnValue:
    found = queries.point(db(), point_id)
    trail = audit.trail(db(), found.subject)
    page = render_template(
        "points/point.html",
        form=form,
        looked_at=next((event.at for event in reversed(trail) if event.kind == "point.looked_at"), None),
        may_note=actor().has(Role.ADMIN, Role.FINANCE),
        point=found,
        grouped=grouped(found.code),
        address=_address_words(found),
        code_svg=Markup(_svg(found)),  # noqa: S704 - our own drawing; its label is escaped where it is made
        ready=printing.is_printable(db()),
        pieces=PIECES,
        checkpoint=posters.on_poster(db(), found),
        newest=checkpoints.latest(db()),
        visited=figures.visited(db(), [found.id], today=clock.today()).get(found.id),
        reports=db().scalars(watching.reports(point_id=found.id).limit(MOST_REPORTS)).all(),
        Trouble=Trouble,
        trail=trail,
        kinds=kinds(),
        listed=listed,
        who=namer(db(), (event.actor for event in trail)),
        may_change=_may_change(),
    )
    return page, form.status


@blueprint.get("/<int:point_id>/host")
@only(Role.ADMIN)
def host(point_id: int) -> ResponseReturnValue:
    """The host's facts as they stand."""
    found = queries.point(db(), point_id)
    return render_template("points/host.html", point=found, form=HostForm(obj=found))


@blueprint.post("/<int:point_id>/host")
@only(Role.ADMIN)
def change_host(point_id: int) -> ResponseReturnValue:
    """Put the host's facts right."""
    form = HostForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                service.change_host(db(), actor=actor(), point_id=point_id, **_typed(form))
            flash(_("The host’s facts are saved."), "good")
            return redirect(url_for("points.point", point_id=point_id), 303)
    return render_template("points/host.html", point=queries.point(db(), point_id), form=form), form.status


@blueprint.get("/<int:point_id>/close")
@only(Role.ADMIN)
def confirm_close(point_id: int) -> ResponseReturnValue:
    """Say what closing does, and ask why."""
    return render_template("points/close.html", point=queries.point(db(), point_id), form=ReasonForm())


@blueprint.post("/<int:point_id>/close")
@only(Role.ADMIN)
def close_point(point_id: int) -> ResponseReturnValue:
    """Close a point; its code lives on."""
    form = ReasonForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                service.close_point(db(), actor=actor(), point_id=point_id, reason=form.reason.data or "")
            flash(_("The point is closed. Gifts by its poster go to the general fund from now on."), "good")
            return redirect(url_for("points.point", point_id=point_id), 303)
    return render_template("points/close.html", point=queries.point(db(), point_id), form=form), form.status


@blueprint.get("/<int:point_id>/reopen")
@only(Role.ADMIN)
def confirm_reopen(point_id: int) -> ResponseReturnValue:
    """Say what opening again does, and ask why."""
    return render_template("points/reopen.html", point=queries.point(db(), point_id), form=ReasonForm())


@blueprint.post("/<int:point_id>/reopen")
@only(Role.ADMIN)
def reopen_point(point_id: int) -> ResponseReturnValue:
    """Open a closed point again, with the code it had."""
    form = ReasonForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                service.reopen_point(db(), actor=actor(), point_id=point_id, reason=form.reason.data or "")
            flash(_("The point is open again. Its old poster is good."), "good")
            return redirect(url_for("points.point", point_id=point_id), 303)
    return render_template("points/reopen.html", point=queries.point(db(), point_id), form=form), form.status


@blueprint.get("/<int:point_id>/replace")
@only(Role.ADMIN)
def confirm_replace(point_id: int) -> ResponseReturnValue:
    """Say what a new code does, and ask why."""
    return render_template("points/replace.html", point=queries.point(db(), point_id), form=ReasonForm())


@blueprint.post("/<int:point_id>/replace")
@only(Role.ADMIN)
def replace_point(point_id: int) -> ResponseReturnValue:
    """Retire the code, and give the place another."""
    form = ReasonForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                made = service.replace_point(db(), actor=actor(), keys=keys(), point_id=point_id, reason=form.reason.data or "")
            flash(_("The place has a new code. Print its poster, hang it in place of the old one, and bring the old one back."), "good")
            return redirect(url_for("points.point", point_id=made.id), 303)
    return render_template("points/replace.html", point=queries.point(db(), point_id), form=form), form.status


@blueprint.post("/<int:point_id>/poster")
@only(Role.ADMIN)
def renew_poster(point_id: int) -> ResponseReturnValue:
    """Put the ledger's newest checkpoint on the poster."""
    with transaction(db()):
        service.renew_poster(db(), actor=actor(), point_id=point_id)
    flash(_("The poster carries the newest checkpoint. Print it, and hang it in place of the old one."), "good")
    return redirect(url_for("points.point", point_id=point_id), 303)


@blueprint.get("/<int:point_id>/code.svg")
def code_svg(point_id: int) -> Response:
    """The QR code, for a designer."""
    found = queries.point(db(), point_id)
    return _file(_svg(found).encode(), "image/svg+xml", f"qr-{found.code}.svg")


@blueprint.get("/<int:point_id>/code.png")
def code_png(point_id: int) -> Response:
    """The QR code, for a letter or a screen."""
    found = queries.point(db(), point_id)
    return _file(qr.png(_url(found)), "image/png", f"qr-{found.code}.png")


def piece(point_id: int, name: str) -> Response:
    """A poster, a sticker, a card or a label."""
    found = queries.point(db(), point_id)
    return _file(printing.piece(db(), [found], name, base_url=settings().base_url), "application/pdf", f"{name}-{found.code}.pdf")


def all_pieces(name: str) -> Response:
    """The same for every open point, in one file; of very many, a part."""
    content = printing.all_open(db(), name, paging.asked(), base_url=settings().base_url)
    return _file(content, "application/pdf", f"{name}-all-{paging.asked()}.pdf")


for _name in PIECES:
    blueprint.add_url_rule(f"/<int:point_id>/{_name}.pdf", "piece", piece, defaults={"name": _name}, methods=["GET"])
    blueprint.add_url_rule(f"/all-{_name}.pdf", "all_pieces", all_pieces, defaults={"name": _name}, methods=["GET"])


@blueprint.get("/print")
def print_all() -> ResponseReturnValue:
    """What can be printed for every open point at once."""
    parts = printing.parts(db())
    return render_template("points/print.html", pieces=PIECES, parts=parts, ready=printing.is_printable(db()), most=printing.PART)


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, mimetype=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _url(found: CollectionPoint) -> str:
    return settings().base_url + found.path


def _address_words(found: CollectionPoint) -> str:
    """The address as people type it."""
    return _url(found).partition("://")[2]


def _svg(found: CollectionPoint) -> str:
    return qr.svg(_url(found), label=_("QR code that leads to %(address)s") % {"address": _address_words(found)})


def _may_change() -> bool:
    return actor().has(Role.ADMIN)


def _typed(form: HostForm) -> dict[str, Any]:
    return {name: value for name, value in form.data.items() if name != "csrf_token"}
