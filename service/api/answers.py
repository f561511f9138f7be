"""How routes document what they answer: the refusals that are possible, each as problem details."""

from __future__ import annotations

from litestar.openapi.datastructures import ResponseSpec

from service.api.problems import MEDIA_TYPE, Problem

_MEANINGS = {
    400: "The request cannot be understood: malformed JSON, cursor, parameter or text encoding.",
    401: "No token, or one that is unknown, expired or revoked.",
    403: "The person's role or the token's scopes do not allow it.",
    404: "It does not exist, or belongs to another organiser.",
    409: "The state of things does not permit it; `code` says why.",
    410: "The link or offer was right once and is dead now.",
    412: "Somebody changed it since the ETag in If-Match.",
    413: "The body is too large.",
    415: "The body is not of a kind that is taken here.",
    422: "Fields that cannot be accepted, with every error at its field; or an Idempotency-Key that stood for "
    "something else.",
    429: "Too many requests; Retry-After says how many seconds to wait.",
    503: "The database is away or overloaded; Retry-After says how many seconds to wait.",
}


def refusals(*statuses: int) -> dict[int, ResponseSpec]:
    """Return the documentation of these statuses, and of those that every route may answer."""
    return {
        status: ResponseSpec(
            data_container=Problem, media_type=MEDIA_TYPE, description=_MEANINGS[status], generate_examples=False
        )
        for status in sorted({400, *statuses, 503})
    }


READ = refusals(404)
"""Public reading."""
POST = refusals(404, 409, 413, 415, 422, 429)
"""Public posting."""
STAFF_READ = refusals(401, 403, 404)
STAFF_ACT = refusals(401, 403, 404, 409, 413)
"""Staff posting without a body."""
STAFF_WRITE = refusals(401, 403, 404, 409, 413, 415, 422)
"""Staff posting with a body."""
