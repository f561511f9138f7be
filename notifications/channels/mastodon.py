"""Publishing on Mastodon by its library, which is imported when the first post goes out and not before.

Mastodon remembers an Idempotency-Key for an hour: the same key gives the same status back. What is older is looked for
among our own statuses, by the post's own link or, where a person took the link out, by its text.
"""

from __future__ import annotations

import html
import importlib
import io
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any, TypeVar

from notifications.channels.limits import MASTODON, Limits, mastodon_limits
from notifications.channels.protocol import NotSent, Publication, Published, Rejected, Unclear

_Result = TypeVar("_Result")
TIMEOUT = 20.0
"""Seconds for one request; all requests of one publication together stay well below the lease."""
_MEDIA_POLLS, _MEDIA_PAUSE = 40, 0.5
_FIRST_MEDIA_PAUSE = 0.125
"""Seconds: a poster is taken in at once as a rule, a busy server is left alone for longer and longer."""
_POST_WITHIN = 150.0
"""Seconds after which what has been prepared is not posted any more: the post may be somebody else's by then."""
_PAGE = 40
_FIRST_WAIT = timedelta(minutes=5)
_TAG, _BREAK = re.compile(r"<[^>]+>"), re.compile(r"<br\s*/?>|</p>\s*<p>")


class MastodonChannel:
    """One account on one server. Implements `notifications.channels.protocol.Channel`; safe to use from one thread."""

    name = MASTODON

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
            if _is_same(status.content, publication):
                return Published(remote_id=str(status.id), url=str(status.url))
        return None

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
            if _never_connected(error):
                raise NotSent(str(error)) from error
            raise Unclear(str(error)) from error
        except self._library.MastodonServerError as error:
            raise Unclear(str(error)) from error
        except self._library.MastodonAPIError as error:
            raise _rejected(self._library, error) from error

    def _rate_limited(self) -> NotSent:
        reset = self._client.ratelimit_reset
        wait = timedelta(seconds=reset - self._clock()) if reset else _FIRST_WAIT
        return NotSent("rate_limited", retry_after=max(wait, timedelta(seconds=1)))


def _rejected(library: Any, error: Exception) -> Rejected:
    reason = "not_authorised" if isinstance(error, library.MastodonUnauthorizedError) else "refused"
    return Rejected(reason, str(error))


def _never_connected(error: BaseException) -> bool:
    """Tell whether the request never left: then nothing can have been published. The library hides the cause."""
    urllib3 = importlib.import_module("urllib3.exceptions")
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, urllib3.NewConnectionError | urllib3.ConnectTimeoutError):
            return True
        cause = getattr(cause, "reason", None) or cause.__context__ or _first(cause.args)
    return False


def _first(args: tuple[Any, ...]) -> BaseException | None:
    return next((arg for arg in args if isinstance(arg, BaseException)), None)


def _is_same(content: str, publication: Publication) -> bool:
    told = html.unescape(_TAG.sub("", _BREAK.sub("\n", content)))
    if publication.link in publication.text:
        return publication.link in told
    return told.split() == publication.text.split()
