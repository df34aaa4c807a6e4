"""One request with all that a decision needs on one page."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.roles import Role
from fundapp.grants import asking, awards, circumstances, lifecycle, sight, steps, telling
from fundapp.grants.awards import FundChoice
from fundapp.grants.deciding_forms import AgreeForm, AgreePartForm, DeclineForm, FundsForm, PanelForm, VoteForm, part_form
from fundapp.grants.forms import ActForm, MaybeWordsForm, WordsForm
from fundapp.grants.lifecycle import Action, Tie
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy import standing
from fundapp.grants.together import seeing
from fundapp.grants.views.acting import named
from fundapp.people import queries as people
from fundapp.web.identity import actor
from fundapp.web.session import db

FORMS: dict[Action, type[ActForm]] = {
    Action.AGREE: AgreeForm,
    Action.AGREE_PART: AgreePartForm,
    Action.PUT_TO_PANEL: PanelForm,
    Action.COUNTERSIGN: ActForm,
    Action.AGREE_URGENTLY: WordsForm,
    Action.DISAGREE: WordsForm,
    Action.VOTE: VoteForm,
    Action.REOPEN: WordsForm,
    Action.LIFT_CAP: WordsForm,
    Action.ASK_QUESTION: WordsForm,
    Action.DECLINE: DeclineForm,
    Action.STEP_ASIDE: MaybeWordsForm,
    Action.RELEASE_AWARD: WordsForm,
}
# What is given out of a fund that is chosen here.
_OUT_OF_FUNDS = frozenset(action for action, form in FORMS.items() if issubclass(form, FundsForm))
# What somebody would do here, in the order in which bars are told to whoever may not.
_ANSWERS = {
    Role.APPROVER: (Action.AGREE, Action.COUNTERSIGN, Action.DECLINE),
    Role.FINANCE: (Action.COUNTERSIGN,),
    Role.PANEL: (Action.VOTE,),
}
# What a page of decisions is not for.
_ELSEWHERE = frozenset({Role.KEY_WORKER})
# On the page of payments finance gives an award back.
_NOT_FINANCE = frozenset({Action.RELEASE_AWARD})


def address(request_id: int) -> str:
    """Where the page of a request is."""
    return url_for("decisions.show", request_id=request_id)


def again(request_id: int, sent: Action, form: ActForm) -> ResponseReturnValue:
    """The page with a form that was sent and did not pass."""
    return shown(*steps.seen(db(), request_id, actor()), sent, form)


def shown(found: GrantRequest, ties: frozenset[Tie], sent: Action | None = None, form: ActForm | None = None) -> ResponseReturnValue:
    """The page, with the form that was sent in place of its blank one."""
    me = actor()
    can = [one for one in lifecycle.allowed(found.status, me.roles - _ELSEWHERE, ties) if _here(one, me.roles)]
    # The funds are there to be chosen from, and the policy holds for what is not decided yet.
    funds = awards.fund_choices(db(), found.asked_pence or 0) if not _OUT_OF_FUNDS.isdisjoint(can) else []
    policy = standing.now(db()) if found.status in lifecycle.UNDECIDED else None
    came = telling.came_of_it(db(), found)
    forms = {action: _blank(action, found, funds) for action in can if action in FORMS}
    if sent is not None and form is not None:
        forms[sent] = named(form, sent)
    agreeing = forms.get(Action.AGREE)
    page = render_template(
        "grants/decision.html",
        asked=found,
        can=can,
        form=form,
        forms={action.value: one for action, one in forms.items()},
        funds=funds,
        some_fund_can_pay=sum(fund.free_pence for fund in funds if fund.can_give) >= (found.asked_pence or 0),
        chosen_fund=agreeing.fund.data if isinstance(agreeing, FundsForm) else None,
        why_not=_why_not(found, me.roles, ties),
        ties=ties,
        together=seeing.of(db(), found, me, policy),
        sight=sight.of(db(), found, me, policy),
        needed_for=circumstances.said(circumstances.NEEDED_FOR, found.needed_for),
        paid_how=circumstances.said(circumstances.PAID_HOW, found.paid_how),
        story=telling.story(db(), found, me, desk=True),
        bills=came.bills,
        result=came.words,
        team=people.team_names(db(), [found.team_id]).get(found.team_id, ""),
        own_team=Tie.OWN_TEAM in ties,
        consents=asking.consent_words(),
        status_tag=telling.DESK_TAGS[found.status],
        open_form=sent.value if sent else "",
    )
    return page, form.status if form is not None else 200


def _here(action: Action, roles: frozenset[Role]) -> bool:
    return Role.APPROVER in roles or action not in _NOT_FINANCE


def _blank(action: Action, found: GrantRequest, funds: list[FundChoice]) -> ActForm:
    proposed = next((fund.code for fund in funds if fund.proposed), None)
    kind = part_form(found) if action is Action.AGREE_PART else FORMS[action]
    form = kind(formdata=None, data={"version": found.version, "fund": proposed})
    if isinstance(form, FundsForm):
        form.offer(funds)
    return named(form, action)


def _why_not(found: GrantRequest, roles: frozenset[Role], ties: frozenset[Tie]) -> str:
    """Why somebody who answers has no answer to give here, as a sentence; empty where there is nothing left to answer."""
    if found.status not in lifecycle.UNDECIDED:
        return ""
    actions = dict.fromkeys(action for role, actions in _ANSWERS.items() if role in roles for action in actions)
    rules = [lifecycle.rule(found.status, action) for action in actions]
    told = [lifecycle.why_not(one, roles, ties) for one in rules if one is not None]
    return next((one for one in told if one), "") if all(told) else ""
