"""The description is true: whatever is sent, the answer is one that it announces, and never an error of ours."""

from __future__ import annotations

import contextlib
import unittest
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import httpx
import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.service.api.conftest import Site
from tests.service.api.world import make_world
from tests.support.sizes import size

METHODS = ("get", "put", "post", "patch", "delete")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = size(3, 130)
"""Cases for each operation and mode (valid and invalid requests): about 500, or more than 20,000."""


@pytest.fixture
def description(anybody: httpx.Client) -> dict[str, Any]:
    """The description as the service serves it."""
    answer = anybody.get("/openapi.json")
    assert answer.status_code == HTTPStatus.OK
    found: dict[str, Any] = answer.json()
    return found


def operations(description: Mapping[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def test_every_operation_is_described(description: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(description)]
    assert len(names) == len(set(names))
    for path, method, operation in operations(description):
        where = f"{method} {path}"
        assert operation["description"], where
        assert operation["tags"], where
        staff = path.startswith("/api/v1/staff/")
        assert bool(operation.get("security")) is staff, where
        wanted = {"400"} | ({"401", "403"} if staff else set())
        wanted |= {"404"} if "_id}" in path or "{token}" in path else set()
        wanted |= {"413", "415", "422"} if "requestBody" in operation else set()
        wanted |= {"429"} if not staff and method == "post" else set()
        assert wanted <= operation["responses"].keys(), where
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], where


def test_every_example_fits_its_schema(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    sent_or_answered = set()
    for _, _, operation in operations(description):
        for body in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media in body.get("content", {}).values():
                reference = media.get("schema", {}).get("$ref", "")
                sent_or_answered.add(reference.removeprefix("#/components/schemas/"))
    sent_or_answered -= {""}
    without = {name for name in sent_or_answered if "examples" not in schemas[name]}
    assert without == set()
    for name, schema in schemas.items():
        for example in schema.get("examples", []):
            jsonschema.validate(
                example,
                {"$ref": f"#/components/schemas/{name}", "components": description["components"]},
                cls=jsonschema.Draft202012Validator,
            )


@pytest.mark.timeout(size(300, 7200))
def test_generated_requests_meet_announced_answers_only(site: Site, description: dict[str, Any]) -> None:
    world = make_world(site)
    schema: Any = schemathesis.openapi.from_dict(description)
    statuses: Counter[int] = Counter()
    with site.client(site.token(site.staff())) as client:
        for found in schema.get_all_operations():
            for mode in GenerationMode:
                statuses += _fuzz(site.url, client, found.ok(), mode, world)
    print(dict(sorted(statuses.items())))
    assert statuses.total() >= size(400, 20_000)
    # Without these the requests would have met nothing, and the checks would have checked nothing.
    assert {200, 201, 204, 400, 404, 409, 422} <= statuses.keys()


def _fuzz(
    url: str, client: httpx.Client, operation: Any, mode: GenerationMode, world: Mapping[str, Sequence[Any]]
) -> Counter[int]:
    """Send generated requests of one operation, half of the path's values real ones; count what was answered."""
    statuses: Counter[int] = Counter()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(data=st.data())
    def one(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        for name in case.path_parameters or {}:
            if name in world and data.draw(st.booleans()):
                case.path_parameters[name] = str(data.draw(st.sampled_from(world[name])))
        answer = case.call(base_url=url, headers={"Authorization": client.headers["Authorization"]})
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    with contextlib.suppress(unittest.SkipTest):  # there are operations about which nothing can be wrong
        one()
    return statuses


def test_addresses_of_nobody_and_wrong_methods_are_problems(anybody: httpx.Client) -> None:
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("GET", f"/events/{uuid.uuid4()}", 404),
        ("GET", "/events/not-an-id", 404),
        ("POST", "/events", 405),
        ("PUT", f"/events/{uuid.uuid4()}", 405),
    ):
        answer = anybody.request(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert answer.json()["status"] == status
