"""The API's description (OpenAPI 3.1): the framework lists the routes, the types describe themselves.

The framework's own schemas of pydantic models and structs lose descriptions, limits and "no other fields"; they are
replaced by what pydantic and msgspec say of their types, which is what requests are in fact checked against.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request
from litestar.enums import MediaType
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Components, Contact, License, SecurityScheme, Tag
from pydantic.json_schema import models_json_schema

from service.api import problems
from service.api.examples.catalogue import EXAMPLES
from service.api.resources import documents, events, people, public, series, work
from service.inputs import authoring as authoring_inputs
from service.inputs import checking as inputs
from service.inputs import desk as desk_inputs
from service.inputs import events as event_inputs
from service.inputs import partners as partner_inputs
from service.inputs import parts as part_inputs
from service.inputs import series as series_inputs
from service.inputs import types as input_types

PATH = "/api/v1"
TOKEN = "token"  # noqa: S105 - the name of a scheme
_REF = "#/components/schemas/"
_INPUTS = (
    inputs,
    input_types,
    event_inputs,
    part_inputs,
    authoring_inputs,
    partner_inputs,
    desk_inputs,
    series_inputs,
)
"""Where the bodies of requests are described."""
_ROOTS = (inputs.Input, input_types.LocalizedInput)
"""What is never sent as it is."""

_DESCRIPTION = """\
Everything that staff and attendees do on Acara's pages, for programs.

**Public routes** need no token. Posting is limited per client address; a 429 says when to come back.

**Staff routes** (`/api/v1/staff/…`) take a bearer token, made on the staff pages or by `POST /staff/tokens`. It acts
for its person within its scopes. Another organiser's things answer 404.

**Refusals** are problem details (RFC 9457) in Indonesian, or in English where Accept-Language prefers it; `code` is
for programs and never changes. **Times** are RFC 3339 with an offset; answers are in UTC. **Texts** are
`{"id": …, "en": …}`; either may be empty. **Lists** are paged by `limit` and `cursor`. **Making things twice** is
avoided by an `Idempotency-Key`. **Editing** takes the ETag in `If-Match`.
"""

_TAGS = {
    "Events": "What is on, and how staff write it.",
    "Series": "What comes again by a rule; each date is an event.",
    "Registrations": "Taking a place and giving it up.",
    "Door": "Who came and went, online or reported hours later.",
    "Stages": "Leading an event through its life.",
    "Seats, programme, partners": "What an event is made of.",
    "Seats": "Who gets in: rules, decisions, the waitlist, invitees.",
    "Recordings": "Videos on their way to YouTube.",
    "Calendars and certificates": "What a person keeps.",
    "Certificates and posts": "Proof of attendance, and public announcements.",
    "Queue": "Whether work is waiting, and trying again.",
    "E-mails": "What was sent to whom, how far it has come, and whether mail flows.",
    "House": "Organisers, and what happened.",
    "Staff and tokens": "Who may do what.",
    "Authoring": "Staff: copies, templates, the review and links for a preview.",
}


class DescriptionPlugin(OpenAPIRenderPlugin):
    """Serves the completed description as JSON."""

    def __init__(self) -> None:
        super().__init__(path="/", media_type=MediaType.JSON)
        self._body: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the description; it is the same for everybody and made once."""
        del request
        if self._body is None:
            self._body = msgspec.json.encode(complete(openapi_schema))
        return self._body


def openapi_config() -> OpenAPIConfig:
    """Return what the framework needs to describe the API."""
    bearer = SecurityScheme(type="http", scheme="bearer", description="A token that begins with `acara_`.")
    return OpenAPIConfig(
        title="Acara",
        version="1",
        summary="Events of public libraries: registration, recordings, certificates, posts.",
        description=_DESCRIPTION,
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        contact=Contact(name="The library that runs this installation"),
        components=Components(security_schemes={TOKEN: bearer}),
        tags=[Tag(name=name, description=meaning) for name, meaning in _TAGS.items()],
        path=f"{PATH}/openapi.json",
        render_plugins=[DescriptionPlugin()],
        use_handler_docstrings=True,
    )


def complete(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the framework's description with every type described by itself, and with its example."""
    components = {**schema.get("components", {}).get("schemas", {}), **described_types()}
    for name, example in EXAMPLES.items():
        components[name]["examples"] = [msgspec.to_builtins(example)]
    merged = {**schema, "components": {**schema.get("components", {}), "schemas": components}}
    paths: dict[str, dict[str, Any]] = merged["paths"]
    for operations in paths.values():
        for method in operations.keys() & {"get", "put", "post", "delete", "patch"}:
            _tidy(operations[method])
    return merged


def _tidy(operation: dict[str, Any]) -> None:
    """Show the example beside the body and the answers too, where readers of the description look first."""
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        for media in body.get("content", {}).values():
            reference = media.get("schema", {}).get("$ref", "")
            example = EXAMPLES.get(reference.removeprefix(_REF))
            if example is not None:
                media["examples"] = {"example": {"value": msgspec.to_builtins(example)}}


def described_types() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema (2020-12) of every input and answer, by name."""
    models = [
        kind
        for module in _INPUTS
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, inputs.Input) and kind not in _ROOTS
    ]
    _, described = models_json_schema(
        [(kind, "validation") for kind in dict.fromkeys(models)], ref_template=_REF + "{model}"
    )
    structs = [
        kind
        for module in (problems, public, events, people, documents, series, work)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    ]
    _, answers = msgspec.json.schema_components(list(dict.fromkeys(structs)), ref_template=_REF + "{name}")
    return {**answers, **described["$defs"]}
