"""Pages on which a team says where a thing is brought to and adds photos, and on which whoever pays reads where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp import gateways
from fundapp.core.db import transaction
from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants import evidence, steps
from fundapp.grants.delivery import addresses, ending, photos
from fundapp.grants.delivery.addresses import Address
from fundapp.grants.delivery.forms import AddressForm, PhotoForm
from fundapp.grants.delivery.models import MOST_PHOTOS, RequestPhoto
from fundapp.grants.lifecycle import Status, Tie
from fundapp.grants.models import GrantRequest
from fundapp.grants.views.acting import act
from fundapp.grants.views.bills import in_a_sandbox
from fundapp.web.forms import CsrfForm
from fundapp.web.guards import guard
from fundapp.web.identity import actor
from fundapp.web.session import db

delivering = Blueprint("delivering", __name__, url_prefix="/requests")
guard(delivering, Role.KEY_WORKER)
picturing = Blueprint("picturing", __name__, url_prefix="/requests")
guard(picturing, Role.KEY_WORKER)
pictures = Blueprint("pictures", __name__, url_prefix="/requests")
guard(pictures, Role.KEY_WORKER, Role.APPROVER, Role.PANEL, Role.FINANCE, Role.AUDITOR)
delivery_desk = Blueprint("delivery_desk", __name__, url_prefix="/payouts")
guard(delivery_desk, Role.FINANCE)


@delivering.get("/<int:request_id>/delivery")
def show(request_id: int) -> ResponseReturnValue:
    """Where it is brought to, for the team that asked. Each reading is written down."""
    found, address = _read(request_id, addresses.TO_ASK)
    return _address_page(found, AddressForm(formdata=None, data={"words": address.words if address else ""}), is_there=address is not None)


@delivering.post("/<int:request_id>/delivery")
def say(request_id: int) -> ResponseReturnValue:
    """Say where."""
    form = AddressForm()
    done = form.validate() and act(
        form,
        lambda: addresses.say(db(), actor=actor(), request_id=request_id, words=form.words.data or ""),
        good=_("Kept apart from the request. Whoever pays it sees it, once it is agreed."),
        then=_back(request_id),
    )
    return done or _address_page(_own(request_id), form, is_there=addresses.is_there(db(), request_id))


@delivering.post("/<int:request_id>/delivery/drop")
def drop(request_id: int) -> ResponseReturnValue:
    """It was brought, or is not to be: drop the address."""
    with transaction(db()):
        dropped = addresses.delivered(db(), actor=actor(), request_id=request_id)
    flash(_("The address is deleted.") if dropped else _("There is no address any more. Nothing was changed."), "good")
    return redirect(_back(request_id), 303)


@delivery_desk.get("/<int:request_id>/delivery")
def read(request_id: int) -> ResponseReturnValue:
    """Where it is brought to, for whoever may pay it. Each reading is written down."""
    found, address = _read(request_id, addresses.TO_PAY)
    return render_template("grants/delivery/read.html", asked=found, address=address)


@picturing.get("/<int:request_id>/photos")
def of_request(request_id: int) -> ResponseReturnValue:
    """The photos of a request, and a form for one more."""
    return _photo_page(request_id, PhotoForm(formdata=None))


@picturing.post("/<int:request_id>/photos")
def add(request_id: int) -> ResponseReturnValue:
    """Add a photo."""
    form = PhotoForm()
    sent = form.photo.upload.content if form.validate() and form.photo.upload else b""
    if sent:
        with form.refusals():
            # Outside any transaction: it may take a while.
            gateways.current().scanner.look_at(sent)
            done = act(
                form,
                lambda: photos.add(db(), actor=actor(), request_id=request_id, photo=sent),
                good=_("The photo is here. Of it only the picture was kept: not where or with what it was taken."),
                then=url_for("picturing.of_request", request_id=request_id),
            )
            if done:
                return done
    return _photo_page(request_id, form)


@picturing.post("/<int:request_id>/photos/<int:photo_id>/take-away")
def take_away(request_id: int, photo_id: int) -> ResponseReturnValue:
    """Take a photo away."""
    form = CsrfForm()
    done = act(
        form,
        lambda: photos.take_away(db(), actor=actor(), request_id=request_id, photo_id=photo_id),
        good=_("The photo is deleted."),
        then=url_for("picturing.of_request", request_id=request_id),
    )
    return done or _photo_page(request_id, PhotoForm(formdata=None))


@pictures.get("/<int:request_id>/photos/<int:photo_id>")
def picture(request_id: int, photo_id: int) -> ResponseReturnValue:
    """One photo, for those who may see its request."""
    with transaction(db()):
        content = photos.picture(db(), actor=actor(), request_id=request_id, photo_id=photo_id)
    return in_a_sandbox(Response(content, mimetype=evidence.JPEG), f"request-{request_id}-photo-{photo_id}.jpg")


@dataclass(frozen=True, slots=True)
class Beside:
    """What is kept beside a request, as one reader may know of it."""

    photos: Sequence[RequestPhoto]
    has_address: bool
    # Whether they read the address as who pays; nothing where they may not.
    reads: str
    takes_photos: bool
    takes_address: bool


@delivering.app_context_processor
def beside() -> dict[str, Callable[[GrantRequest, frozenset[Tie]], Beside]]:
    """`kept_beside(asked, ties)` on the page of one request: its photos, and whether its reader may know where it is brought to."""
    return {"kept_beside": _beside}


def _beside(asked: GrantRequest, ties: frozenset[Tie]) -> Beside:
    me = actor()
    has_address, has_photos = addresses.what_is_there(db(), asked.id)
    own = me.has(Role.KEY_WORKER) and asked.team_id == me.team_id
    reads = addresses.may_read(asked, me, ties) if has_address and me.has(Role.FINANCE) else ""
    return Beside(
        photos=photos.of(db(), asked.id) if has_photos else [],
        has_address=has_address,
        reads=reads,
        takes_photos=own and asked.status in photos.ADDED_TO,
        takes_address=own and asked.status not in ending.OVER,
    )


def _read(request_id: int, purpose: str) -> tuple[GrantRequest, Address | None]:
    """The address, for whoever may read it as this: a page of the team is not a payer's. Raises NotFound."""
    with transaction(db()):
        found, ties = steps.seen(db(), request_id, actor())
        if addresses.may_read(found, actor(), ties) != purpose:
            raise NotFound
        return addresses.read(db(), actor=actor(), request_id=request_id)


def _own(request_id: int) -> GrantRequest:
    found, ties = steps.seen(db(), request_id, actor())
    if Tie.OWN_TEAM not in ties:
        raise NotFound
    return found


def _back(request_id: int) -> str:
    found = _own(request_id)
    if found.status == Status.DRAFT:
        return url_for("asking.ask", request_id=request_id, step="check")
    return url_for("requests.show", request_id=request_id)


def _address_page(found: GrantRequest, form: AddressForm, *, is_there: bool) -> ResponseReturnValue:
    is_over = found.status in ending.OVER
    page = render_template(
        "grants/delivery/address.html", asked=found, form=form, is_there=is_there, is_over=is_over, back_to=_back(found.id)
    )
    return page, form.status


def _photo_page(request_id: int, form: PhotoForm) -> ResponseReturnValue:
    found = _own(request_id)
    rows = photos.of(db(), request_id)
    page = render_template(
        "grants/delivery/photos.html",
        asked=found,
        form=form,
        photos=rows,
        takes=found.status in photos.ADDED_TO,
        has_room=len(rows) < MOST_PHOTOS,
        can_take_away=found.status == Status.DRAFT,
        back_to=_back(request_id),
    )
    return page, form.status
