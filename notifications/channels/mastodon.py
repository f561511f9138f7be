"""Publishing on Mastodon by its library, which is imported when the first post goes out and not before.

Mastodon remembers an Idempotency-Key for an hour: the same key gives the same status back. What is older is looked for
among our own statuses, by the post's own link or, where a person took the link out, by its text.
"""

from __future__ import annotations

import importlib
import io
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any, TypeVar

from notifications.channels.limits import MASTODON, Limits, mastodon_limits
from notifications.channels.prices import Cost
from notifications.channels.protocol import (
    Account,
    Disconnected,
    Metrics,
    NotSent,
    Publication,
    Published,
    Rejected,
)
from notifications.channels.recognising import is_same, plain
from notifications.channels.troubles import FIRST_WAIT, Trouble, conclude, of_requests

_Result = TypeVar("_Result")
TIMEOUT = 20.0
"""Seconds for one request; all requests of one publication together stay well below the lease."""
_MEDIA_POLLS, _MEDIA_PAUSE = 40, 0.5
_FIRST_MEDIA_PAUSE = 0.125
"""Seconds: a poster is taken in at once as a rule, a busy server is left alone for longer and longer."""
_POST_WITHIN = 150.0
"""Seconds after which what has been prepared is not posted any more: the post may be somebody else's by then."""
_PAGE = 40


class MastodonChannel:
    """One account on one server. Implements `notifications.channels.protocol.Channel`; safe to use from one thread."""

    name = MASTODON
    visible_after = timedelta(0)

    def __init__(
        self,
        server: str,
        token: str,
        *,
        clock: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """`server` is its address, such as ``https://mastodon.social``; the token may write statuses and media."""
        self._server, self._token = server.rstrip("/"), token
        self._clock, self._pause = clock, pause

    @cached_property
    def _library(self) -> Any:
        return importlib.import_module("mastodon")

    @cached_property
    def _client(self) -> Any:
        # "throw": a worker that waits for a rate limit holds a lease; the post goes back to the queue instead.
        return self._library.Mastodon(
            access_token=self._token,
            api_base_url=self._server,
            ratelimit_method="throw",
            request_timeout=TIMEOUT,
            version_check_mode="none",
            user_agent="acara",
        )

    def limits(self) -> Limits:
        """Return the server's own limits, asked for once. Raises `NotSent` while it cannot be asked."""
        return self._limits

    @cached_property
    def _limits(self) -> Limits:
        # The library looks the version up before the first upload; without a server it would do so until it overflows.
        self._ask(lambda: self._client.retrieve_mastodon_version(fail_hard=True))
        configuration = self._ask(self._client.instance_v2).configuration
        return mastodon_limits(
            text=int(configuration.statuses.max_characters),
            url_length=int(configuration.statuses.characters_reserved_per_url),
            image_bytes=int(configuration.media_attachments.image_size_limit),
            alt_text=int(configuration.media_attachments.get("description_limit") or 1500),
        )

    def publish(self, publication: Publication) -> Published:
        """Upload the picture with its description, then post. See the protocol for what is raised."""
        begun = self._clock()
        self.limits()
        media = [self._upload(publication)] if publication.image is not None else None
        if self._clock() - begun > _POST_WITHIN:  # a slow server, or a process that was suspended meanwhile
            raise NotSent("too slow")
        status = self._post(publication, media)
        return Published(remote_id=str(status.id), url=str(status.url))

    def reconcile(self, publication: Publication, *, since: datetime) -> Published | None:
        """Look through our own statuses back to `since`."""
        for status in self._own_statuses(since):
            if is_same(plain(status.content), publication):
                return Published(remote_id=str(status.id), url=str(status.url))
        return None

    def cost(self, text: str) -> Cost | None:  # noqa: ARG002 - the protocol's
        """Nothing: servers are run by people who give."""
        return None

    def check(self) -> Account:
        """Ask whose token it is."""
        me = self._ask(self._client.account_verify_credentials)
        return Account(id=str(me.id), name=f"@{me.acct}", url=str(me.url))

    def metrics(self, remote_id: str) -> Metrics | None:
        """Read the counters of a status; Mastodon counts no views."""
        try:
            status = self._ask(partial(self._client.status, remote_id))
        except Disconnected:
            raise
        except Rejected:
            return None
        if status is None:
            return None
        return Metrics(likes=status.favourites_count, comments=status.replies_count, shares=status.reblogs_count)

    def close(self) -> None:
        """Hang up."""
        client = self.__dict__.pop("_client", None)
        if client is not None:
            client.session.close()

    def _own_statuses(self, since: datetime) -> Iterator[Any]:
        me = self._ask(self._client.account_verify_credentials)
        before: Any = None
        while True:
            page: list[Any] = self._ask(partial(self._client.account_statuses, me.id, max_id=before, limit=_PAGE))
            for status in page:
                if status.created_at < since:
                    return
                yield status
            if not page:
                return
            before = page[-1].id

    def _upload(self, publication: Publication) -> Any:
        """Upload the picture and wait until the server has taken it in. Nothing is public yet, so all is `NotSent`."""
        body = io.BytesIO(publication.image or b"")
        media = self._ask(
            lambda: self._client.media_post(
                body,
                mime_type=publication.image_type,
                description=publication.alt_text or None,
                file_name="poster.jpg",
            )
        )
        for number in range(_MEDIA_POLLS):
            if media.url:
                return media.id
            self._pause(min(_FIRST_MEDIA_PAUSE * 2**number, _MEDIA_PAUSE))
            media = self._ask(partial(self._client.media, media.id))
        raise NotSent("the server did not finish taking in the picture")

    def _ask(self, request: Callable[[], _Result]) -> _Result:
        """Make a request that publishes nothing: whatever goes wrong, trying again is harmless."""
        try:
            return request()
        except self._library.MastodonRatelimitError as error:
            raise self._rate_limited() from error
        except (
            self._library.MastodonNetworkError,
            self._library.MastodonServerError,
            self._library.MastodonVersionError,
        ) as error:
            raise NotSent(str(error)) from error
        except self._library.MastodonAPIError as error:
            raise _rejected(self._library, error) from error

    def _post(self, publication: Publication, media: list[Any] | None) -> Any:
        """Make the one request that publishes. An answer that does not come leaves open what happened."""
        try:
            return self._client.status_post(
                publication.text,
                media_ids=media,
                language=publication.locale,
                visibility="public",
                idempotency_key=str(publication.key),
            )
        except self._library.MastodonRatelimitError as error:
            raise self._rate_limited() from error
        except self._library.MastodonNetworkError as error:
            raise conclude(of_requests(error), str(error), publishes=True) from error
        except self._library.MastodonServerError as error:
            raise conclude(Trouble.LOST, str(error), publishes=True) from error
        except self._library.MastodonAPIError as error:
            raise _rejected(self._library, error) from error

    def _rate_limited(self) -> NotSent:
        reset = self._client.ratelimit_reset
        wait = timedelta(seconds=reset - self._clock()) if reset else FIRST_WAIT
        return NotSent("rate_limited", retry_after=max(wait, timedelta(seconds=1)))


def _rejected(library: Any, error: Exception) -> Rejected:
    dead = isinstance(error, library.MastodonUnauthorizedError)
    return Disconnected(str(error)) if dead else Rejected("refused", str(error))
