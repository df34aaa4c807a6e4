"""The pages of giving: the donor's, the administrators', and the address where Stripe rings."""

from fundapp.giving.views.balance import blueprint as balance
from fundapp.giving.views.elsewhere import blueprint as elsewhere
from fundapp.giving.views.gift import blueprint as gift
from fundapp.giving.views.gift_aid import blueprint as gift_aid
from fundapp.giving.views.gift_aid_desk import blueprint as gift_aid_desk
from fundapp.giving.views.give import blueprint as give
from fundapp.giving.views.inbox import blueprint as inbox
from fundapp.giving.views.letters import blueprint as letters
from fundapp.giving.views.monthly import blueprint as monthly
from fundapp.giving.views.presets import blueprint as presets
from fundapp.giving.views.refund_asking import blueprint as refund_asking
from fundapp.giving.views.refunds import blueprint as refunds
from fundapp.giving.views.webhook import blueprint as webhook

blueprints = (elsewhere, balance, give, gift, gift_aid, gift_aid_desk, letters, inbox, monthly, presets, refund_asking, refunds, webhook)
