"""What goes of partners when its time is over: data of those who take part no more, files that were replaced."""

from __future__ import annotations

import uuid
from functools import partial

from events.partnership import partner_files, partner_records
from events.storage import Session
from service.files import portraits
from service.wiring import Runtime


def sweep(runtime: Runtime) -> None:
    """Forget partners who lapsed, then remove files that nobody needs: the bytes first, then what knows of them."""
    now = runtime.clock.now()
    for partner_id in runtime.database.read(lambda session: partner_records.list_lapsed(session, now=now)):
        runtime.database.write(partial(_forget_partner, runtime=runtime, partner_id=partner_id))
    while swept := runtime.database.read(partner_files.list_swept):
        for key in swept.values():
            for each in (key, *(portraits.face_key(key, kind) for kind in portraits.FACE_KINDS)):
                runtime.files.delete(each)
        runtime.database.write(partial(_forget_files, ids=list(swept)))


def _forget_partner(session: Session, *, runtime: Runtime, partner_id: uuid.UUID) -> None:
    partner_records.forget(session, partner_id, now=runtime.clock.now(), by="clock")


def _forget_files(session: Session, *, ids: list[uuid.UUID]) -> None:
    partner_files.forget(session, ids)
