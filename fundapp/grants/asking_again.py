"""A new draft out of an earlier request, and a code for somebody who has none yet: what saves a key worker typing."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from fundapp.core.actor import Actor
from fundapp.core.errors import NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants import asking, persons, steps
from fundapp.grants.asking import Answers
from fundapp.grants.models import GrantRequest
from fundapp.grants.thing_models import RequestThing


def still_offered(request: GrantRequest) -> list[RequestThing]:
    """The things of an earlier request that can be asked for again, as the catalogue stands now."""
    return [thing for thing in request.things if thing.item.active and not thing.item.for_groups]


def ask_again(session: Session, *, actor: Actor, request_id: int, form_key: UUID) -> GrantRequest:
    """Start a draft with the things, prices and shops of an earlier request. The same form key again is the same draft.

    For whom it is, what they want to change, in whose words, and that they agree: none of that is copied, since it is asked anew.
    Raises NotFound for another team's request, Refused when nothing of it is offered any more.
    """
    earlier, _ties = steps.seen(session, request_id, actor)
    if not actor.has(Role.KEY_WORKER) or earlier.team_id != actor.team_id or earlier.group_id is not None:
        raise NotFound
    things = still_offered(earlier)
    if not things:
        raise Refused(_("None of this is offered just now. Ask for something else, or choose “other”."))
    draft = asking.start_request(session, actor=actor, form_key=form_key, item_id=things[0].item_id, detail_words=things[0].detail_words)
    for position, thing in enumerate(things, 1):
        row = asking.put_thing(
            session, actor=actor, request_id=draft.id, position=position, item_id=thing.item_id, detail_words=thing.detail_words
        )
        asking.save_answers(
            session,
            actor=actor,
            request_id=draft.id,
            answers=Answers(thing_id=row.id, price_pence=thing.price_pence, supplier=thing.supplier),
        )
    return draft


def name_somebody_new(session: Session, *, actor: Actor, request_id: int, instead_of: int | None) -> tuple[GrantRequest, bool]:
    """Issue a code for somebody who has none, and put it into a draft; and whether it was issued now.

    `instead_of` is whom the draft named on the page that was answered: a second click finds somebody else there, and issues nothing.
    """
    draft = asking.save_answers(session, actor=actor, request_id=request_id, answers=Answers())
    if draft.person_id != instead_of:
        return draft, False
    person = persons.issue_code(session, actor=actor)
    answers = Answers(person_id=person.id, typed={"code": ""})
    return asking.save_answers(session, actor=actor, request_id=request_id, answers=answers), True
