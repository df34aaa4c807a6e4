"""What can be done with people, by verb. Each takes the session, the actor and plain values, and never commits."""

from fundapp.people.accounts import (
    add_organisation,
    add_team,
    change_roles,
    deactivate,
    describe_fund_holder,
    reactivate,
    sign_out_everywhere,
)
from fundapp.people.inviting import accept_invitation, invitation_for, invite, invite_by_link, mint_link, send_again, withdraw_invitation
from fundapp.people.passwords import passwords
from fundapp.people.signing_in import change_password, end_session, sign_in, sign_out

__all__ = [
    "accept_invitation",
    "add_organisation",
    "add_team",
    "change_password",
    "change_roles",
    "deactivate",
    "describe_fund_holder",
    "end_session",
    "invitation_for",
    "invite",
    "invite_by_link",
    "mint_link",
    "passwords",
    "reactivate",
    "send_again",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "withdraw_invitation",
]
