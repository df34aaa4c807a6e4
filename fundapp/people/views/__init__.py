"""Pages about people, a blueprint for each guard."""

from fundapp.people.audit_views import blueprint as audit_desk
from fundapp.people.views.account import blueprint as account
from fundapp.people.views.admin import blueprint as admin
from fundapp.people.views.home import blueprint as home
from fundapp.people.views.organisations import blueprint as organisations
from fundapp.people.views.procedures import blueprint as procedures
from fundapp.people.views.procedures import desk as procedures_desk
from fundapp.people.views.sign_in import blueprint as sign_in

blueprints = (sign_in, home, account, admin, organisations, audit_desk, procedures, procedures_desk)
