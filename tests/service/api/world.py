"""Something of everything, so that generated requests meet things that are there."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from certificates.models import Certificate, CertificateRole, CertificateState
from events.drafts import event_templates, materials, preview_links
from events.links import MANAGE, PARTNER, SERIES
from events.models import MaterialTime, ParticipationRole, PartnerKind, Stage
from events.partnership import partners
from events.recordings import recording
from events.recurring import series, series_booking
from events.storage import LocalizedText, Session
from notifications.models.moment import Moment
from notifications.models.post import Post, PostState
from service.accounts import invitations
from service.accounts.models import Role
from service.clock import real_now
from tests.service.api.conftest import Site
from tests.support.life import NOW, application
from tests.support.series_life import make_series


def make_world(site: Site) -> Mapping[str, Sequence[Any]]:
    """Make events of both kinds in many stages with what hangs on them; returns values by path parameter."""
    life = site.life
    events = [life.webinar(stage) for stage in Stage] + [life.exhibition(), life.exhibition(Stage.LIVE)]
    opened, ended = events[list(Stage).index(Stage.REGISTRATION_OPEN)], events[list(Stage).index(Stage.ENDED)]
    places = [life.register(opened, person).registration_id for person in range(4)]
    places += [site.other.register(site.other.webinar()).registration_id]
    made: dict[str, Sequence[Any]] = site.runtime.database.write(lambda session: _parts(session, site, opened, ended))
    links = site.runtime.links
    series_id = make_series(life, "setiap Sabtu", count=3)
    life.do(series.publish_all, series_id, decides=True)
    booked = life.do(series_booking.book, series_id, application(series_id, 9))
    dates = life.database.read(lambda session: [event.id for event, _ in series.dates_of(session, series_id)])
    tokens = [links.token(MANAGE, place) for place in places]
    tokens += [links.token(PARTNER, part) for part in made["participation_id"]]
    tokens += [links.token(SERIES, booked.booking_id)]
    pools = [life.pool(event).id for event in events if event != events[0]]
    colleagues = [site.staff(role).staff_id for role in (Role.EDITOR, Role.DOOR)]
    owners = [life.organiser_id, site.other.organiser_id]
    return {
        **made,
        "event_id": [*events, *dates, site.other.webinar()],
        "series_id": [series_id],
        "registration_id": places,
        "pool_id": pools,
        "token": tokens,
        "staff_id": colleagues,
        "organiser_id": owners,
    }


def _parts(session: Session, site: Site, opened: uuid.UUID, ended: uuid.UUID) -> dict[str, Sequence[Any]]:
    organiser_id = site.life.organiser_id
    partner = partners.add_partner(session, organiser_id, kind=PartnerKind.SPEAKER, name="Dr. Siti", now=NOW)
    part = partners.invite(session, opened, partner, role=ParticipationRole.SPEAKER, now=NOW, by="staff:x")
    video = recording.paste_link(session, ended, "https://youtu.be/dQw4w9WgXcQ", title="Video", now=NOW, by="staff:x")
    certificate = Certificate(
        organiser_id=organiser_id,
        event_id=ended,
        role=CertificateRole.PARTICIPANT,
        name="Siti Aminah",
        locale="id",
        number="0001/SERT/XII/2026",
        code="ABCDEFGHJKMNPQRSTVWXYZ2345",
        state=CertificateState.ISSUED,
        version=1,
        created_at=NOW,
        issued_at=NOW,
    )
    post = Post(
        organiser_id=organiser_id,
        event_id=opened,
        moment=next(iter(Moment)),
        channel="whatsapp",
        locale="id",
        state=PostState.DRAFT,
        text="Ayo ikut!",
        created_at=NOW,
        updated_at=NOW,
    )
    session.add_all([certificate, post])
    invitations.invite(
        session,
        site.owner,
        email="undangan@example.org",
        role=Role.VIEWER,
        organiser_id=organiser_id,
        now=NOW,
        real_now=real_now(),
    )
    session.flush()
    return {
        "partner_id": [partner],
        "participation_id": [part],
        "recording_id": [video],
        "certificate_id": [certificate.id],
        "code": [certificate.code],
        "post_id": [post.id],
        "material_id": [
            materials.add_material(
                session,
                opened,
                title=LocalizedText("Salindia"),
                url="https://drive.example/a",
                shown=MaterialTime.AFTER,
                now=NOW,
                by="staff:x",
            )
        ],
        "preview_id": [preview_links.make_preview_link(session, opened, now=NOW, by="staff:x")],
        "template_id": [event_templates.save_template(session, opened, name="Webinar", now=NOW, by="staff:x")],
    }
