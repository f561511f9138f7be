"""The Kubernetes manifest against the schemas of the oldest and the newest release that the validator knows."""

from __future__ import annotations

import copy
from typing import Any

import kubernetes_validate
import pytest

from tests.deploy.files import MANIFESTS, documents

RELEASES = ["1.30", kubernetes_validate.latest_version()]
OBJECTS = [each for path in MANIFESTS for each in documents(path)]


def _name(each: object) -> str:
    return f"{each['kind']}-{each['metadata']['name']}" if isinstance(each, dict) else str(each)


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("each", OBJECTS, ids=_name)
def test_object_follows_the_schema(each: dict[str, Any], release: str) -> None:
    kubernetes_validate.validate(each, release, strict=True)


def test_the_schema_notices_a_mistake() -> None:
    wrong = copy.deepcopy(next(each for each in OBJECTS if each["kind"] == "Deployment"))
    wrong["spec"]["template"]["spec"]["containers"][0]["comand"] = ["acara"]
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, RELEASES[-1], strict=True)


def test_selectors_find_their_pods() -> None:
    """A selector that matches nothing is valid by every schema, and serves nobody."""
    deployments = [each for each in OBJECTS if each["kind"] == "Deployment"]
    labels = [each["spec"]["template"]["metadata"]["labels"] for each in deployments]
    assert [each["spec"]["selector"]["matchLabels"] for each in deployments] == labels
    services = [each for each in OBJECTS if each["kind"] == "Service"]
    for service in services:
        wanted = service["spec"]["selector"].items()
        found = [pods for pods, has in zip(deployments, labels, strict=True) if wanted <= has.items()]
        assert len(found) == 1
        ports = [
            port["containerPort"]
            for container in found[0]["spec"]["template"]["spec"]["containers"]
            for port in container.get("ports", ())
        ]
        assert [port["targetPort"] for port in service["spec"]["ports"]] == ports


def test_mounts_and_volumes_belong_together() -> None:
    for each in OBJECTS:
        if each["kind"] == "Service":
            continue
        pod = each["spec"]["template"]["spec"]
        volumes = {volume["name"] for volume in pod.get("volumes", ())}
        mounted = {mount["name"] for container in pod["containers"] for mount in container.get("volumeMounts", ())}
        assert mounted == volumes, each["metadata"]["name"]
