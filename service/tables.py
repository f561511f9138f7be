"""Every table there is: importing this module registers all of them, for migrations and for tests.

A new module with tables gets a line here; then `python -m service.migrations.regenerate`.
"""

from __future__ import annotations

from types import ModuleType

import certificates.models
import service.accounts.audit_rows
import service.accounts.factor_rows
import service.accounts.models
from events import models, outbox
from events.storage import Base
from notifications.models import (
    announcement,
    channel_connection,
    email,
    email_attempt,
    inbound,
    mail_template,
    news,
    post,
    poster,
    relay,
    suppression,
    text_message,
)
from service import kiosks, presence
from service.database import idempotency
from service.limits import rate_counts
from service.youtube import connection as youtube_connection

MODULES: tuple[ModuleType, ...] = (
    models,
    outbox,
    announcement,
    channel_connection,
    email,
    email_attempt,
    inbound,
    mail_template,
    news,
    poster,
    text_message,
    post,
    relay,
    suppression,
    service.accounts.models,
    service.accounts.audit_rows,
    service.accounts.factor_rows,
    certificates.models,
    idempotency,
    kiosks,
    presence,
    rate_counts,
    youtube_connection,
)

metadata = Base.metadata
