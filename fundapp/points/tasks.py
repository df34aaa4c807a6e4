"""What this room does in the background: a host's private link goes to the address they gave."""

from __future__ import annotations

from fundapp.core.db import transaction
from fundapp.jobs import JobContext, Tasks
from fundapp.people import queries as people
from fundapp.points import hosting
from fundapp.web.letters import letter

tasks = Tasks("points")


@tasks.job(retries=8)
def send_host_link(context: JobContext, host_id: int, link_version: int) -> None:
    """Make a host's link again from its number, and mail it. Of a link that was ended meanwhile, or without an e-mail, send nothing."""
    with context.database.session() as session, transaction(session):
        host = hosting.host(session, host_id)
        address = hosting.email_of(session, host_id)
        if host.link_version != link_version or not address:
            return
        link = f"{context.settings.base_url}/hosts/{host.id}/{hosting.token_of(context.keys, host)}"
        words = letter("mail/host_link.txt", link=link, holder=people.fund_holder(session))
    context.gateways.mail.send(address, words.subject, words.text, key=f"host-link:{host_id}:{link_version}")
