"""The pages of giving: the donor's, the administrators', and the address where Stripe rings."""

from fundapp.giving.views.gift import blueprint as gift
from fundapp.giving.views.give import blueprint as give
from fundapp.giving.views.presets import blueprint as presets
from fundapp.giving.views.webhook import blueprint as webhook

blueprints = (give, gift, presets, webhook)
