"""What staff may write for each kind of e-mail, and what must never be lost from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from events.errors import N_, FieldError, Invalid
from events.plaintext import lines, one_line
from notifications.contents import placeholders
from notifications.contents.placeholders import PLACEHOLDERS, Shape
from notifications.letters import markup
from notifications.letters.markup import Part
from notifications.models.email import EmailKind
from notifications.models.mail_template import OwnText

SUBJECT_LENGTH = 150
BODY_LENGTH = 8_000
"""Characters; the HTML part stays far below the 102 kB after which Gmail cuts a mail off."""
PHONE_SUBJECT = 40
"""Characters of a subject that phones show in a list of mails, about."""

_ADDRESS = re.compile(r"\]\(([^)\n]*)\)")

_EVENT = (
    *("nama", "judul", "waktu", "tanggal", "jam", "hari", "tempat", "penyelenggara"),
    *("tautan_acara", "rincian", "ringkasan"),
)
_PERSONAL = ("jumlah_orang", "tautan_kelola", "tautan_batal", "kabar")
_JOINING = ("tautan_masuk", "tautan_kode")
_GUARDIAN = ("peserta", "wali", "batas_wali")
_SERIES = ("nama", "penyelenggara", "seri", "tautan_seri", "kabar", "keadaan")
_PARTNER = (*_EVENT, "mitra", "peran", "topik", "tautan_mitra", "tautan_ruang")
_REVIEW = (*_EVENT, "rekan", "komentar", "tautan_pemeriksaan")
_PAGE = "tautan_kelola|tautan_batal"
"""Either of them will do."""

_USES: Mapping[EmailKind, tuple[Sequence[str], Sequence[str]]] = {
    EmailKind.REGISTRATION_RECEIVED: ((*_EVENT, *_PERSONAL, "keadaan"), ("keadaan", "kabar", "rincian", _PAGE)),
    EmailKind.CONFIRMATION: ((*_EVENT, *_PERSONAL, *_JOINING), ("kabar", "rincian", "tautan_masuk", _PAGE)),
    EmailKind.REGISTRATION_DECLINED: ((*_EVENT, "jumlah_orang", "alasan"), ("alasan", "rincian")),
    EmailKind.DECISION_UNDONE: ((*_EVENT, *_PERSONAL, "keadaan"), ("kabar", "keadaan", "rincian", _PAGE)),
    EmailKind.REGISTRATION_CANCELLED: ((*_EVENT, "kabar"), ("kabar", "rincian")),
    EmailKind.WAITLISTED: ((*_EVENT, *_PERSONAL, "urutan", "sebab_menunggu"), ("kabar", "rincian", _PAGE)),
    EmailKind.SEAT_OFFERED: (
        (*_EVENT, *_PERSONAL, "batas_waktu"),
        ("kabar", "rincian", "batas_waktu", "tautan_kelola"),
    ),
    EmailKind.OFFER_EXPIRED: (_EVENT, ("rincian",)),
    EmailKind.WAITING_ENDED: (_EVENT, ("rincian",)),
    EmailKind.GUARDIAN_REQUEST: (
        (*_EVENT, *_GUARDIAN, "seri", "tautan_wali", "kabar", "keadaan"),
        ("kabar", "keadaan", "rincian", "batas_wali", "tautan_wali"),
    ),
    EmailKind.GUARDIAN_AWAITED: ((*_EVENT, *_PERSONAL, *_GUARDIAN), ("rincian", "batas_wali", _PAGE)),
    EmailKind.GUARDIAN_MISSING: ((*_EVENT, "wali", "seri", "kabar"), ("kabar", "rincian")),
    EmailKind.SERIES_BOOKED: (
        (*_SERIES, *_GUARDIAN, "jumlah_tanggal", "daftar_tanggal"),
        ("daftar_tanggal", "kabar", "keadaan", "tautan_seri"),
    ),
    EmailKind.SERIES_CHANGED: (
        (*_SERIES, "jumlah_tanggal", "daftar_tanggal", "alasan"),
        ("kabar", "daftar_tanggal", "alasan", "keadaan", "tautan_seri"),
    ),
    EmailKind.SERIES_ADDED: (
        ("nama", "penyelenggara", "seri", "tautan_seri", "tanggal_baru", "jumlah_tanggal_baru"),
        ("tanggal_baru", "tautan_seri"),
    ),
    EmailKind.EVENT_UPDATE: (
        (*_EVENT, *_PERSONAL, *_JOINING, "waktu_lama", "keadaan"),
        ("kabar", "rincian", "keadaan", _PAGE),
    ),
    EmailKind.EVENT_POSTPONED: ((*_EVENT, *_PERSONAL, "keadaan"), ("rincian", "keadaan", _PAGE)),
    EmailKind.EVENT_CANCELLED: (_EVENT, ("rincian",)),
    EmailKind.REMINDER_7D: ((*_EVENT, *_PERSONAL, *_JOINING), ("rincian", "tautan_masuk", _PAGE)),
    EmailKind.REMINDER_1D: ((*_EVENT, *_PERSONAL, *_JOINING, "materi"), ("rincian", "tautan_masuk", _PAGE)),
    EmailKind.REMINDER_1H: ((*_EVENT, *_PERSONAL, *_JOINING), ("rincian", "tautan_masuk", _PAGE)),
    EmailKind.RECORDING_AVAILABLE: ((*_EVENT, "tautan_rekaman", "materi"), ("tautan_rekaman",)),
    EmailKind.CERTIFICATE: (
        (*_EVENT, "tautan_kelola", "nomor", "tautan_verifikasi", "materi", "kabar", "keadaan"),
        ("kabar", "keadaan", "tautan_kelola"),
    ),
    EmailKind.OWN_EVENTS: (("nama", "penyelenggara", "tautan_acara_saya"), ("tautan_acara_saya",)),
    EmailKind.NEWS_ASKED: (("penyelenggara", "tautan_kabar"), ("tautan_kabar",)),
    EmailKind.NEWS: (
        (
            *("penyelenggara", "jumlah_acara_baru", "acara_baru", "acara_mendatang"),
            *("tautan_agenda", "tautan_kabar", "keadaan"),
        ),
        ("acara_baru", "tautan_kabar"),
    ),
    EmailKind.PARTNER_INVITATION: ((*_PARTNER, "daftar_tanggal"), ("rincian", "tautan_mitra")),
    EmailKind.PARTNER_UPDATE: (
        (*_PARTNER, "waktu_lama", "kabar", "daftar_tanggal"),
        ("kabar", "rincian", "tautan_mitra"),
    ),
    EmailKind.PARTNER_CANCELLATION: ((*_PARTNER, "kabar", "daftar_tanggal"), ("kabar", "rincian")),
    EmailKind.PARTNER_PROPOSAL_DECLINED: (
        (*_PARTNER, "usulan", "komentar"),
        ("usulan", "rincian", "komentar", "tautan_mitra"),
    ),
    EmailKind.PARTNER_REMINDER: (_PARTNER, ("rincian", "tautan_mitra")),
    EmailKind.PARTNER_SEATS: ((*_PARTNER, "batas_waktu"), ("rincian", "batas_waktu", "tautan_mitra")),
    EmailKind.PARTNER_MATERIALS: ((*_PARTNER, "batas_waktu"), ("rincian", "tautan_mitra")),
    EmailKind.PARTNER_REPORT: ((*_PARTNER, "tautan_rekaman"), ("rincian", "tautan_mitra")),
    EmailKind.REVIEW_ASKED: (_REVIEW, ("rincian", "komentar", "tautan_pemeriksaan")),
    EmailKind.REVIEW_RETURNED: (_REVIEW, ("rincian", "komentar", "tautan_pemeriksaan")),
    EmailKind.REVIEW_APPROVED: (_REVIEW, ("rincian", "komentar")),
}

_REASONS = {
    "kabar": N_("Keep {kabar}: it says what is special, such as new links or another time, and is empty otherwise."),
    "keadaan": N_("Keep {keadaan}: it says how the registration stands, which differs from person to person."),
    "rincian": N_("Keep {rincian}: the card says what, when and where."),
    "alasan": N_("Keep {alasan}: whoever is affected should learn the reason that you gave."),
    "daftar_tanggal": N_("Keep {daftar_tanggal}: it says which dates the person has."),
    "tanggal_baru": N_("Keep {tanggal_baru}: it says which dates are new."),
    "batas_waktu": N_("Keep {batas_waktu}: after it the seat goes to somebody else."),
    "batas_wali": N_("Keep {batas_wali}: after it the place goes to somebody else."),
    "usulan": N_("Keep {usulan}: it says which time the partner proposed."),
    "tautan_masuk": N_("Keep {tautan_masuk}: without this link nobody gets into the online room."),
    "tautan_kelola": N_("Keep a link to {tautan_kelola}: people answer, change and cancel there."),
    _PAGE: N_("Keep a link to {tautan_kelola} or {tautan_batal}: people must be able to cancel."),
    "tautan_rekaman": N_("Keep {tautan_rekaman}: the e-mail is about this link."),
    "tautan_acara_saya": N_("Keep {tautan_acara_saya}: the e-mail is about this link."),
    "tautan_kabar": N_("Keep {tautan_kabar}: people confirm, change or stop the news there."),
    "acara_baru": N_("Keep {acara_baru}: the e-mail is about these events."),
    "tautan_wali": N_("Keep {tautan_wali}: a parent or guardian answers there."),
    "tautan_seri": N_("Keep {tautan_seri}: people see and change their dates there."),
    "tautan_mitra": N_("Keep {tautan_mitra}: partners answer there."),
    "komentar": N_("Keep {komentar}: it is what the colleague wrote."),
    "tautan_pemeriksaan": N_("Keep {tautan_pemeriksaan}: colleagues review the event there."),
}


EDITABLE: Sequence[EmailKind] = tuple(_USES)
"""Every kind with a text that staff may write once for all; a rule and an announcement bring theirs with them."""


def allowed(kind: EmailKind) -> Sequence[str]:
    """Return the placeholders that a text of this kind may use."""
    return _USES[kind][0]


def required(kind: EmailKind) -> Sequence[str]:
    """Return what a text of this kind must hold; ``a|b`` is one of both."""
    return _USES[kind][1]


def checked(kind: EmailKind, subject: str, body: str) -> OwnText:
    """Return a text that can be sent. Raises `Invalid` with every slip, each with its line."""
    own = OwnText(one_line(subject), lines(body))
    if errors := [*_subject_errors(kind, own.subject), *_body_errors(kind, own.body)]:
        raise Invalid(errors)
    return own


def _subject_errors(kind: EmailKind, subject: str) -> Iterator[FieldError]:
    if not subject:
        yield FieldError("subject", "required", N_("Please write a subject."))
    if len(subject) > SUBJECT_LENGTH:
        yield FieldError("subject", "too_long", N_("Please keep to %(most)s characters."), {"most": SUBJECT_LENGTH})
    in_lines = [name for name in allowed(kind) if PLACEHOLDERS[name].shape is Shape.LINE]
    yield from placeholders.errors(subject, in_lines, field="subject")


def _body_errors(kind: EmailKind, body: str) -> Iterator[FieldError]:
    if len(body) > BODY_LENGTH:
        yield FieldError("body", "too_long", N_("Please keep to %(most)s characters."), {"most": BODY_LENGTH})
        return
    yield from placeholders.errors(body, allowed(kind), field="body")
    yield from _wrong_addresses(body)
    yield from _misplaced(body)
    named = placeholders.names(body)
    for wanted in required(kind):
        if not named.intersection(wanted.split("|")):
            yield FieldError("body", "missing", _REASONS[wanted])


def _wrong_addresses(body: str) -> Iterator[FieldError]:
    for number, line in enumerate(body.splitlines(), start=1):
        for address in _ADDRESS.findall(line):
            if not markup.may_lead_to(address.strip()):
                yield FieldError(
                    "body",
                    "address",
                    N_(
                        "Line %(line)s: a link leads to https://…, to mailto:… or to one placeholder, not to %(found)s."
                    ),
                    {"line": number, "found": address[:60]},
                )


def _misplaced(body: str) -> Iterator[FieldError]:
    """Yield the blocks that do not stand alone: in the middle of a line there would be nothing."""
    standing = sum(1 for block in markup.read(body).blocks if isinstance(block, Part))
    blocks = [
        (number, name)
        for number, line in enumerate(body.splitlines(), start=1)
        for name in placeholders.names(line)
        if name in PLACEHOLDERS and PLACEHOLDERS[name].shape is Shape.BLOCK
    ]
    if standing == len(blocks):
        return
    text = ["", *body.splitlines(), ""]
    for number, name in blocks:
        if text[number].strip() != f"{{{name}}}" or text[number - 1].strip() or text[number + 1].strip():
            yield FieldError(
                "body",
                "block",
                N_("Line %(line)s: %(found)s needs a paragraph of its own, with an empty line above and below."),
                {"line": number, "found": f"{{{name}}}"},
            )
