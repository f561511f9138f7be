"""Every example there is, of what is sent and of what is answered."""

from __future__ import annotations

from typing import Any

from service.api.examples.announcements import ANNOUNCEMENTS
from service.api.examples.audit import AUDIT
from service.api.examples.authoring import AUTHORING
from service.api.examples.door import DOOR
from service.api.examples.inbound import INBOUND
from service.api.examples.lists import LISTS
from service.api.examples.mail import MAIL
from service.api.examples.networks import NETWORKS
from service.api.examples.news import NEWS
from service.api.examples.partners import PARTNERS
from service.api.examples.personal_data import PERSONAL_DATA
from service.api.examples.public import PUBLIC
from service.api.examples.rules import RULES
from service.api.examples.sent import SENT
from service.api.examples.series import SERIES
from service.api.examples.staff import STAFF

EXAMPLES: dict[str, Any] = {
    **PUBLIC,
    **STAFF,
    **AUDIT,
    **AUTHORING,
    **DOOR,
    **INBOUND,
    **LISTS,
    **PARTNERS,
    **MAIL,
    **ANNOUNCEMENTS,
    **RULES,
    **NETWORKS,
    **NEWS,
    **PERSONAL_DATA,
    **SERIES,
    **SENT,
}
