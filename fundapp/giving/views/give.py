"""Giving, from anywhere or at a collection point: one page, one button, then Stripe's own page."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp import gateways
from fundapp.core.db import transaction
from fundapp.core.errors import Busy, OutsideFault
from fundapp.core.language import gettext as _
from fundapp.core.language import lazy, speaking
from fundapp.core.money import pounds_short
from fundapp.giving import queries, questions, rules, starting
from fundapp.giving.cards import testing as card_testing
from fundapp.giving.forms import OTHER, GiveForm
from fundapp.giving.models import Donation
from fundapp.giving.monthly import starting as monthly_starting
from fundapp.giving.views import give_monthly
from fundapp.points import queries as points
from fundapp.points.queries import CollectionPoint
from fundapp.web.app import keys, settings
from fundapp.web.csrf import without_token
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.language import carried, translated
from fundapp.web.limits import counted_elsewhere, noticed
from fundapp.web.session import db

blueprint = Blueprint("giving", __name__)
guard(blueprint, PUBLIC)
translated(blueprint)

# The gift whose fee is told to whoever has chosen none yet.
EXAMPLE_PENCE = 1000
COUNTED = "by network and block, fewer with each declined card (giving/cards/testing.py)"
SIGNED_FORM = "a signed, expiring form key"
TOO_OLD = lazy("This page was open for more than a day, so nothing was sent. Your choice is kept: press Give once more.")
DECLINED = lazy("Several cards were declined, so that payment page was closed. Nothing was taken. You can begin again here.")
NO_ANSWER = lazy("The card company does not answer just now. Nothing was taken. Your choice is kept: press Give again in a minute.")


@blueprint.get("/give")
def give() -> ResponseReturnValue:
    """Give, wherever you are."""
    return _page(None, _form())


@blueprint.post("/give")
@without_token(SIGNED_FORM)
@counted_elsewhere(COUNTED)
def give_now() -> ResponseReturnValue:
    """Go and pay."""
    return _start(None)


@blueprint.get("/g/<string:code>")
@noticed("points")
def give_at_point(code: str) -> ResponseReturnValue:
    """Give at a collection point: what the QR code on its poster says."""
    point = points.point_by_code(db(), code)
    return _page(point, _form()) if point else _unknown(code)


@blueprint.post("/g/<string:code>")
@without_token(SIGNED_FORM)
@counted_elsewhere(COUNTED)
@noticed("points")
def give_at_point_now(code: str) -> ResponseReturnValue:
    """Go and pay for a gift at a point."""
    point = points.point_by_code(db(), code)
    return _start(point) if point else _unknown(code)


def _start(point: CollectionPoint | None) -> ResponseReturnValue:
    door = card_testing.come_in(db(), keys(), request.remote_addr)
    form = _form()
    is_plain = form.validate()
    made = starting.form_id(keys(), form.form_key.data or "", point)
    if not is_plain or form.pence is None or made is None:
        return _page(point, form, sentence="" if made else TOO_OLD, status=422)
    if form.must_be_asked:
        return _ask_again(form)
    if card_testing.is_spent(db(), made):
        form.form_key.data = ""
        return _page(point, form, sentence=DECLINED, status=422)
    if door.is_hot and not card_testing.is_begun(db(), made) and not _is_answered(form, made):
        return _ask(form, made)
    wish = (form.pence + form.cover_pence, form.cover_pence)
    try:
        way = give_monthly.way(point, made, wish[0]) if form.monthly.data else _way(point, made, wish, door)
    except (OutsideFault, Busy):
        db().rollback()
        return _page(point, form, sentence=NO_ANSWER, status=502)
    return redirect(way, 303)


def _way(point: CollectionPoint | None, made: str, wish: tuple[int, int], door: card_testing.Door) -> str:
    """Where to go: to the payment page, or to the gift's own where there is nothing to pay."""
    begun = monthly_starting.close_for(db(), gateways.current().stripe, made)
    if begun:
        return give_monthly.return_url(begun)
    with transaction(db()) as session:
        donation = starting.begin(session, keys=keys(), form=made, point=point, amount_pence=wish[0], cover_pence=wish[1])
        card_testing.note_start(session, donation.id, door)
    return _payment_page(donation, wish, point) or _gift_url(donation)


def _payment_page(donation: Donation, wish: tuple[int, int], point: CollectionPoint | None) -> str | None:
    here = settings().base_url + _gift_url(donation)
    to = starting.Addresses(paid=f"{here}/return", given_up=here)
    # In the gift's own language: the same form asks Stripe in the same words each time.
    with speaking(donation.language):
        name = _("A gift at %(place)s") % {"place": point.name} if point and point.is_open else _("A gift to the Changing Lives Fund")
        parts = {"gift": pounds_short(wish[0] - wish[1]), "cover": pounds_short(wish[1])}
        details = _("%(gift)s, and %(cover)s for the card company’s share") % parts if wish[1] else ""
    stripe, pence, cover = gateways.current().stripe, *wish
    return starting.payment_page(db(), stripe, donation, amount_pence=pence, cover_pence=cover, name=name, details=details, to=to)


def _gift_url(donation: Donation) -> str:
    return url_for("gifts.gift", token=keys().link_token("gift", str(donation.id)))


def _form() -> GiveForm:
    form = GiveForm()
    form.offer(queries.presets(db()), rules.now(db()))
    return form


def _page(point: CollectionPoint | None, form: GiveForm, *, sentence: str = "", status: int = 200) -> ResponseReturnValue:
    # A key that still stands for its gift is kept: the same page sent again is the same gift.
    if not starting.form_id(keys(), form.form_key.data or "", point):
        form.form_key.data = starting.new_form_key(keys(), point)
    words = render_template(
        "giving/give.html",
        form=form,
        presets=form.presets,
        point=point,
        code=points.grouped(point.code) if point else "",
        sentence=sentence,
        OTHER=OTHER,
        example_pence=EXAMPLE_PENCE,
        fee=form.limits.estimated_fee_pence,
        cover=form.limits.cover_pence,
        rule=form.limits.fee_words(),
        action=request.path + carried(),
    )
    return make_response(words, status)


def _ask_again(form: GiveForm) -> ResponseReturnValue:
    """“£500 for £5?” Asked once, on a page that carries all that was chosen."""
    kept = form.sent_without("amount", "other", "meant")
    return render_template("giving/asked_again.html", form=form, kept=kept, back=request.path + carried(), OTHER=OTHER)


def _is_answered(form: GiveForm, made: str) -> bool:
    """Whether the question that was asked first is answered rightly."""
    if not form.question.data or form.another.data:
        return False
    with transaction(db()) as session:
        said = {"signed": form.question.data, "answer": form.answer.data or ""}
        return questions.is_answered(session, keys(), made, **said)


def _ask(form: GiveForm, made: str) -> ResponseReturnValue:
    """A short question first, while cards are being tried out, on a page that carries all that was chosen."""
    is_wrong = bool(form.question.data) and not form.another.data
    before = (form.question.data or "") if form.another.data else ""
    words = render_template(
        "giving/question.html",
        form=form,
        kept=form.sent_without("question", "answer", "another"),
        question=questions.ask(keys(), made, before=before),
        is_wrong=is_wrong,
        back=request.path + carried(),
    )
    return make_response(words, 422 if is_wrong else 200)


def _unknown(code: str) -> ResponseReturnValue:
    mistyped = points.explain_unknown(code, keys()) is points.Unknown.MISTYPED
    return render_template("giving/unknown_point.html", mistyped=mistyped, typed=code[:20]), 404
