"""The things of a draft: which are offered, one more, one less, and what each still lacks."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.grants import screening
from fundapp.grants.models import CatalogueItem, GrantRequest
from fundapp.grants.thing_models import MOST_THINGS, RequestThing

# How long an answer may be, in letters, before a draft counts as whole.
LONGEST = {"detail_words": 80, "supplier": 120}


def offered(session: Session, item_id: int) -> CatalogueItem:
    """A kind of help that can be asked for now, for a person. Raises Refused for any other."""
    item = session.get(CatalogueItem, item_id)
    if item is None or not item.active or item.for_groups:
        raise Refused(_("That is not offered just now. Choose something else, or “other”."))
    return item


def blank(item: CatalogueItem, detail_words: str, *, position: int) -> RequestThing:
    """A thing of which nothing is known yet but what it is."""
    return RequestThing(position=position, item=item, detail_words=detail_words.strip(), supplier="", typed={})


def of(request: GrantRequest, thing_id: int | None) -> RequestThing:
    """One thing of a request; the first, where none is named. Raises NotFound for a thing of another request."""
    found = request.things[0] if thing_id is None else next((one for one in request.things if one.id == thing_id), None)
    if found is None:
        raise NotFound
    return found


def put(session: Session, request: GrantRequest, item_id: int, detail_words: str, *, position: int) -> RequestThing:
    """Put a thing at a place in a draft: a further one after the last, or in the stead of the one that is there.

    The place is the one that the page was shown for, so that two clicks add one thing. Raises Refused when the request is full.
    """
    item = offered(session, item_id)
    if position <= len(request.things):
        thing = request.things[max(position, 1) - 1]
        thing.item, thing.detail_words = item, detail_words.strip()
        return thing
    if len(request.things) >= MOST_THINGS:
        raise Refused(_("A request holds up to %(most)d things. Ask for the rest in another.") % {"most": MOST_THINGS})
    thing = blank(item, detail_words, position=len(request.things) + 1)
    request.things.append(thing)
    return thing


def take_out(session: Session, request: GrantRequest, thing_id: int) -> None:
    """Take a thing out of a draft. Taken out already: nothing is left to do. Raises Refused for the last one."""
    thing = next((one for one in request.things if one.id == thing_id), None)
    if thing is None:
        return
    if len(request.things) == 1:
        raise Refused(_("It is the only thing asked for. Change it instead, or throw the draft away."))
    request.things.remove(thing)
    # Gone first, so that the places of those behind it are free.
    session.flush()
    for place, one in enumerate(request.things, 1):
        one.position = place


def lacks(thing: RequestThing) -> list[str]:
    """The steps that a thing has no whole answer to yet: what it is, what it costs and where."""
    fits = {name: len(getattr(thing, name)) <= longest for name, longest in LONGEST.items()}
    names = (bool(thing.detail_words) or not thing.item.asks_what) and screening.says_who(thing.detail_words) is None
    priced = bool(thing.price_pence and thing.supplier) and not thing.typed.get("price")
    answered = {"what": fits["detail_words"] and names, "price": fits["supplier"] and priced}
    return [step for step, done in answered.items() if not done]
