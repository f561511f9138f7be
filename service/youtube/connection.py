"""Connecting an organiser's YouTube channel: a person's consent, kept as an encrypted refresh token.

A service account cannot own a channel, so somebody who may upload to it says yes once in a browser: on the machine
itself (the browser comes back to a port on loopback, RFC 8252 §7.3), or anywhere else, by pasting the address that the
browser ended up at. The code is exchanged under PKCE (RFC 7636). While the Google project is in its "Testing" status,
Google lets the consent lapse after seven days; then uploads wait, and `connect` is run again.
"""

from __future__ import annotations

import base64
import enum
import hashlib
import http.server
import secrets as randomness
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Self, cast
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from events.errors import N_, Refused
from events.recordings import recording
from events.recordings.video_host import HostError, ReconnectNeededError
from events.storage import JSON, Base, ReadSession, Transactions, enum_type, new_id
from service.secrets import SecretBox

if TYPE_CHECKING:
    from service.youtube.client import YouTubeHost

PROVIDER: Final = "youtube"
SCOPES: Final = (
    "https://www.googleapis.com/auth/youtube.force-ssl",
    "https://www.googleapis.com/auth/youtube.upload",
)
"""The first covers playlists and captions too; the second is what Google's reviewers expect of an uploader."""
AUTH_URL: Final = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN_URL: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
PASTE_PORT: Final = 8765
"""Nobody listens there: with the paste flow the browser ends on an error page whose address is copied."""


class ConnectionState(enum.StrEnum):
    """Whether the channel can be used."""

    CONNECTED = "connected"
    RECONNECT_NEEDED = "reconnect_needed"


class OAuthConnection(Base):
    """One organiser's consent at one provider."""

    __tablename__ = "oauth_connection"
    __table_args__ = (sa.UniqueConstraint("organiser_id", "provider"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organiser_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("organiser.id"))
    provider: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[ConnectionState] = mapped_column(enum_type(ConnectionState))
    refresh_token: Mapped[str] = mapped_column(sa.Text)
    """Encrypted: whoever holds it can upload to the channel."""
    client_id: Mapped[str] = mapped_column(sa.String(200))
    scopes: Mapped[list[Any]] = mapped_column(JSON)
    channel_id: Mapped[str] = mapped_column(sa.String(40))
    channel_title: Mapped[str] = mapped_column(sa.String(200))
    connected_at: Mapped[datetime]
    connected_by: Mapped[str] = mapped_column(sa.String(80))


@dataclass(frozen=True, slots=True)
class GoogleProject:
    """The OAuth client of the Google project that the installation uses, and where Google is."""

    client_id: str
    client_secret: str
    api_root: str | None = None
    token_url: str = TOKEN_URL
    auth_url: str = AUTH_URL


class ConnectRefused(Refused):
    """Google, or the person, said no; or what came back is not the answer to what was asked."""

    code = "connect_refused"
    default = N_("YouTube did not give its consent. Please connect once more.")


@dataclass(frozen=True, slots=True)
class ConnectRequest:
    """A question to a person: send them to `url`, and keep the rest secret until they come back."""

    url: str
    state: str
    code_verifier: str
    redirect_uri: str


def begin_connect(project: GoogleProject, *, redirect_uri: str) -> ConnectRequest:
    """Return where to send the person. `redirect_uri` is on loopback, or registered with the Google project."""
    state, verifier = randomness.token_urlsafe(24), randomness.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": project.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(SCOPES),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        # Without these two a second consent brings no refresh token.
        "access_type": "offline",
        "prompt": "consent",
    }
    return ConnectRequest(f"{project.auth_url}?{urlencode(query)}", state, verifier, redirect_uri)


def finish_connect(
    transactions: Transactions,
    project: GoogleProject,
    request: ConnectRequest,
    answer_url: str,
    *,
    secrets: SecretBox,
    organiser_id: uuid.UUID,
    now: datetime,
    by: str,
) -> str:
    """Take the address at which the browser came back, keep the consent, and return the channel's title.

    Uploads that waited for a channel are queued again. Talks to Google outside the transaction, which it commits
    itself. Raises `ConnectRefused`; connecting again replaces the consent.
    """
    refresh_token, scopes = _exchange(project, request, answer_url)
    channel = _ask_channel(project, refresh_token)

    def keep(session: Session) -> None:
        held = session.scalar(_of(organiser_id)) or OAuthConnection(organiser_id=organiser_id, provider=PROVIDER)
        held.state = ConnectionState.CONNECTED
        held.refresh_token = secrets.seal(refresh_token)
        held.client_id, held.scopes = project.client_id, list(scopes)
        held.channel_id, held.channel_title = channel["id"], channel["snippet"]["title"][:200]
        held.connected_at, held.connected_by = now, by
        session.add(held)
        recording.retry_reconnected(session, organiser_id, now=now)

    transactions.write(keep)
    return cast("str", channel["snippet"]["title"])


def connection(session: ReadSession, organiser_id: uuid.UUID) -> OAuthConnection | None:
    """Return the organiser's connection (its state, channel and date; the token is sealed), or None."""
    found: OAuthConnection | None = session.scalar(_of(organiser_id))
    return found


def disconnect(session: Session, organiser_id: uuid.UUID) -> None:
    """Forget the consent; a missing one is no error. The caller commits."""
    session.execute(
        sa.delete(OAuthConnection).where(
            OAuthConnection.organiser_id == organiser_id, OAuthConnection.provider == PROVIDER
        )
    )


def open_host(
    transactions: Transactions, project: GoogleProject | None, *, secrets: SecretBox, organiser_id: uuid.UUID
) -> YouTubeHost:
    """Open the organiser's channel; nothing is contacted yet. For `events.recordings.uploading.Uploader.host_for`.

    Raises `ReconnectNeededError` if there is no consent that could be used. A consent that turns out to be dead is
    marked as such, so that staff see it before the next recording.
    """
    held = transactions.read(lambda session: connection(session, organiser_id))
    if project is None or held is None or held.state is not ConnectionState.CONNECTED:
        raise ReconnectNeededError(recording.RECONNECT_NEEDED)
    sealed = held.refresh_token
    refresh_token = secrets.unseal(sealed)
    if refresh_token is None or held.client_id != project.client_id:
        raise ReconnectNeededError(recording.RECONNECT_NEEDED)
    return _host(
        project,
        refresh_token,
        on_dead_consent=lambda: transactions.write(lambda session: _mark_dead(session, organiser_id, sealed)),
    )


def connect(
    transactions: Transactions,
    project: GoogleProject,
    *,
    secrets: SecretBox,
    organiser_id: uuid.UUID,
    now: datetime,
    say: Callable[[str], None],
    ask: Callable[[str], str] | None = None,
    timeout_seconds: float = 300,
) -> str:
    """Connect from the command line and return the channel's title; raises `ConnectRefused`.

    With `ask` the person pastes the address that their browser ended at, which works over ssh. Without it, the
    browser on this machine comes back to a port that is open meanwhile. `say` shows the address to open.
    """
    if ask is not None:
        request = begin_connect(project, redirect_uri=f"http://127.0.0.1:{PASTE_PORT}/")
        say(request.url)
        answer_url = ask(request.redirect_uri).strip()
    else:
        with _Loopback(timeout_seconds) as loopback:
            request = begin_connect(project, redirect_uri=loopback.address)
            say(request.url)
            answer_url = loopback.wait()
    return finish_connect(
        transactions, project, request, answer_url, secrets=secrets, organiser_id=organiser_id, now=now, by="cli"
    )


def _of(organiser_id: uuid.UUID) -> sa.Select[OAuthConnection]:
    return sa.select(OAuthConnection).where(
        OAuthConnection.organiser_id == organiser_id, OAuthConnection.provider == PROVIDER
    )


def _mark_dead(session: Session, organiser_id: uuid.UUID, sealed: str) -> None:
    """Mark the consent that was used as dead; one that was given meanwhile is left alone."""
    held = session.scalar(_of(organiser_id))
    if held is not None and held.refresh_token == sealed:
        held.state = ConnectionState.RECONNECT_NEEDED


def _host(project: GoogleProject, refresh_token: str, *, on_dead_consent: Callable[[], None]) -> YouTubeHost:
    from service.youtube.client import Consent, YouTubeHost  # noqa: PLC0415 - heavy, and needed by workers only

    consent = Consent(
        refresh_token=refresh_token,
        client_id=project.client_id,
        client_secret=project.client_secret,
        token_url=project.token_url,
        scopes=SCOPES,
        on_dead=on_dead_consent,
    )
    return YouTubeHost(consent, api_root=project.api_root)


def _exchange(project: GoogleProject, request: ConnectRequest, answer_url: str) -> tuple[str, tuple[str, ...]]:
    """Trade the code in `answer_url` for a refresh token and the scopes that were granted (RFC 6749 §4.1.3)."""
    answer = {name: values[-1] for name, values in parse_qs(urlsplit(answer_url).query).items()}
    if not randomness.compare_digest(answer.get("state", "").encode(), request.state.encode()) or "code" not in answer:
        raise ConnectRefused
    form = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "code_verifier": request.code_verifier,
        "redirect_uri": request.redirect_uri,
        "client_id": project.client_id,
        "client_secret": project.client_secret,
    }
    try:
        response = httpx.post(project.token_url, data=form, timeout=30)
        granted: dict[str, Any] = response.raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise ConnectRefused from error
    scopes = tuple(str(granted.get("scope", "")).split())
    if "refresh_token" not in granted or not set(SCOPES) <= set(scopes):
        raise ConnectRefused(N_("YouTube needs both permissions: tick every box on Google's page."))
    return granted["refresh_token"], scopes


def _ask_channel(project: GoogleProject, refresh_token: str) -> dict[str, Any]:
    """Return the channel that the consent is for, which also proves that it works."""
    host = _host(project, refresh_token, on_dead_consent=lambda: None)
    try:
        return host.channel()
    except HostError as error:
        raise ConnectRefused(N_("This Google account has no YouTube channel that could be used.")) from error
    finally:
        host.close()


class _Loopback:
    """A port on loopback to which the browser comes back, once."""

    def __init__(self, timeout_seconds: float) -> None:
        arrived: list[str] = []

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                arrived.append(self.path)
                body = b"Selesai. Jendela ini boleh ditutup. / Done. You may close this window."
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the overridden name
                """Keep the code out of the terminal."""

        self._arrived = arrived
        self._server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
        self._server.timeout = timeout_seconds
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def wait(self) -> str:
        """Return the address that the browser asked for; favicons and the like are passed over."""
        for _ in range(10):
            before = len(self._arrived)
            self._server.handle_request()
            if len(self._arrived) == before:
                break  # nobody came in time
            if "state=" in self._arrived[-1]:
                return self.address.rstrip("/") + self._arrived[-1]
        raise ConnectRefused(N_("Nobody answered on Google's page in time."))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()
