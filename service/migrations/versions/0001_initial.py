"""The initial tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_chain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("covered", sa.Uuid(), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_chain")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("device", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=120), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("things", JSON, nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("number", name=op.f("uq_audit_entry_number")),
    )
    op.create_index(op.f("ix_audit_entry_event_id_id"), "audit_entry", ["event_id", "id"], unique=False)
    op.create_index(op.f("ix_audit_entry_organiser_id_id"), "audit_entry", ["organiser_id", "id"], unique=False)
    op.create_index(
        "ix_audit_entry_unsealed",
        "audit_entry",
        ["id"],
        unique=False,
        sqlite_where=sa.text("number IS NULL"),
        postgresql_where=sa.text("number IS NULL"),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("of", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=520), nullable=False),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("of", "subject", name=op.f("uq_calendar_feed_of_subject")),
    )
    op.create_table(
        "fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress", JSON, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact")),
    )
    op.create_index(op.f("ix_fact_event_id_recorded_at"), "fact", ["event_id", "recorded_at"], unique=False)
    op.create_index(
        "ix_fact_unsettled",
        "fact",
        ["retry_at"],
        unique=False,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("answer", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "mail_pace",
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slowed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("slowed_to", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_mail_pace")),
    )
    op.create_table(
        "mailbox_reading",
        sa.Column("mailbox", sa.String(length=200), nullable=False),
        sa.Column("process_id", sa.Uuid(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", name=op.f("pk_mailbox_reading")),
    )
    op.create_table(
        "organiser",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", JSON, nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("address", JSON, nullable=False),
        sa.Column("website", sa.String(length=500), nullable=True),
        sa.Column("brand", JSON, nullable=False),
        sa.Column("card", sa.String(length=40), nullable=True),
        sa.Column("review_rule", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_organiser_parent_is_another")),
        sa.ForeignKeyConstraint(["parent_id"], ["organiser.id"], name=op.f("fk_organiser_parent_id_organiser")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organiser")),
        sa.UniqueConstraint("slug", name=op.f("uq_organiser_slug")),
    )
    op.create_index(op.f("ix_organiser_parent_id"), "organiser", ["parent_id"], unique=False)
    op.create_table(
        "own_events_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_key", sa.String(length=520), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_events_link")),
    )
    op.create_index(op.f("ix_own_events_link_expires_at"), "own_events_link", ["expires_at"], unique=False)
    op.create_index(op.f("ix_own_events_link_person_key"), "own_events_link", ["person_key"], unique=False)
    op.create_table(
        "process",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("host", sa.String(length=100), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("queues", JSON, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process")),
    )
    op.create_index(op.f("ix_process_seen_at"), "process", ["seen_at"], unique=False)
    op.create_table(
        "queue_reader",
        sa.Column("queue", sa.String(length=40), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("queue", name=op.f("pk_queue_reader")),
    )
    op.create_table(
        "rate_count",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_rate_count")),
    )
    op.create_index(op.f("ix_rate_count_ends_at"), "rate_count", ["ends_at"], unique=False)
    op.create_table(
        "relay_count",
        sa.Column("name", sa.String(length=260), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "hour", name=op.f("pk_relay_count")),
    )
    op.create_table(
        "relay_state",
        sa.Column("name", sa.String(length=260), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("said", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_relay_state")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index(op.f("ix_sign_in_attempts_last_at"), "sign_in_attempts", ["last_at"], unique=False)
    op.create_table(
        "staff_policy",
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("require_second_factor", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("organiser_id", name=op.f("pk_staff_policy")),
    )
    op.create_table(
        "certificate_counter",
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk_certificate_counter_organiser_id_organiser")
        ),
        sa.PrimaryKeyConstraint("organiser_id", "year", name=op.f("pk_certificate_counter")),
    )
    op.create_table(
        "channel_connection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=200), nullable=False),
        sa.Column("account_name", sa.String(length=200), nullable=False),
        sa.Column("account_url", sa.String(length=500), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("connected_by", sa.String(length=80), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("died_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk_channel_connection_organiser_id_organiser")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_connection")),
        sa.UniqueConstraint("organiser_id", "channel", name=op.f("uq_channel_connection_organiser_id_channel")),
    )
    op.create_table(
        "event_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk_event_template_organiser_id_organiser")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_template")),
        sa.UniqueConstraint("organiser_id", "name", name=op.f("uq_event_template_organiser_id_name")),
    )
    op.create_table(
        "mail_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk_mail_template_organiser_id_organiser")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_template")),
        sa.UniqueConstraint(
            "organiser_id", "kind", "locale", "version", name=op.f("uq_mail_template_organiser_id_kind_locale_version")
        ),
    )
    op.create_table(
        "news_issue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_id", sa.Uuid(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_news_issue_organiser_id_organiser")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_issue")),
        sa.UniqueConstraint("organiser_id", "due_at", name=op.f("uq_news_issue_organiser_id_due_at")),
    )
    op.create_index(
        "ix_news_issue_unplanned",
        "news_issue",
        ["id"],
        unique=False,
        sqlite_where=sa.text("planned_at IS NULL"),
        postgresql_where=sa.text("planned_at IS NULL"),
    )
    op.create_table(
        "news_schedule",
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk_news_schedule_organiser_id_organiser")
        ),
        sa.PrimaryKeyConstraint("organiser_id", name=op.f("pk_news_schedule")),
    )
    op.create_index(op.f("ix_news_schedule_next_at"), "news_schedule", ["next_at"], unique=False)
    op.create_table(
        "news_subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("address", sa.String(length=320), nullable=True),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("audiences", JSON, nullable=False),
        sa.Column("topics", JSON, nullable=False),
        sa.Column("words", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk_news_subscription_organiser_id_organiser")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_subscription")),
        sa.UniqueConstraint("organiser_id", "address", name=op.f("uq_news_subscription_organiser_id_address")),
    )
    op.create_index(op.f("ix_news_subscription_address"), "news_subscription", ["address"], unique=False)
    op.create_index(
        "ix_news_subscription_running",
        "news_subscription",
        ["organiser_id", "id"],
        unique=False,
        sqlite_where=sa.text("confirmed_at IS NOT NULL AND ended_at IS NULL"),
        postgresql_where=sa.text("confirmed_at IS NOT NULL AND ended_at IS NULL"),
    )
    op.create_index(
        "ix_news_subscription_unconfirmed",
        "news_subscription",
        ["asked_at"],
        unique=False,
        sqlite_where=sa.text("confirmed_at IS NULL AND ended_at IS NULL"),
        postgresql_where=sa.text("confirmed_at IS NULL AND ended_at IS NULL"),
    )
    op.create_table(
        "oauth_connection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        sa.Column("client_id", sa.String(length=200), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("channel_title", sa.String(length=200), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("connected_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk_oauth_connection_organiser_id_organiser")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_connection")),
        sa.UniqueConstraint("organiser_id", "provider", name=op.f("uq_oauth_connection_organiser_id_provider")),
    )
    op.create_table(
        "partner",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("affiliation", JSON, nullable=False),
        sa.Column("biography", JSON, nullable=False),
        sa.Column("contact_name", sa.String(length=200), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("photo_key", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_partner_organiser_id_organiser")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
    )
    op.create_index(op.f("ix_partner_organiser_id"), "partner", ["organiser_id"], unique=False)
    op.create_table(
        "series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", JSON, nullable=False),
        sa.Column("rule", sa.String(length=300), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("template", JSON, nullable=False),
        sa.Column("additions", sa.String(length=32), nullable=False),
        sa.Column("previous_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes >= 1", name=op.f("ck_series_lasts")),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_series_organiser_id_organiser")),
        sa.ForeignKeyConstraint(["previous_id"], ["series.id"], name=op.f("fk_series_previous_id_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("organiser_id", "slug", name=op.f("uq_series_organiser_id_slug")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_staff_organiser_id_organiser")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
    )
    op.create_index(op.f("ix_staff_organiser_id"), "staff", ["organiser_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_api_token_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_staff_id"), "api_token", ["staff_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("title", JSON, nullable=False),
        sa.Column("summary", JSON, nullable=False),
        sa.Column("description", JSON, nullable=False),
        sa.Column("audience", JSON, nullable=False),
        sa.Column("audiences", JSON, nullable=False),
        sa.Column("topics", JSON, nullable=False),
        sa.Column("works", JSON, nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("venue", JSON, nullable=False),
        sa.Column("join_url", sa.String(length=1000), nullable=True),
        sa.Column("registration_opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waitlist", sa.Boolean(), nullable=False),
        sa.Column("offer_hours", sa.Integer(), nullable=False),
        sa.Column("max_party_size", sa.Integer(), nullable=False),
        sa.Column("party_kind", sa.String(length=32), nullable=False),
        sa.Column("form_revision", sa.Integer(), nullable=False),
        sa.Column("answers_editable_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approval", JSON, nullable=False),
        sa.Column("guardian_consent", sa.Boolean(), nullable=False),
        sa.Column("no_show_percent", sa.Integer(), nullable=False),
        sa.Column("network_limit", sa.Integer(), nullable=True),
        sa.Column("calendar_sequence", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("series_date", sa.Date(), nullable=True),
        sa.Column("series_version", sa.Integer(), nullable=True),
        sa.Column("postponed_from", sa.String(length=32), nullable=True),
        sa.Column("reason", JSON, nullable=False),
        sa.Column("start_code", sa.String(length=40), nullable=True),
        sa.Column("end_code", sa.String(length=40), nullable=True),
        sa.Column("attendance_rule", JSON, nullable=False),
        sa.Column("certificate", JSON, nullable=False),
        sa.Column("certificates_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("artwork", JSON, nullable=False),
        sa.Column("survey_url", sa.String(length=1000), nullable=True),
        sa.Column("recording_track", sa.String(length=32), nullable=False),
        sa.Column("certificate_track", sa.String(length=32), nullable=False),
        sa.Column("survey_track", sa.String(length=32), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_event_ends_after_start")),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_event_organiser_id_organiser")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_event_series_id_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("organiser_id", "slug", name=op.f("uq_event_organiser_id_slug")),
    )
    op.create_index(op.f("ix_event_ends_at"), "event", ["ends_at"], unique=False)
    op.create_index(op.f("ix_event_organiser_id_ends_at"), "event", ["organiser_id", "ends_at"], unique=False)
    op.create_index(
        op.f("ix_event_recording_track_starts_at_id"), "event", ["recording_track", "starts_at", "id"], unique=False
    )
    op.create_index(op.f("ix_event_series_id_series_date"), "event", ["series_id", "series_date"], unique=True)
    op.create_index(op.f("ix_event_stage_starts_at"), "event", ["stage", "starts_at"], unique=False)
    op.create_index(op.f("ix_event_starts_at_id"), "event", ["starts_at", "id"], unique=False)
    op.create_table(
        "partner_contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_partner_contact_partner_id_partner"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_contact")),
    )
    op.create_index(op.f("ix_partner_contact_partner_id"), "partner_contact", ["partner_id"], unique=False)
    op.create_table(
        "series_booking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_series_booking_series_id_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_booking")),
    )
    op.create_index(op.f("ix_series_booking_series_id"), "series_booking", ["series_id"], unique=False)
    op.create_table(
        "series_invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_series_invitation_partner_id_partner")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_series_invitation_series_id_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_invitation")),
        sa.UniqueConstraint("series_id", "partner_id", name=op.f("uq_series_invitation_series_id_partner_id")),
    )
    op.create_index(op.f("ix_series_invitation_partner_id"), "series_invitation", ["partner_id"], unique=False)
    op.create_table(
        "sign_in_step",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("challenge", sa.LargeBinary(length=64), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_sign_in_step_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_sign_in_step")),
    )
    op.create_index(op.f("ix_sign_in_step_expires_at"), "sign_in_step", ["expires_at"], unique=False)
    op.create_table(
        "staff_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_staff_link_organiser_id_organiser")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_link_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_link_token_hash")),
    )
    op.create_index(op.f("ix_staff_link_organiser_id"), "staff_link", ["organiser_id"], unique=False)
    op.create_table(
        "staff_passkey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1024), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=2048), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_passkey_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_staff_passkey_credential_id")),
    )
    op.create_index(op.f("ix_staff_passkey_staff_id"), "staff_passkey", ["staff_id"], unique=False)
    op.create_table(
        "staff_recovery_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_recovery_code_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_staff_recovery_code")),
    )
    op.create_index(op.f("ix_staff_recovery_code_staff_id"), "staff_recovery_code", ["staff_id"], unique=False)
    op.create_table(
        "staff_session",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("device", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_session_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("id", name=op.f("uq_staff_session_id")),
    )
    op.create_index(op.f("ix_staff_session_expires_at"), "staff_session", ["expires_at"], unique=False)
    op.create_index(op.f("ix_staff_session_staff_id"), "staff_session", ["staff_id"], unique=False)
    op.create_table(
        "staff_totp",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_totp_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_totp")),
    )
    op.create_table(
        "attendance_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=20), nullable=False),
        sa.Column("rows", JSON, nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("day_order", sa.String(length=3), nullable=False),
        sa.Column("choices", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_attendance_report_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"],
            ["attendance_report.id"],
            name=op.f("fk_attendance_report_replaces_id_attendance_report"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_report")),
    )
    op.create_index(op.f("ix_attendance_report_created_at"), "attendance_report", ["created_at"], unique=False)
    op.create_index(op.f("ix_attendance_report_event_id"), "attendance_report", ["event_id"], unique=False)
    op.create_table(
        "event_comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_comment_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_comment")),
    )
    op.create_index(
        op.f("ix_event_comment_event_id_written_at"), "event_comment", ["event_id", "written_at"], unique=False
    )
    op.create_table(
        "event_review",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("submitted_by", sa.String(length=80), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_fact", sa.Uuid(), nullable=False),
        sa.Column("submitted", JSON, nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_review_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_review")),
    )
    op.create_table(
        "event_tag",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("name", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_tag_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "kind", "code", name=op.f("pk_event_tag")),
    )
    op.create_index(op.f("ix_event_tag_kind_code"), "event_tag", ["kind", "code"], unique=False)
    op.create_table(
        "event_working_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("base", JSON, nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_working_copy_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_working_copy")),
        sa.UniqueConstraint("staff_id", "subject", name=op.f("uq_event_working_copy_staff_id_subject")),
    )
    op.create_index(op.f("ix_event_working_copy_event_id"), "event_working_copy", ["event_id"], unique=False)
    op.create_table(
        "form_revision",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=True),
        sa.Column("purged_days", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_form_revision_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "number", name=op.f("pk_form_revision")),
    )
    op.create_table(
        "head_count",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("age_group", sa.String(length=32), nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column("door", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_head_count_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_head_count")),
    )
    op.create_index(op.f("ix_head_count_event_id_age_group"), "head_count", ["event_id", "age_group"], unique=False)
    op.create_table(
        "kiosk_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("door", sa.String(length=40), nullable=False),
        sa.Column("opened_by", sa.String(length=80), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_kiosk_session_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_session")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_kiosk_session_secret_hash")),
    )
    op.create_index(op.f("ix_kiosk_session_event_id"), "kiosk_session", ["event_id"], unique=False)
    op.create_table(
        "mail_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_mail_hold_event_id_event")),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_mail_hold_organiser_id_organiser")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_hold")),
        sa.UniqueConstraint("event_id", name=op.f("uq_mail_hold_event_id")),
    )
    op.create_index(
        "uq_mail_hold_organiser_id",
        "mail_hold",
        ["organiser_id"],
        unique=True,
        sqlite_where=sa.text("event_id IS NULL"),
        postgresql_where=sa.text("event_id IS NULL"),
    )
    op.create_table(
        "mail_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("anchor", sa.String(length=32), nullable=False),
        sa.Column("offset_minutes", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=32), nullable=False),
        sa.Column("modes", JSON, nullable=False),
        sa.Column("sends", sa.String(length=32), nullable=False),
        sa.Column("subject", JSON, nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_mail_rule_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_mail_rule_organiser_id_organiser")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_rule")),
        sa.UniqueConstraint("scope_id", "key", name=op.f("uq_mail_rule_scope_id_key")),
    )
    op.create_index(op.f("ix_mail_rule_event_id"), "mail_rule", ["event_id"], unique=False)
    op.create_table(
        "material",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("title", JSON, nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=False),
        sa.Column("shown", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_material_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
    )
    op.create_index(op.f("ix_material_event_id"), "material", ["event_id"], unique=False)
    op.create_table(
        "participation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("topic", JSON, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        sa.Column("answer_comment", sa.String(length=2000), nullable=False),
        sa.Column("answer_stamp", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("calendar_sequence", sa.Integer(), nullable=False),
        sa.Column("series_invitation_id", sa.Uuid(), nullable=True),
        sa.Column("asked_sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_participation_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_participation_partner_id_partner")),
        sa.ForeignKeyConstraint(
            ["series_invitation_id"],
            ["series_invitation.id"],
            name=op.f("fk_participation_series_invitation_id_series_invitation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint("event_id", "partner_id", name=op.f("uq_participation_event_id_partner_id")),
    )
    op.create_index(
        op.f("ix_participation_series_invitation_id"), "participation", ["series_invitation_id"], unique=False
    )
    op.create_table(
        "poster",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("moment", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("square_key", sa.String(length=200), nullable=True),
        sa.Column("portrait_key", sa.String(length=200), nullable=True),
        sa.Column("story_key", sa.String(length=200), nullable=True),
        sa.Column("print_key", sa.String(length=200), nullable=True),
        sa.Column("leaves", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_holder", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_poster_event_id_event")),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_poster_organiser_id_organiser")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poster")),
        sa.UniqueConstraint(
            "event_id", "moment", "subject", "locale", name=op.f("uq_poster_event_id_moment_subject_locale")
        ),
    )
    op.create_index(op.f("ix_poster_due_at"), "poster", ["due_at"], unique=False)
    op.create_table(
        "preview_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_preview_link_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preview_link")),
    )
    op.create_index(op.f("ix_preview_link_event_id"), "preview_link", ["event_id"], unique=False)
    op.create_table(
        "programme_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", JSON, nullable=False),
        sa.Column("room", JSON, nullable=False),
        sa.Column("speaker_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_programme_item_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["speaker_id"], ["partner.id"], name=op.f("fk_programme_item_speaker_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_item")),
    )
    op.create_index(
        op.f("ix_programme_item_event_id_starts_at"), "programme_item", ["event_id", "starts_at"], unique=False
    )
    op.create_table(
        "recording",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=True),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("session_uri", sa.Text(), nullable=True),
        sa.Column("sent_bytes", sa.BigInteger(), nullable=False),
        sa.Column("video_id", sa.String(length=20), nullable=True),
        sa.Column("thumbnail_set", sa.Boolean(), nullable=False),
        sa.Column("playlist_done", sa.Boolean(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_holder", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_recording_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
    )
    op.create_index(op.f("ix_recording_due_at"), "recording", ["due_at"], unique=False)
    op.create_index(op.f("ix_recording_event_id"), "recording", ["event_id"], unique=False)
    op.create_table(
        "registration_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("headers", JSON, nullable=False),
        sa.Column("rows", JSON, nullable=False),
        sa.Column("numbers", JSON, nullable=False),
        sa.Column("mapping", JSON, nullable=False),
        sa.Column("consent", sa.String(length=1000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("imported", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_registration_import_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_import")),
    )
    op.create_index(op.f("ix_registration_import_created_at"), "registration_import", ["created_at"], unique=False)
    op.create_index(op.f("ix_registration_import_event_id"), "registration_import", ["event_id"], unique=False)
    op.create_table(
        "seat_pool",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("label", JSON, nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("overbooking", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("reserved_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("sellable", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("low_noted", sa.Boolean(), nullable=False),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_seat_pool_reserved_not_negative")),
        sa.CheckConstraint("taken <= sellable", name=op.f("ck_seat_pool_not_oversold")),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_seat_pool_taken_not_negative")),
        sa.CheckConstraint("waiting >= 0", name=op.f("ck_seat_pool_waiting_not_negative")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_seat_pool_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_pool")),
    )
    op.create_index(op.f("ix_seat_pool_event_id"), "seat_pool", ["event_id"], unique=False)
    op.create_table(
        "contribution",
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("value", JSON, nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_contribution_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_contribution_participation_id_participation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("participation_id", "item", name=op.f("pk_contribution")),
    )
    op.create_index(op.f("ix_contribution_event_id"), "contribution", ["event_id"], unique=False)
    op.create_table(
        "partner_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_partner_file_event_id_event"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_partner_file_participation_id_participation"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_file")),
    )
    op.create_index(
        op.f("ix_partner_file_discarded_at"),
        "partner_file",
        ["discarded_at"],
        unique=False,
        sqlite_where=sa.text("discarded_at IS NOT NULL"),
        postgresql_where=sa.text("discarded_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_partner_file_event_id"), "partner_file", ["event_id"], unique=False)
    op.create_index(
        op.f("ix_partner_file_participation_id_purpose"), "partner_file", ["participation_id", "purpose"], unique=False
    )
    op.create_table(
        "partner_report",
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("comment", sa.String(length=4000), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_partner_report_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_partner_report_participation_id_participation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("participation_id", name=op.f("pk_partner_report")),
    )
    op.create_index(op.f("ix_partner_report_event_id"), "partner_report", ["event_id"], unique=False)
    op.create_table(
        "post",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("moment", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("alt_text", sa.String(length=1500), nullable=False),
        sa.Column("previous_text", sa.Text(), nullable=True),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("seats_under", sa.Integer(), nullable=False),
        sa.Column("outdated", sa.Boolean(), nullable=False),
        sa.Column("opening", sa.String(length=16), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=True),
        sa.Column("poster_id", sa.Uuid(), nullable=True),
        sa.Column("draft_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("good_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remote_id", sa.String(length=100), nullable=True),
        sa.Column("remote_url", sa.String(length=500), nullable=True),
        sa.Column("approved_by", sa.String(length=80), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_as", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_holder", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_post_event_id_event")),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_post_organiser_id_organiser")),
        sa.ForeignKeyConstraint(["poster_id"], ["poster.id"], name=op.f("fk_post_poster_id_poster")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint(
            "event_id",
            "moment",
            "subject",
            "channel",
            "locale",
            "sequence",
            name=op.f("uq_post_event_id_moment_subject_channel_locale_sequence"),
        ),
    )
    op.create_index(op.f("ix_post_due_at"), "post", ["due_at"], unique=False)
    op.create_index(op.f("ix_post_organiser_id_state"), "post", ["organiser_id", "state"], unique=False)
    op.create_index(op.f("ix_post_state_draft_at"), "post", ["state", "draft_at"], unique=False)
    op.create_table(
        "recording_consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("recorded", sa.Boolean(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_recording_consent_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_recording_consent_participation_id_participation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_consent")),
    )
    op.create_index(op.f("ix_recording_consent_event_id"), "recording_consent", ["event_id"], unique=False)
    op.create_index(
        op.f("ix_recording_consent_participation_id_given_at"),
        "recording_consent",
        ["participation_id", "given_at"],
        unique=False,
    )
    op.create_table(
        "slot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calendar_sequence", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_slot_ends_after_start")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_slot_event_id_event"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["pool_id"], ["seat_pool.id"], name=op.f("fk_slot_pool_id_seat_pool")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("event_id", "starts_at", name=op.f("uq_slot_event_id_starts_at")),
    )
    op.create_index(op.f("ix_slot_pool_id"), "slot", ["pool_id"], unique=False)
    op.create_table(
        "announcement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("segment", sa.String(length=32), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=True),
        sa.Column("subject", JSON, nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("also_later", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.String(length=80), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_announcement_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk_announcement_organiser_id_organiser")
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["slot.id"], name=op.f("fk_announcement_slot_id_slot"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    op.create_index(
        op.f("ix_announcement_event_id_created_at"), "announcement", ["event_id", "created_at"], unique=False
    )
    op.create_table(
        "seat_allotment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participation_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=True),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("release_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("held >= 0", name=op.f("ck_seat_allotment_held_not_negative")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_seat_allotment_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_seat_allotment_participation_id_participation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["seat_pool.id"], name=op.f("fk_seat_allotment_pool_id_seat_pool")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_seat_allotment_slot_id_slot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_allotment")),
        sa.UniqueConstraint("participation_id", name=op.f("uq_seat_allotment_participation_id")),
    )
    op.create_index(op.f("ix_seat_allotment_event_id"), "seat_allotment", ["event_id"], unique=False)
    op.create_index(op.f("ix_seat_allotment_pool_id"), "seat_allotment", ["pool_id"], unique=False)
    op.create_index(op.f("ix_seat_allotment_release_at"), "seat_allotment", ["release_at"], unique=False)
    op.create_table(
        "registration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=True),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("series_booking_id", sa.Uuid(), nullable=True),
        sa.Column("allotment_id", sa.Uuid(), nullable=True),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("person_key", sa.String(length=520), nullable=False),
        sa.Column("party_size", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("institution", sa.String(length=200), nullable=True),
        sa.Column("sign_language", sa.Boolean(), nullable=False),
        sa.Column("wheelchair", sa.Boolean(), nullable=False),
        sa.Column("access_needs", sa.String(length=500), nullable=True),
        sa.Column("form_revision", sa.Integer(), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("consent_version", sa.String(length=40), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("calendar_sequence", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("priority_reason", sa.String(length=200), nullable=True),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("needs_guardian", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decision_reason", sa.String(length=500), nullable=True),
        sa.Column("guardian_name", sa.String(length=200), nullable=True),
        sa.Column("guardian_email", sa.String(length=254), nullable=True),
        sa.Column("guardian_phone", sa.String(length=20), nullable=True),
        sa.Column("guardian_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("guardian_consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("guardian_note", sa.String(length=200), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offer_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("party_size >= 1", name=op.f("ck_registration_party_not_empty")),
        sa.ForeignKeyConstraint(
            ["allotment_id"],
            ["seat_allotment.id"],
            name=op.f("fk_registration_allotment_id_seat_allotment"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_registration_event_id_event")),
        sa.ForeignKeyConstraint(["pool_id"], ["seat_pool.id"], name=op.f("fk_registration_pool_id_seat_pool")),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["registration.id"], name=op.f("fk_registration_replaces_id_registration")
        ),
        sa.ForeignKeyConstraint(
            ["series_booking_id"], ["series_booking.id"], name=op.f("fk_registration_series_booking_id_series_booking")
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_registration_slot_id_slot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
    )
    op.create_index(
        "ix_registration_allotment_id",
        "registration",
        ["allotment_id"],
        unique=False,
        sqlite_where=sa.text("allotment_id IS NOT NULL"),
        postgresql_where=sa.text("allotment_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_registration_event_id_created_at"), "registration", ["event_id", "created_at"], unique=False
    )
    op.create_index(op.f("ix_registration_guardian_due_at"), "registration", ["guardian_due_at"], unique=False)
    op.create_index(op.f("ix_registration_offer_expires_at"), "registration", ["offer_expires_at"], unique=False)
    op.create_index(op.f("ix_registration_person_key"), "registration", ["person_key"], unique=False)
    op.create_index(
        op.f("ix_registration_pool_id_state_priority_waiting_since"),
        "registration",
        ["pool_id", "state", "priority", "waiting_since"],
        unique=False,
    )
    op.create_index(
        "ix_registration_replaces_id",
        "registration",
        ["replaces_id"],
        unique=False,
        sqlite_where=sa.text("replaces_id IS NOT NULL"),
        postgresql_where=sa.text("replaces_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_registration_series_booking_id"), "registration", ["series_booking_id"], unique=False)
    op.create_index(
        "ix_registration_undecided",
        "registration",
        ["event_id"],
        unique=False,
        sqlite_where=sa.text("needs_approval = 1"),
        postgresql_where=sa.text("needs_approval"),
    )
    op.create_index(
        "uq_registration_active_person",
        "registration",
        ["place_id", "person_key"],
        unique=True,
        sqlite_where=sa.text("state IN ('pending', 'confirmed', 'offered', 'waitlisted', 'requested')"),
        postgresql_where=sa.text("state IN ('pending', 'confirmed', 'offered', 'waitlisted', 'requested')"),
    )
    op.create_table(
        "answer_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("question_id", sa.String(length=20), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_answer_file_event_id_event")),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_answer_file_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_file")),
    )
    op.create_index(op.f("ix_answer_file_event_id"), "answer_file", ["event_id"], unique=False)
    op.create_index(
        op.f("ix_answer_file_registration_id_created_at"),
        "answer_file",
        ["registration_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "attendance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_attendance_event_id_event")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_attendance_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint(
            "registration_id", "person", "evidence", name=op.f("uq_attendance_registration_id_person_evidence")
        ),
    )
    op.create_index(op.f("ix_attendance_event_id"), "attendance", ["event_id"], unique=False)
    op.create_table(
        "certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("participation_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("number", sa.String(length=120), nullable=False),
        sa.Column("code", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("replaced_by", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.String(length=500), nullable=True),
        sa.Column("file_key", sa.String(length=120), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_holder", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(registration_id IS NULL) OR (participation_id IS NULL)", name=op.f("ck_certificate_one_person")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_certificate_event_id_event")),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_certificate_organiser_id_organiser")),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_certificate_participation_id_participation"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_certificate_registration_id_registration"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"],
            ["certificate.id"],
            name=op.f("fk_certificate_replaced_by_certificate"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
        sa.UniqueConstraint(
            "organiser_id", "number", "version", name=op.f("uq_certificate_organiser_id_number_version")
        ),
        sa.UniqueConstraint(
            "participation_id", "role", "version", name=op.f("uq_certificate_participation_id_role_version")
        ),
        sa.UniqueConstraint(
            "registration_id", "role", "version", name=op.f("uq_certificate_registration_id_role_version")
        ),
    )
    op.create_index(op.f("ix_certificate_due_at"), "certificate", ["due_at"], unique=False)
    op.create_index(op.f("ix_certificate_event_id_state"), "certificate", ["event_id", "state"], unique=False)
    op.create_index(op.f("ix_certificate_sha256"), "certificate", ["sha256"], unique=False)
    op.create_index(op.f("ix_certificate_state_due_at"), "certificate", ["state", "due_at"], unique=False)
    op.create_table(
        "door_scan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("door", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_door_scan_event_id_event")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_door_scan_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_scan")),
    )
    op.create_index(op.f("ix_door_scan_event_id_received_at"), "door_scan", ["event_id", "received_at"], unique=False)
    op.create_index(
        op.f("ix_door_scan_registration_id_person"), "door_scan", ["registration_id", "person"], unique=False
    )
    op.create_table(
        "email",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("news_subscription_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("participation_id", sa.Uuid(), nullable=True),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("event_version", sa.Integer(), nullable=False),
        sa.Column("about_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rule", sa.String(length=60), nullable=True),
        sa.Column("announcement_id", sa.Uuid(), nullable=True),
        sa.Column("uid", sa.String(length=40), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("attachments", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("waits_for", sa.String(length=32), nullable=True),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("resent_of", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_holder", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(event_id IS NULL) <> (news_subscription_id IS NULL)", name=op.f("ck_email_about_one_thing")
        ),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], name=op.f("fk_email_announcement_id_announcement")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_email_event_id_event")),
        sa.ForeignKeyConstraint(
            ["news_subscription_id"],
            ["news_subscription.id"],
            name=op.f("fk_email_news_subscription_id_news_subscription"),
        ),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_email_organiser_id_organiser")),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participation.id"], name=op.f("fk_email_participation_id_participation")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_email_registration_id_registration")
        ),
        sa.ForeignKeyConstraint(
            ["resent_of"], ["email.id"], name=op.f("fk_email_resent_of_email"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_email_dedupe_key")),
    )
    op.create_index(
        op.f("ix_email_announcement_id_state"),
        "email",
        ["announcement_id", "state"],
        unique=False,
        sqlite_where=sa.text("announcement_id IS NOT NULL"),
        postgresql_where=sa.text("announcement_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_email_due_at"), "email", ["due_at"], unique=False)
    op.create_index(op.f("ix_email_event_id_kind"), "email", ["event_id", "kind"], unique=False)
    op.create_index(
        op.f("ix_email_hold_id"),
        "email",
        ["hold_id"],
        unique=False,
        sqlite_where=sa.text("hold_id IS NOT NULL"),
        postgresql_where=sa.text("hold_id IS NOT NULL"),
    )
    op.create_index(
        "ix_email_news_created_at",
        "email",
        ["organiser_id", "created_at"],
        unique=False,
        sqlite_where=sa.text("news_subscription_id IS NOT NULL"),
        postgresql_where=sa.text("news_subscription_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_email_news_subscription_id"),
        "email",
        ["news_subscription_id"],
        unique=False,
        sqlite_where=sa.text("news_subscription_id IS NOT NULL"),
        postgresql_where=sa.text("news_subscription_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_email_participation_id"), "email", ["participation_id"], unique=False)
    op.create_index(op.f("ix_email_registration_id"), "email", ["registration_id"], unique=False)
    op.create_index(op.f("ix_email_sent_at"), "email", ["sent_at"], unique=False)
    op.create_index(
        op.f("ix_email_state_priority_due_at_id"), "email", ["state", "priority", "due_at", "id"], unique=False
    )
    op.create_index(op.f("ix_email_uid_state"), "email", ["uid", "state"], unique=False)
    op.create_index(
        op.f("ix_email_waits_for_priority"),
        "email",
        ["waits_for", "priority"],
        unique=False,
        sqlite_where=sa.text("waits_for IS NOT NULL"),
        postgresql_where=sa.text("waits_for IS NOT NULL"),
    )
    op.create_index(
        "uq_email_uid_sending",
        "email",
        ["uid"],
        unique=True,
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_table(
        "invitee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("person_key", sa.String(length=520), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_invitee_event_id_event"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_invitee_registration_id_registration"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitee")),
        sa.UniqueConstraint("event_id", "person_key", name=op.f("uq_invitee_event_id_person_key")),
    )
    op.create_table(
        "party_member",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_party_member_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", "person", name=op.f("pk_party_member")),
    )
    op.create_table(
        "presence",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("came", sa.Boolean(), nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("door", sa.String(length=40), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_presence_event_id_event")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_presence_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("registration_id", "person", name=op.f("pk_presence")),
    )
    op.create_index(op.f("ix_presence_event_id_changed_at"), "presence", ["event_id", "changed_at"], unique=False)
    op.create_table(
        "seat_hold",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["pool_id"], ["seat_pool.id"], name=op.f("fk_seat_hold_pool_id_seat_pool")),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_seat_hold_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", "pool_id", name=op.f("pk_seat_hold")),
    )
    op.create_index(op.f("ix_seat_hold_pool_id"), "seat_hold", ["pool_id"], unique=False)
    op.create_table(
        "stay",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_stay_event_id_event")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_stay_registration_id_registration")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["attendance_report.id"],
            name=op.f("fk_stay_report_id_attendance_report"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stay")),
    )
    op.create_index(op.f("ix_stay_event_id"), "stay", ["event_id"], unique=False)
    op.create_index(op.f("ix_stay_registration_id"), "stay", ["registration_id"], unique=False)
    op.create_index(op.f("ix_stay_report_id"), "stay", ["report_id"], unique=False)
    op.create_table(
        "text_consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=40), nullable=True),
        sa.Column("words", sa.String(length=40), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk_text_consent_organiser_id_organiser")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_text_consent_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_consent")),
        sa.UniqueConstraint(
            "registration_id", "channel", "purpose", name=op.f("uq_text_consent_registration_id_channel_purpose")
        ),
    )
    op.create_index(op.f("ix_text_consent_channel_address"), "text_consent", ["channel", "address"], unique=False)
    op.create_table(
        "text_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("dedupe_key", sa.String(length=220), nullable=False),
        sa.Column("about_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rule", sa.String(length=60), nullable=True),
        sa.Column("announcement_id", sa.Uuid(), nullable=True),
        sa.Column("remote_id", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_holder", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], name=op.f("fk_text_message_announcement_id_announcement")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_text_message_event_id_event")),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk_text_message_organiser_id_organiser")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_text_message_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_text_message_dedupe_key")),
    )
    op.create_index(
        op.f("ix_text_message_announcement_id_channel_state"),
        "text_message",
        ["announcement_id", "channel", "state"],
        unique=False,
        sqlite_where=sa.text("announcement_id IS NOT NULL"),
        postgresql_where=sa.text("announcement_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_text_message_due_at"), "text_message", ["due_at"], unique=False)
    op.create_index(op.f("ix_text_message_event_id_kind"), "text_message", ["event_id", "kind"], unique=False)
    op.create_index(op.f("ix_text_message_registration_id"), "text_message", ["registration_id"], unique=False)
    op.create_index(op.f("ix_text_message_remote_id"), "text_message", ["remote_id"], unique=False)
    op.create_index(op.f("ix_text_message_state_due_at"), "text_message", ["state", "due_at"], unique=False)
    op.create_table(
        "email_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("relay", sa.String(length=260), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["email_id"], ["email.id"], name=op.f("fk_email_attempt_email_id_email"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_attempt")),
    )
    op.create_index(op.f("ix_email_attempt_email_id_at"), "email_attempt", ["email_id", "at"], unique=False)
    op.create_table(
        "inbound_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=True),
        sa.Column("participation_id", sa.Uuid(), nullable=True),
        sa.Column("series_invitation_id", sa.Uuid(), nullable=True),
        sa.Column("email_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("sender", sa.String(length=320), nullable=False),
        sa.Column("sender_name", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said", JSON, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["email_id"], ["email.id"], name=op.f("fk_inbound_message_email_id_email"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk_inbound_message_organiser_id_organiser")
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["participation.id"],
            name=op.f("fk_inbound_message_participation_id_participation"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["series_invitation_id"],
            ["series_invitation.id"],
            name=op.f("fk_inbound_message_series_invitation_id_series_invitation"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_message")),
        sa.UniqueConstraint("key", name=op.f("uq_inbound_message_key")),
    )
    op.create_index(op.f("ix_inbound_message_email_id"), "inbound_message", ["email_id"], unique=False)
    op.create_index(
        op.f("ix_inbound_message_organiser_id_state_received_at"),
        "inbound_message",
        ["organiser_id", "state", "received_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inbound_message_participation_id_received_at"),
        "inbound_message",
        ["participation_id", "received_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_inbound_message_series_invitation_id"), "inbound_message", ["series_invitation_id"], unique=False
    )
    op.create_table(
        "soft_bounce",
        sa.Column("email_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["email_id"], ["email.id"], name=op.f("fk_soft_bounce_email_id_email"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("email_id", name=op.f("pk_soft_bounce")),
    )
    op.create_index(op.f("ix_soft_bounce_address_at"), "soft_bounce", ["address", "at"], unique=False)
    op.create_index(op.f("ix_soft_bounce_at"), "soft_bounce", ["at"], unique=False)
    op.create_table(
        "suppression",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=True),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("email_id", sa.Uuid(), nullable=True),
        sa.Column("said", sa.String(length=500), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(length=80), nullable=True),
        sa.Column("lifted_why", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["email_id"], ["email.id"], name=op.f("fk_suppression_email_id_email"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_suppression_organiser_id_organiser")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
    )
    op.create_index(op.f("ix_suppression_address"), "suppression", ["address"], unique=False)
    op.create_index(op.f("ix_suppression_email_id"), "suppression", ["email_id"], unique=False)
    op.create_index(op.f("ix_suppression_organiser_id_id"), "suppression", ["organiser_id", "id"], unique=False)
    op.create_index(
        "uq_suppression_everywhere",
        "suppression",
        ["address", "scope"],
        unique=True,
        sqlite_where=sa.text("organiser_id IS NULL AND lifted_at IS NULL"),
        postgresql_where=sa.text("organiser_id IS NULL AND lifted_at IS NULL"),
    )
    op.create_index(
        "uq_suppression_of_organiser",
        "suppression",
        ["address", "scope", "organiser_id"],
        unique=True,
        sqlite_where=sa.text("organiser_id IS NOT NULL AND lifted_at IS NULL"),
        postgresql_where=sa.text("organiser_id IS NOT NULL AND lifted_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_suppression_of_organiser",
        table_name="suppression",
        sqlite_where=sa.text("organiser_id IS NOT NULL AND lifted_at IS NULL"),
        postgresql_where=sa.text("organiser_id IS NOT NULL AND lifted_at IS NULL"),
    )
    op.drop_index(
        "uq_suppression_everywhere",
        table_name="suppression",
        sqlite_where=sa.text("organiser_id IS NULL AND lifted_at IS NULL"),
        postgresql_where=sa.text("organiser_id IS NULL AND lifted_at IS NULL"),
    )
    op.drop_index(op.f("ix_suppression_organiser_id_id"), table_name="suppression")
    op.drop_index(op.f("ix_suppression_email_id"), table_name="suppression")
    op.drop_index(op.f("ix_suppression_address"), table_name="suppression")
    op.drop_table("suppression")
    op.drop_index(op.f("ix_soft_bounce_at"), table_name="soft_bounce")
    op.drop_index(op.f("ix_soft_bounce_address_at"), table_name="soft_bounce")
    op.drop_table("soft_bounce")
    op.drop_index(op.f("ix_inbound_message_series_invitation_id"), table_name="inbound_message")
    op.drop_index(op.f("ix_inbound_message_participation_id_received_at"), table_name="inbound_message")
    op.drop_index(op.f("ix_inbound_message_organiser_id_state_received_at"), table_name="inbound_message")
    op.drop_index(op.f("ix_inbound_message_email_id"), table_name="inbound_message")
    op.drop_table("inbound_message")
    op.drop_index(op.f("ix_email_attempt_email_id_at"), table_name="email_attempt")
    op.drop_table("email_attempt")
    op.drop_index(op.f("ix_text_message_state_due_at"), table_name="text_message")
    op.drop_index(op.f("ix_text_message_remote_id"), table_name="text_message")
    op.drop_index(op.f("ix_text_message_registration_id"), table_name="text_message")
    op.drop_index(op.f("ix_text_message_event_id_kind"), table_name="text_message")
    op.drop_index(op.f("ix_text_message_due_at"), table_name="text_message")
    op.drop_index(
        op.f("ix_text_message_announcement_id_channel_state"),
        table_name="text_message",
        sqlite_where=sa.text("announcement_id IS NOT NULL"),
        postgresql_where=sa.text("announcement_id IS NOT NULL"),
    )
    op.drop_table("text_message")
    op.drop_index(op.f("ix_text_consent_channel_address"), table_name="text_consent")
    op.drop_table("text_consent")
    op.drop_index(op.f("ix_stay_report_id"), table_name="stay")
    op.drop_index(op.f("ix_stay_registration_id"), table_name="stay")
    op.drop_index(op.f("ix_stay_event_id"), table_name="stay")
    op.drop_table("stay")
    op.drop_index(op.f("ix_seat_hold_pool_id"), table_name="seat_hold")
    op.drop_table("seat_hold")
    op.drop_index(op.f("ix_presence_event_id_changed_at"), table_name="presence")
    op.drop_table("presence")
    op.drop_table("party_member")
    op.drop_table("invitee")
    op.drop_index(
        "uq_email_uid_sending",
        table_name="email",
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.drop_index(
        op.f("ix_email_waits_for_priority"),
        table_name="email",
        sqlite_where=sa.text("waits_for IS NOT NULL"),
        postgresql_where=sa.text("waits_for IS NOT NULL"),
    )
    op.drop_index(op.f("ix_email_uid_state"), table_name="email")
    op.drop_index(op.f("ix_email_state_priority_due_at_id"), table_name="email")
    op.drop_index(op.f("ix_email_sent_at"), table_name="email")
    op.drop_index(op.f("ix_email_registration_id"), table_name="email")
    op.drop_index(op.f("ix_email_participation_id"), table_name="email")
    op.drop_index(
        op.f("ix_email_news_subscription_id"),
        table_name="email",
        sqlite_where=sa.text("news_subscription_id IS NOT NULL"),
        postgresql_where=sa.text("news_subscription_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_email_news_created_at",
        table_name="email",
        sqlite_where=sa.text("news_subscription_id IS NOT NULL"),
        postgresql_where=sa.text("news_subscription_id IS NOT NULL"),
    )
    op.drop_index(
        op.f("ix_email_hold_id"),
        table_name="email",
        sqlite_where=sa.text("hold_id IS NOT NULL"),
        postgresql_where=sa.text("hold_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_email_event_id_kind"), table_name="email")
    op.drop_index(op.f("ix_email_due_at"), table_name="email")
    op.drop_index(
        op.f("ix_email_announcement_id_state"),
        table_name="email",
        sqlite_where=sa.text("announcement_id IS NOT NULL"),
        postgresql_where=sa.text("announcement_id IS NOT NULL"),
    )
    op.drop_table("email")
    op.drop_index(op.f("ix_door_scan_registration_id_person"), table_name="door_scan")
    op.drop_index(op.f("ix_door_scan_event_id_received_at"), table_name="door_scan")
    op.drop_table("door_scan")
    op.drop_index(op.f("ix_certificate_state_due_at"), table_name="certificate")
    op.drop_index(op.f("ix_certificate_sha256"), table_name="certificate")
    op.drop_index(op.f("ix_certificate_event_id_state"), table_name="certificate")
    op.drop_index(op.f("ix_certificate_due_at"), table_name="certificate")
    op.drop_table("certificate")
    op.drop_index(op.f("ix_attendance_event_id"), table_name="attendance")
    op.drop_table("attendance")
    op.drop_index(op.f("ix_answer_file_registration_id_created_at"), table_name="answer_file")
    op.drop_index(op.f("ix_answer_file_event_id"), table_name="answer_file")
    op.drop_table("answer_file")
    op.drop_index(
        "uq_registration_active_person",
        table_name="registration",
        sqlite_where=sa.text("state IN ('pending', 'confirmed', 'offered', 'waitlisted', 'requested')"),
        postgresql_where=sa.text("state IN ('pending', 'confirmed', 'offered', 'waitlisted', 'requested')"),
    )
    op.drop_index(
        "ix_registration_undecided",
        table_name="registration",
        sqlite_where=sa.text("needs_approval = 1"),
        postgresql_where=sa.text("needs_approval"),
    )
    op.drop_index(op.f("ix_registration_series_booking_id"), table_name="registration")
    op.drop_index(
        "ix_registration_replaces_id",
        table_name="registration",
        sqlite_where=sa.text("replaces_id IS NOT NULL"),
        postgresql_where=sa.text("replaces_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_registration_pool_id_state_priority_waiting_since"), table_name="registration")
    op.drop_index(op.f("ix_registration_person_key"), table_name="registration")
    op.drop_index(op.f("ix_registration_offer_expires_at"), table_name="registration")
    op.drop_index(op.f("ix_registration_guardian_due_at"), table_name="registration")
    op.drop_index(op.f("ix_registration_event_id_created_at"), table_name="registration")
    op.drop_index(
        "ix_registration_allotment_id",
        table_name="registration",
        sqlite_where=sa.text("allotment_id IS NOT NULL"),
        postgresql_where=sa.text("allotment_id IS NOT NULL"),
    )
    op.drop_table("registration")
    op.drop_index(op.f("ix_seat_allotment_release_at"), table_name="seat_allotment")
    op.drop_index(op.f("ix_seat_allotment_pool_id"), table_name="seat_allotment")
    op.drop_index(op.f("ix_seat_allotment_event_id"), table_name="seat_allotment")
    op.drop_table("seat_allotment")
    op.drop_index(op.f("ix_announcement_event_id_created_at"), table_name="announcement")
    op.drop_table("announcement")
    op.drop_index(op.f("ix_slot_pool_id"), table_name="slot")
    op.drop_table("slot")
    op.drop_index(op.f("ix_recording_consent_participation_id_given_at"), table_name="recording_consent")
    op.drop_index(op.f("ix_recording_consent_event_id"), table_name="recording_consent")
    op.drop_table("recording_consent")
    op.drop_index(op.f("ix_post_state_draft_at"), table_name="post")
    op.drop_index(op.f("ix_post_organiser_id_state"), table_name="post")
    op.drop_index(op.f("ix_post_due_at"), table_name="post")
    op.drop_table("post")
    op.drop_index(op.f("ix_partner_report_event_id"), table_name="partner_report")
    op.drop_table("partner_report")
    op.drop_index(op.f("ix_partner_file_participation_id_purpose"), table_name="partner_file")
    op.drop_index(op.f("ix_partner_file_event_id"), table_name="partner_file")
    op.drop_index(
        op.f("ix_partner_file_discarded_at"),
        table_name="partner_file",
        sqlite_where=sa.text("discarded_at IS NOT NULL"),
        postgresql_where=sa.text("discarded_at IS NOT NULL"),
    )
    op.drop_table("partner_file")
    op.drop_index(op.f("ix_contribution_event_id"), table_name="contribution")
    op.drop_table("contribution")
    op.drop_index(op.f("ix_seat_pool_event_id"), table_name="seat_pool")
    op.drop_table("seat_pool")
    op.drop_index(op.f("ix_registration_import_event_id"), table_name="registration_import")
    op.drop_index(op.f("ix_registration_import_created_at"), table_name="registration_import")
    op.drop_table("registration_import")
    op.drop_index(op.f("ix_recording_event_id"), table_name="recording")
    op.drop_index(op.f("ix_recording_due_at"), table_name="recording")
    op.drop_table("recording")
    op.drop_index(op.f("ix_programme_item_event_id_starts_at"), table_name="programme_item")
    op.drop_table("programme_item")
    op.drop_index(op.f("ix_preview_link_event_id"), table_name="preview_link")
    op.drop_table("preview_link")
    op.drop_index(op.f("ix_poster_due_at"), table_name="poster")
    op.drop_table("poster")
    op.drop_index(op.f("ix_participation_series_invitation_id"), table_name="participation")
    op.drop_table("participation")
    op.drop_index(op.f("ix_material_event_id"), table_name="material")
    op.drop_table("material")
    op.drop_index(op.f("ix_mail_rule_event_id"), table_name="mail_rule")
    op.drop_table("mail_rule")
    op.drop_index(
        "uq_mail_hold_organiser_id",
        table_name="mail_hold",
        sqlite_where=sa.text("event_id IS NULL"),
        postgresql_where=sa.text("event_id IS NULL"),
    )
    op.drop_table("mail_hold")
    op.drop_index(op.f("ix_kiosk_session_event_id"), table_name="kiosk_session")
    op.drop_table("kiosk_session")
    op.drop_index(op.f("ix_head_count_event_id_age_group"), table_name="head_count")
    op.drop_table("head_count")
    op.drop_table("form_revision")
    op.drop_index(op.f("ix_event_working_copy_event_id"), table_name="event_working_copy")
    op.drop_table("event_working_copy")
    op.drop_index(op.f("ix_event_tag_kind_code"), table_name="event_tag")
    op.drop_table("event_tag")
    op.drop_table("event_review")
    op.drop_index(op.f("ix_event_comment_event_id_written_at"), table_name="event_comment")
    op.drop_table("event_comment")
    op.drop_index(op.f("ix_attendance_report_event_id"), table_name="attendance_report")
    op.drop_index(op.f("ix_attendance_report_created_at"), table_name="attendance_report")
    op.drop_table("attendance_report")
    op.drop_table("staff_totp")
    op.drop_index(op.f("ix_staff_session_staff_id"), table_name="staff_session")
    op.drop_index(op.f("ix_staff_session_expires_at"), table_name="staff_session")
    op.drop_table("staff_session")
    op.drop_index(op.f("ix_staff_recovery_code_staff_id"), table_name="staff_recovery_code")
    op.drop_table("staff_recovery_code")
    op.drop_index(op.f("ix_staff_passkey_staff_id"), table_name="staff_passkey")
    op.drop_table("staff_passkey")
    op.drop_index(op.f("ix_staff_link_organiser_id"), table_name="staff_link")
    op.drop_table("staff_link")
    op.drop_index(op.f("ix_sign_in_step_expires_at"), table_name="sign_in_step")
    op.drop_table("sign_in_step")
    op.drop_index(op.f("ix_series_invitation_partner_id"), table_name="series_invitation")
    op.drop_table("series_invitation")
    op.drop_index(op.f("ix_series_booking_series_id"), table_name="series_booking")
    op.drop_table("series_booking")
    op.drop_index(op.f("ix_partner_contact_partner_id"), table_name="partner_contact")
    op.drop_table("partner_contact")
    op.drop_index(op.f("ix_event_starts_at_id"), table_name="event")
    op.drop_index(op.f("ix_event_stage_starts_at"), table_name="event")
    op.drop_index(op.f("ix_event_series_id_series_date"), table_name="event")
    op.drop_index(op.f("ix_event_recording_track_starts_at_id"), table_name="event")
    op.drop_index(op.f("ix_event_organiser_id_ends_at"), table_name="event")
    op.drop_index(op.f("ix_event_ends_at"), table_name="event")
    op.drop_table("event")
    op.drop_index(op.f("ix_api_token_staff_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_index(op.f("ix_staff_organiser_id"), table_name="staff")
    op.drop_table("staff")
    op.drop_table("series")
    op.drop_index(op.f("ix_partner_organiser_id"), table_name="partner")
    op.drop_table("partner")
    op.drop_table("oauth_connection")
    op.drop_index(
        "ix_news_subscription_unconfirmed",
        table_name="news_subscription",
        sqlite_where=sa.text("confirmed_at IS NULL AND ended_at IS NULL"),
        postgresql_where=sa.text("confirmed_at IS NULL AND ended_at IS NULL"),
    )
    op.drop_index(
        "ix_news_subscription_running",
        table_name="news_subscription",
        sqlite_where=sa.text("confirmed_at IS NOT NULL AND ended_at IS NULL"),
        postgresql_where=sa.text("confirmed_at IS NOT NULL AND ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_news_subscription_address"), table_name="news_subscription")
    op.drop_table("news_subscription")
    op.drop_index(op.f("ix_news_schedule_next_at"), table_name="news_schedule")
    op.drop_table("news_schedule")
    op.drop_index(
        "ix_news_issue_unplanned",
        table_name="news_issue",
        sqlite_where=sa.text("planned_at IS NULL"),
        postgresql_where=sa.text("planned_at IS NULL"),
    )
    op.drop_table("news_issue")
    op.drop_table("mail_template")
    op.drop_table("event_template")
    op.drop_table("channel_connection")
    op.drop_table("certificate_counter")
    op.drop_table("staff_policy")
    op.drop_index(op.f("ix_sign_in_attempts_last_at"), table_name="sign_in_attempts")
    op.drop_table("sign_in_attempts")
    op.drop_table("relay_state")
    op.drop_table("relay_count")
    op.drop_index(op.f("ix_rate_count_ends_at"), table_name="rate_count")
    op.drop_table("rate_count")
    op.drop_table("queue_reader")
    op.drop_index(op.f("ix_process_seen_at"), table_name="process")
    op.drop_table("process")
    op.drop_index(op.f("ix_own_events_link_person_key"), table_name="own_events_link")
    op.drop_index(op.f("ix_own_events_link_expires_at"), table_name="own_events_link")
    op.drop_table("own_events_link")
    op.drop_index(op.f("ix_organiser_parent_id"), table_name="organiser")
    op.drop_table("organiser")
    op.drop_table("mailbox_reading")
    op.drop_table("mail_pace")
    op.drop_index(op.f("ix_idempotency_key_created_at"), table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_index(
        "ix_fact_unsettled",
        table_name="fact",
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.drop_index(op.f("ix_fact_event_id_recorded_at"), table_name="fact")
    op.drop_table("fact")
    op.drop_table("calendar_feed")
    op.drop_index(
        "ix_audit_entry_unsealed",
        table_name="audit_entry",
        sqlite_where=sa.text("number IS NULL"),
        postgresql_where=sa.text("number IS NULL"),
    )
    op.drop_index(op.f("ix_audit_entry_organiser_id_id"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_event_id_id"), table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_table("audit_chain")
