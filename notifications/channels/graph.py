"""Meta's Graph API by its library, for Pages and Instagram, and what its errors mean (Threads answers alike).

The token travels in a header: the library would put it into every address, and addresses stand in error messages.
Codes: https://developers.facebook.com/docs/graph-api/guides/error-handling.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any, Final, cast

from notifications.channels.troubles import Trouble, conclude, of_requests, of_status, wait_for

ROOT: Final = "https://graph.facebook.com"
VERSION: Final = "v26.0"
TIMEOUT: Final = 20.0
_DEAD: Final = frozenset({102, 190, 463, 467})
_PERMISSIONS: Final = frozenset({10, *range(200, 300)})
_LIMITS: Final = frozenset({4, 9, 17, 32, 341, 368, 613, 80001, 80002, 80006})
_TRANSIENT: Final = frozenset({1, 2})
DUPLICATE: Final = 506
_PAGES: Final = 20


class Graph:
    """One token's way to the Graph API."""

    def __init__(self, token: str, *, app_secret: str = "", root: str = ROOT, timeout: float = TIMEOUT) -> None:
        """`app_secret` proves to Meta that it is our server that uses the token."""
        self._token, self._app_secret, self._root, self._timeout = token, app_secret, root.rstrip("/"), timeout

    @cached_property
    def _api(self) -> Any:
        library = importlib.import_module("facebook_business.api")
        line = importlib.import_module("facebook_business.session").FacebookSession(
            app_secret=self._app_secret or None, access_token=self._token, timeout=self._timeout
        )
        line.GRAPH = self._root
        line.requests.params.pop("access_token", None)
        line.requests.headers["Authorization"] = f"Bearer {self._token}"
        return library.FacebookAdsApi(line, VERSION)

    def ask(
        self,
        method: str,
        *path: str,
        params: Mapping[str, Any] | None = None,
        files: Mapping[str, Any] | None = None,
        publishes: bool = False,
    ) -> dict[str, Any]:
        """Make one request. Raises `NotSent`, `Disconnected`, `Rejected` or, where it `publishes`, `Unclear`."""
        failed = importlib.import_module("facebook_business.exceptions").FacebookRequestError
        lines = importlib.import_module("requests.exceptions").RequestException
        try:
            answer = self._api.call(method, path, params=dict(params or {}), files=dict(files or {}))
        except failed as error:
            body = error.body()
            raise failure(error.http_status(), body, error.http_headers() or {}, publishes=publishes) from None
        except lines as error:
            raise conclude(of_requests(error), type(error).__name__, publishes=publishes) from None
        body = answer.json()
        # The library takes a gateway's page of HTML for success.
        if answer.status() >= 400 or not isinstance(body, dict):
            raise failure(answer.status() or 502, body, answer.headers() or {}, publishes=publishes)
        return cast("dict[str, Any]", body)

    def list(self, *path: str, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Go through a list, page after page."""
        after: dict[str, str] = {}
        for _ in range(_PAGES):
            page = self.ask("GET", *path, params={**params, **after})
            yield from page.get("data", [])
            cursor = page.get("paging", {}).get("cursors", {}).get("after")
            if not cursor or "next" not in page.get("paging", {}):
                return
            after = {"after": cursor}

    def close(self) -> None:
        """Hang up."""
        api = self.__dict__.pop("_api", None)
        if api is not None:
            api._session.requests.close()  # noqa: SLF001 - the library has no other way


def failure(status: int, body: Any, headers: Mapping[str, str], *, publishes: bool) -> Exception:
    """Return what to raise for an answer that is an error."""
    told = _error(body)
    code, message = told.get("code", 0), str(told.get("error_user_msg") or told.get("message") or f"HTTP {status}")
    wait = _regained(headers) or wait_for(headers.get("Retry-After"))
    trouble = _trouble(status, int(code) if isinstance(code, int) else 0, transient=bool(told.get("is_transient")))
    reason = "duplicate" if code == DUPLICATE else "refused"
    return conclude(trouble, message[:300], publishes=publishes, retry_after=wait, reason=reason)


def _trouble(status: int, code: int, *, transient: bool) -> Trouble:
    if code in _DEAD or code in _PERMISSIONS:
        return Trouble.DISCONNECTED
    if code in _LIMITS:
        return Trouble.LIMITED
    if transient or code in _TRANSIENT or status < 400:
        return Trouble.LOST
    return of_status(status) or Trouble.LOST


def _error(body: Any) -> dict[str, Any]:
    if isinstance(body, dict):
        error = cast("dict[str, Any]", body).get("error")
        return cast("dict[str, Any]", error) if isinstance(error, dict) else {}
    return {}


def _regained(headers: Mapping[str, str]) -> timedelta | None:
    """Return when access is given back, as the header for business use tells it, in minutes."""
    try:
        usage = json.loads(headers.get("X-Business-Use-Case-Usage") or "{}")
        minutes = [each["estimated_time_to_regain_access"] for uses in usage.values() for each in uses]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return timedelta(minutes=max(minutes)) if minutes and max(minutes) else None
