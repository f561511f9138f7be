"""The compose files against the specification's own schema, and what the schema cannot know."""

from __future__ import annotations

import importlib.resources
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.deploy.files import COMPOSE, DEPLOY, documents


def _validator() -> jsonschema.Draft202012Validator:
    """The specification's schema, made strict: as published it lets a misspelt key of a service pass."""
    schemas = importlib.resources.files("check_jsonschema.builtin_schemas.vendor")
    schema = json.loads((schemas / "compose-spec.json").read_text())
    schema["$defs"]["service"]["unevaluatedProperties"] = False
    return jsonschema.Draft202012Validator(schema)


def _faults(document: dict[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in _validator().iter_errors(document)]


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_compose_file_follows_the_specification(path: Path) -> None:
    (document,) = documents(path)
    assert _faults(document) == []


def test_the_schema_notices_a_mistake() -> None:
    (document,) = documents(DEPLOY / "compose.embedded.yaml")
    document["services"]["acara"]["comand"] = ["acara", "serve"]
    document["services"]["proxy"]["ports"] = {"80": 80}
    assert {fault.partition(":")[0] for fault in _faults(document)} >= {"$.services.acara", "$.services.proxy.ports"}


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_what_a_service_points_to_is_there(path: Path) -> None:
    """Services that are waited for, named volumes, the build file, and health checks where health is waited for."""
    (document,) = documents(path)
    services, volumes = document["services"], document["volumes"]
    for name, service in services.items():
        for other, how in (service.get("depends_on") or {}).items():
            assert other in services, (name, other)
            if how["condition"] == "service_healthy":
                # The image of the service itself brings its health check (see the Containerfile).
                assert services[other].get("image") == "acara" or "test" in services[other]["healthcheck"], other
        for volume in service.get("volumes") or ():
            assert volume.partition(":")[0] in volumes, (name, volume)
        if "build" in service:
            folder = (path.parent / service["build"]["context"]).resolve()
            assert (folder / service["build"]["dockerfile"]).is_file()
    used = {volume.partition(":")[0] for service in services.values() for volume in service.get("volumes") or ()}
    assert used == set(volumes)


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_what_a_compose_file_asks_to_be_filled_in_is_in_the_example(path: Path) -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)\}", path.read_text()))
    offered = set(re.findall(r"^#?([A-Z_]+)=", (DEPLOY / "env.example").read_text(), re.MULTILINE))
    assert asked - offered == set()
