"""Pages about people, a blueprint for each guard."""

from fundapp.people.audit_views import blueprint as audit_desk
from fundapp.people.views.account import blueprint as account
from fundapp.people.views.admin import blueprint as admin
from fundapp.people.views.cover import away
from fundapp.people.views.cover import blueprint as cover
from fundapp.people.views.factor_reset import blueprint as factor_reset
from fundapp.people.views.factors import blueprint as factors
from fundapp.people.views.forgotten import blueprint as forgotten
from fundapp.people.views.guessing import blueprint as guessing
from fundapp.people.views.home import blueprint as home
from fundapp.people.views.organisations import blueprint as organisations
from fundapp.people.views.procedures import blueprint as procedures
from fundapp.people.views.procedures import desk as procedures_desk
from fundapp.people.views.proving import blueprint as proving
from fundapp.people.views.reviews import blueprint as reviews
from fundapp.people.views.second_step import blueprint as second_step
from fundapp.people.views.sign_in import blueprint as sign_in

blueprints = (
    sign_in,
    second_step,
    forgotten,
    factors,
    proving,
    home,
    account,
    admin,
    factor_reset,
    organisations,
    guessing,
    audit_desk,
    procedures,
    procedures_desk,
    cover,
    reviews,
    away,
)
