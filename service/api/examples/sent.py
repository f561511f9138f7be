"""Examples of what is sent, by the name of the type."""

from __future__ import annotations

from typing import Any

_SOMEBODY = "01937a52-7c00-7abc-8def-ba9876543210"
_ITEM = "01937a52-7c00-7abc-8def-ba9876543211"
_TIMES = {"starts_at": "2026-12-12T09:00:00+07:00", "ends_at": "2026-12-12T11:30:00+07:00"}
_REASON = {"reason": {"id": "Pembicara berhalangan.", "en": "The speaker cannot come."}}
_REGISTRATION = {
    "name": "Rina Wulandari",
    "email": "rina@example.org",
    "phone": "0812 9876 5432",
    "institution": "SMP Negeri 6 Batam",
    "consent": True,
}

_MAIL_TEXT = {
    "subject": "Tautan Anda: {penyelenggara}",
    "body": "# Semua acara Anda\n\nHalo {nama}, di sini semua acara Anda.\n\n[Buka]({tautan_acara_saya})",
}

_MESSAGE = {
    "segment": "confirmed",
    "subject": {"id": "Tautan rapat berubah: {judul}", "en": "New meeting link: {judul}"},
    "body": {"id": "Halo.\n\n[Gabung]({tautan_masuk})", "en": "Hello.\n\n[Join]({tautan_masuk})"},
}

_RULE = {
    "amount": 2,
    "unit": "hours",
    "when": "after",
    "anchor": "end",
    "audience": "confirmed",
    "sends": "rule",
    "subject": {"id": "Terima kasih: {judul}", "en": "Thank you: {judul}"},
    "body": {"id": "Terima kasih, {nama}.\n\n{tautan_acara}", "en": "Thank you, {nama}.\n\n{tautan_acara}"},
}

SENT: dict[str, Any] = {
    "RuleInput": _RULE,
    "RuleChangeInput": {**_RULE, "version": 0},
    "RuleSwitchInput": {"enabled": False},
    "NewsScheduleInput": {"active": True, "weekday": "thursday", "hour": 9},
    "AnnouncementInput": _MESSAGE,
    "AnnouncementChangeInput": {**_MESSAGE, "version": 1},
    "AnnouncementSendInput": {"version": 1},
    "MailTextSavedInput": {**_MAIL_TEXT, "seen": 0},
    "MailTextTriedInput": _MAIL_TEXT,
    "SuppressionInput": {"address": "rina@example.org", "why": "Meminta lewat telepon agar tidak dikirimi e-mail."},
    "SuppressionEndInput": {"why": "Kotak suratnya sudah dikosongkan."},
    "AnsweringInput": {**_REGISTRATION, "form_revision": 1, "answers": {"role": "pupil", "class": 8}},
    "StaffRegistrationInput": {**_REGISTRATION, "locale": "id"},
    "FormInput": {
        "questions": [
            {
                "id": "role",
                "kind": "choice",
                "label": {"id": "Saya adalah", "en": "I am"},
                "required": True,
                "choices": [
                    {"id": "pupil", "label": {"id": "Pelajar", "en": "a pupil"}, "places": 30},
                    {"id": "teacher", "label": {"id": "Guru", "en": "a teacher"}},
                ],
            }
        ]
    },
    "CodeWordInput": {"code": "melati"},
    "SeriesRegistrationInput": _REGISTRATION,
    "DateAnswersInput": {"form_revision": 1, "answers": {"role": "pupil"}},
    "DateExchangeInput": {"event_id": "01937a52-7c00-7abc-8def-0123456789ab"},
    "InboundAnswerInput": {"answer": "accepted"},
    "InboundLinkInput": {"participation_id": _ITEM},
    "PartnerAnswerInput": {"answer": "accepted"},
    "EventDraftInput": {
        "kind": "webinar",
        "title": {"id": "Menulis Cerita Anak", "en": "Writing for Children"},
        **_TIMES,
        "capacity": 100,
        "join_url": "https://meet.example/menulis",
    },
    "EventEditInput": {"summary": {"id": "Belajar menulis bersama Ibu Siti."}, "start_code": "melati"},
    "TimesInput": _TIMES,
    "RescheduleInput": {**_TIMES, **_REASON},
    "ReasonInput": _REASON,
    "RegistrationRulesInput": {"required": True, "domains": ["sch.id"], "no_show_percent": 10},
    "DecisionInput": {"registrations": [_SOMEBODY]},
    "RefusalInput": {"registrations": [_SOMEBODY], "reason": "Kelas ini untuk guru PAUD."},
    "PriorityInput": {"priority": 10, "reason": "Pembicara tamu"},
    "OfferUntilInput": {"until": "2026-12-11T12:00:00+07:00"},
    "ReservedInput": {"reserved": 5, "until": "2026-12-10T12:00:00+07:00"},
    "SharedPoolInput": {"slots": [_SOMEBODY, _ITEM], "capacity": 60, "label": {"id": "Pagi", "en": "Morning"}},
    "InviteesInput": {"people": "guru@sdn1.sch.id, Ibu Rahma, 2"},
    "ListInput": {"rows": [{"name": "Rina Wulandari", "email": "rina@example.org", "institution": "SMP Negeri 6"}]},
    "ListColumnsInput": {"columns": {"0": "name", "1": "email"}},
    "ListOrderInput": {"consent": "Formulir kertas, 1 Desember 2026", "seen": "9f86d081" * 8},
    "CapacityInput": {"capacity": 150, "overbooking": 0},
    "SlotsInput": {
        "hours": {
            "first": "2026-12-12",
            "last": "2026-12-20",
            "weekdays": [5, 6],
            "opens": "09:00:00",
            "closes": "15:00:00",
            "minutes": 60,
        },
        "capacity": 20,
    },
    "ProgrammeInput": {"items": [{**_TIMES, "title": {"id": "Membangun tokoh"}, "speaker_id": _SOMEBODY}]},
    "AllotmentInput": {"seats": 30, "release_at": "2026-12-09T12:00:00+07:00"},
    "AskInput": {"items": ["biography", "photo"], "due_at": "2026-12-05T12:00:00+07:00"},
    "DeclinedTimeInput": {"reply": "Ruangan terpakai pada waktu itu."},
    "ContactInput": {"name": "Ibu Rina", "email": "rina@smpn6.example"},
    "PartnerInput": {"kind": "speaker", "name": "Dr. Siti Aminah, M.Pd.", "email": "siti@unrika.example"},
    "ParticipationInput": {"partner_id": _SOMEBODY, "role": "speaker", "topic": {"id": "Membangun tokoh"}},
    "AnswerInput": {"answer": "accepted"},
    "DoorBatchInput": {
        "sent_at": "2026-12-12T08:56:10+07:00",
        "door": "Pintu Utara",
        "items": [
            {"id": _SOMEBODY, "kind": "in", "at": "2026-12-12T08:55:40+07:00", "registration_id": _SOMEBODY},
            {"id": _ITEM, "kind": "heads", "at": "2026-12-12T08:56:00+07:00", "age_group": "child", "delta": 3},
        ],
    },
    "GuardianActInput": {"act": "paper", "note": "Ibu Ani, 3 Desember; map di meja informasi."},
    "ErasureInput": {"everywhere": True},
    "SubscriberErasureInput": {"email": "ani@contoh.example"},
    "AttendanceInput": {"evidence": "door"},
    "AttendanceRuleInput": {"needs": ["joined"], "match": "all", "share": 70},
    "RecordingLinkInput": {"url": "https://youtu.be/dQw4w9WgXcQ", "title": "Menulis Cerita Anak"},
    "BrandInput": {"primary": "#0f5c5c", "accent": "#f2a541", "tone": "warm"},
    "OrganiserInput": {"slug": "batam", "name": {"id": "Perpustakaan Kota Batam", "en": "Batam City Library"}},
    "TokenInput": {"name": "Situs sekolah", "scopes": ["events.view"]},
    "InvitationInput": {"email": "budi@perpustakaan.example", "role": "editor"},
    "ColleagueInput": {"role": "approver"},
    "CertificateNameInput": {"name": "Rina Wulandari, S.Pd."},
    "RevocationInput": {"reason": "Diterbitkan untuk orang yang keliru."},
    "MaterialInput": {
        "title": {"id": "Salindia narasumber"},
        "url": "https://drive.example/salindia",
        "shown": "after",
    },
    "CloneInput": {"starts_at": "2027-01-16T09:00:00+07:00"},
    "TemplateInput": {"name": "Webinar literasi guru"},
    "CommentInput": {"comment": "Tolong sebutkan untuk siapa."},
    "ReviewRuleInput": {"rule": "editors"},
    "PreviewLinkInput": {"label": "SMP Negeri 6", "days": 14},
    "PostMoveInput": {"publish_at": "2026-12-05T10:00:00+07:00", "version": 1},
    "PostInput": {"text": "Ingin menulis cerita untuk anak? Ikuti webinar kami!", "version": 1},
}
