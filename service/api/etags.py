"""Entity tags of events (RFC 9110 §8.8.3): the version, so that two editors never overwrite each other."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from litestar import Response
from litestar.exceptions import ClientException

from events.privacy import records
from events.storage import Session
from service.api.resources.events import StaffEvent, staff_event

_ETAG = re.compile(r'"v(\d{1,9})"')


def with_etag(event: StaffEvent, *, status_code: int = 200) -> Response[StaffEvent]:
    """Return the event with its version as a strong ETag."""
    return Response(event, status_code=status_code, headers={"ETag": f'"v{event.version}"'})


def expected_version(if_match: str | None) -> int | None:
    """Return the version that the editor saw, or None where any will do. Raises 400 for what is no ETag of ours."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise ClientException("not an ETag of an event")
    return int(found[1])


def render_event(session: Session, event_id: uuid.UUID) -> StaffEvent:
    """Return an event as it is in this transaction."""
    session.flush()
    return staff_event(records.event_record(session, event_id))


def change_event(session: Session, event_id: uuid.UUID, use_case: Callable[[], object]) -> StaffEvent:
    """Run a use-case on an event and return the event as it is then."""
    use_case()
    return render_event(session, event_id)
