"""What Mastodon's answers look like, and how its clients write what they send (https://docs.joinmastodon.org/entities/)."""

from __future__ import annotations

import email.parser
import email.policy
import html
import json
import re
from typing import Any, cast
from urllib.parse import parse_qs

MAX_CHARACTERS, PER_URL, MAX_MEDIA = 500, 23, 4
DESCRIPTION_LIMIT, IMAGE_SIZE_LIMIT = 1500, 16_777_216
URL = re.compile(r"https?://\S+")


def account(host: str) -> dict[str, Any]:
    """Return the one account there is (CredentialAccount, in part)."""
    return {
        "id": "1",
        "username": "perpustakaan",
        "acct": "perpustakaan",
        "display_name": "Perpustakaan Kota Batam",
        "url": f"http://{host}/@perpustakaan",
        "created_at": "2026-01-01T00:00:00.000Z",
        "note": "",
        "fields": [],
        "emojis": [],
    }


def instance(path: str, host: str) -> dict[str, Any]:
    """Return what the server says about itself and its limits, as version 1 or 2 of that address does."""
    configuration = {
        "statuses": {
            "max_characters": MAX_CHARACTERS,
            "max_media_attachments": MAX_MEDIA,
            "characters_reserved_per_url": PER_URL,
        },
        "media_attachments": {
            "supported_mime_types": ["image/jpeg", "image/png"],
            "description_limit": DESCRIPTION_LIMIT,
            "image_size_limit": IMAGE_SIZE_LIMIT,
        },
    }
    versions = {"mastodon": 5}
    common = {"title": "Stand-in", "version": "4.4.0", "api_versions": versions, "configuration": configuration}
    return common | ({"uri": host} if path.endswith("v1/instance") else {"domain": host})


def as_html(text: str) -> str:
    """Return a status as Mastodon renders it: paragraphs, breaks, and links whose scheme is hidden."""

    def link(match: re.Match[str]) -> str:
        address = html.escape(html.unescape(match.group()))
        scheme, rest = address.split("//", 1)
        hidden, shown, cut = f"{scheme}//", rest[:30], rest[30:]
        return (
            f'<a href="{address}" target="_blank" rel="nofollow noopener noreferrer">'
            f'<span class="invisible">{hidden}</span><span class="ellipsis">{shown}</span>'
            f'<span class="invisible">{cut}</span></a>'
        )

    escaped = URL.sub(link, html.escape(text, quote=False))
    return "<p>" + escaped.replace("\n\n", "</p><p>").replace("\n", "<br />") + "</p>"


def form(content_type: str, body: bytes) -> dict[str, list[str]]:
    """Return the fields of a request in JSON or in a form; a field of several values ends in ``[]``."""
    if content_type.startswith("application/json"):
        given = json.loads(body)
        return {
            (f"{name}[]" if isinstance(value, list) else name): [str(each) for each in _as_list(value)]
            for name, value in given.items()
        }
    return parse_qs(body.decode(), keep_blank_values=True)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType] # from JSON


def multipart(content_type: str, body: bytes) -> dict[str, bytes]:
    """Return the parts of an upload by their names."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    return {
        str(part.get_param("name", header="content-disposition")): bytes(cast("bytes", part.get_payload(decode=True)))
        for part in message.iter_parts()
    }
