"""Pages about requests, a blueprint for each guard."""

from fundapp.grants.delivery.views import delivering, delivery_desk, pictures, picturing
from fundapp.grants.demand.views import blueprint as unmet
from fundapp.grants.groups.admin_views import blueprint as support_admin
from fundapp.grants.groups.public_views import blueprint as support
from fundapp.grants.groups.public_views import links as support_links
from fundapp.grants.groups.views import blueprint as groups
from fundapp.grants.phone.views import drafts as phone_drafts
from fundapp.grants.phone.views import shell as phone
from fundapp.grants.policy.views import blueprint as policy
from fundapp.grants.views.asking import blueprint as asking
from fundapp.grants.views.asking_more import blueprint as asking_more
from fundapp.grants.views.bills import blueprint as bills
from fundapp.grants.views.catalogue import blueprint as catalogue
from fundapp.grants.views.comparing import auditing as comparisons
from fundapp.grants.views.comparing import blueprint as comparing
from fundapp.grants.views.covering import blueprint as covering
from fundapp.grants.views.deciding import blueprint as deciding
from fundapp.grants.views.lending import blueprint as lending
from fundapp.grants.views.lists import blueprint as lists
from fundapp.grants.views.person import blueprint as person
from fundapp.grants.views.requests import blueprint as requests
from fundapp.grants.views.slips import blueprint as slips
from fundapp.grants.views.together import blueprint as together

blueprints = (
    requests,
    asking,
    asking_more,
    slips,
    person,
    comparing,
    comparisons,
    deciding,
    together,
    bills,
    covering,
    lists,
    lending,
    catalogue,
    policy,
    phone,
    phone_drafts,
    delivering,
    delivery_desk,
    picturing,
    pictures,
    groups,
    support,
    support_links,
    support_admin,
    unmet,
)
