"""The doorbell: a dramatiq broker that carries actor names and ids, nothing else.

The database is the truth; a message lost here is found by the next tick, one delivered twice meets a taken claim. That
is why there are no retries, no results and no delays in the broker. The settings of Redis and RabbitMQ are the ones
that lost nothing in kill tests; each default that did is named. See decision 4.
"""

from __future__ import annotations

from typing import Any

import dramatiq
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import AgeLimit, Callbacks, Pipelines, ShutdownNotifications, TimeLimit

from service.settings import Settings

QUEUES = ("facts", "emails", "texts", "posts", "certificates", "recordings")
"""One queue a kind of work, so that workers can be set apart: ``acara work --queues emails``."""

HOUR_MS = 3_600_000


def make_broker(settings: Settings) -> dramatiq.Broker:
    """Return the broker that the settings ask for; nothing is connected yet."""
    middleware: list[Any] = [
        AgeLimit(max_age=HOUR_MS),  # an old bell is only noise: the tick has long found its work
        TimeLimit(time_limit=HOUR_MS),
        ShutdownNotifications(),
        Callbacks(),
        Pipelines(),
    ]
    if settings.broker_kind == "memory":
        return StubBroker(middleware=middleware)
    url = settings.broker_url.get_secret_value() if settings.broker_url else ""
    if settings.broker_kind == "redis":
        from dramatiq.brokers.redis import RedisBroker  # noqa: PLC0415 - only one of the two clients is needed

        # With the defaults (maintenance by chance, heartbeat 60 s) a killed worker's messages came back after minutes.
        return RedisBroker(  # type: ignore[no-untyped-call] # dramatiq leaves its arguments untyped
            url=url,
            middleware=middleware,
            maintenance_chance=1_000_000,
            heartbeat_timeout=5_000,
            socket_timeout=5,
            socket_connect_timeout=2,
        )
    from dramatiq.brokers.rabbitmq import RabbitmqBroker  # noqa: PLC0415 - likewise

    # Without publisher confirms a killed RabbitMQ loses what it had accepted.
    return RabbitmqBroker(url=url, middleware=middleware, confirm_delivery=True)
