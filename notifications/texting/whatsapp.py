"""WhatsApp messages by Meta's Cloud API, through its library, which is imported when the first one goes out.

Only approved templates may begin a conversation (https://developers.facebook.com/docs/whatsapp/cloud-api/guides/
send-message-templates). Our key travels as `biz_opaque_callback_data` and comes back in every status.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpx

from notifications.channels.protocol import NotSent, Rejected, Unclear
from notifications.models.email import EmailKind
from notifications.texting import wording
from notifications.texting.protocol import Text
from notifications.texting.wording import BUTTON, WORDS

TIMEOUT = 20.0
_OVERLOADED = frozenset({1, 2, 4, 80007, 130429, 131000, 131016, 131048, 131056, 131057, 133016})
"""Codes after which trying later may help (https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes).
"""
_NOT_AUTHORISED = frozenset({0, 3, 10, 190})
_OFF = frozenset({368, 131031, 131042})
"""The account is locked, restricted or not paid for: nobody's messages go out."""
_BLOCKED = frozenset({131050})
"""The person has said that they want no such messages."""
_NO_SUCH_NUMBER = frozenset({131026, 131030})
_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Template:
    """A wording as Meta knows it: its name, language, and whether it may be used."""

    name: str
    language: str
    status: str


class WhatsAppTexter:
    """One sending number. Implements `notifications.texting.protocol.Texter`."""

    def __init__(
        self, phone_id: str, token: str, *, base_url: str, account_id: str | None = None, api_root: str | None = None
    ) -> None:
        """`base_url` is what personal links begin with; `account_id` (WABA) is for templates only.

        `api_root` is another address of the API, for stand-ins.
        """
        self._phone_id, self._token, self._account_id = phone_id, token, account_id
        self._base_url, self._api_root = base_url.rstrip("/"), api_root

    @cached_property
    def _library(self) -> Any:
        return importlib.import_module("pywa.types.templates")

    @cached_property
    def _session(self) -> httpx.Client:
        return httpx.Client(timeout=TIMEOUT)

    @cached_property
    def _client(self) -> Any:
        session = self._session
        client = importlib.import_module("pywa").WhatsApp(
            phone_id=self._phone_id, token=self._token, session=session, waba_id=self._account_id
        )
        if self._api_root is not None:
            session.base_url = httpx.URL(f"{self._api_root.rstrip('/')}{urlsplit(str(session.base_url)).path}")
        return client

    def send(self, text: Text) -> str:
        """Send one message by its template; returns the message's id at WhatsApp (wamid)."""
        library = self._library
        sent = self._ask(
            lambda: self._client.send_template(
                to=text.address.lstrip("+"),
                name=wording.template_name(text.kind),
                language=library.TemplateLanguage(wording.language(text.locale)),
                params=[
                    library.BodyText.params(*(wording.clean(value) for value in text.values)),
                    library.URLButton.params(url_variable=self._suffix(text.link), index=0),
                ],
                tracker=str(text.key),
            )
        )
        return str(sent.id)

    def submit(self, kind: EmailKind, locale: str) -> str:
        """Hand one wording in for approval; returns its status."""
        library = self._library
        example = ("Siti Aminah", "Membaca Nyaring", "Sabtu, 12 Desember 2026, pukul 09.00–11.30 WIB", "Ruang Baca")
        made = self._ask(
            lambda: self._client.create_template(
                library.Template(
                    name=wording.template_name(kind),
                    category=library.TemplateCategory.UTILITY,
                    language=library.TemplateLanguage(wording.language(locale)),
                    parameter_format=library.ParamFormat.POSITIONAL,
                    components=[
                        library.BodyText(WORDS[kind][locale], *example),
                        library.Buttons(
                            buttons=[
                                library.URLButton(
                                    text=BUTTON[locale],
                                    url=f"{self._base_url}/{{{{1}}}}",
                                    example=f"{self._base_url}/r/contoh",
                                )
                            ]
                        ),
                    ],
                )
            )
        )
        return str(made.status.value)

    def templates(self) -> Sequence[Template]:
        """Return the wordings that Meta knows of ours."""
        found = self._ask(lambda: list(self._client.get_templates(name_or_content="acara_")))
        return [
            Template(each.name, str(getattr(each.language, "value", each.language)), str(each.status.value))
            for each in found
        ]

    def close(self) -> None:
        """Let go of the connections."""
        if "_session" in self.__dict__:
            self._session.close()

    def _suffix(self, link: str) -> str:
        """Return what follows the address that the approved button begins with."""
        return link.removeprefix(f"{self._base_url}/")

    def _ask(self, request: Any) -> Any:
        errors = importlib.import_module("pywa.errors")
        try:
            return request()
        except errors.WhatsAppError as error:
            raise _outcome(error) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent("unreachable") from error
        except (httpx.HTTPError, ValueError, KeyError) as error:  # cut off, or an answer that is none
            raise Unclear(f"{type(error).__name__}: {error}") from error


def _outcome(error: Any) -> Exception:
    """Return what an error of the API means."""
    code, response = int(error.code), error.raw_response
    status = response.status_code if response is not None else 0
    after = response.headers.get("retry-after", "") if response is not None else ""
    retry_after = timedelta(seconds=int(after)) if after.isascii() and after.isdigit() else None
    said = f"{code}: {error.message}"
    if code in _NOT_AUTHORISED or 200 <= code < 300 or status == 401:
        # What is wrong concerns everybody's message and is mended by staff; no message is lost for it.
        return NotSent(f"not_authorised ({said})", retry_after=_PAUSE)
    if code in _OFF:
        return NotSent(f"account ({said})", retry_after=_PAUSE)
    if status >= 500:
        return Unclear(said)
    if code in _OVERLOADED or status == 429:
        return NotSent(said, retry_after=retry_after)
    if code in _BLOCKED:
        return Rejected("blocked", said)
    if code in _NO_SUCH_NUMBER:
        return Rejected("no_whatsapp", said)
    if 132000 <= code < 132100:
        return NotSent(f"template ({said})", retry_after=_PAUSE)
    return Rejected("refused", said)
