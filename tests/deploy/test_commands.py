"""Every `acara` command that a file or a page tells people to run exists, with those options."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from service.broker import QUEUES
from tests.deploy.files import COMPOSE, DEPLOY, MANIFESTS, PAGES, ROOT, UNITS, commands_in, documents, understand

FILES = [*COMPOSE, *MANIFESTS, *UNITS, *PAGES, DEPLOY / "Containerfile", DEPLOY / "env.example", ROOT / "Makefile"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_exist_with_their_options(path: Path) -> None:
    for arguments in commands_in(path):
        understand([word.replace("%i", "facts") for word in arguments])


def test_each_kind_of_file_starts_what_it_should() -> None:
    """The finding of commands finds them: otherwise the test above could not fail."""
    found = {path.name: sorted({" ".join(words[:1]) for words in commands_in(path)}) for path in FILES}
    assert {name: found[name] for name in ("acara.service", "acara-work@.service", "acara.yaml")} == {
        "acara.service": ["migrate", "serve"],
        "acara-work@.service": ["work"],
        "acara.yaml": ["migrate", "serve", "work"],
    }
    assert found["compose.embedded.yaml"] == ["migrate", "serve"]
    assert found["compose.distributed.yaml"] == ["doctor", "migrate", "serve", "work"]
    assert found["Containerfile"] == ["serve"]
    assert found["Makefile"] == ["demo", "migrate", "serve"]


@pytest.mark.parametrize("arguments", [["work", "--queue", "facts"], ["serve", "--port", "80"]])
def test_an_option_that_does_not_exist_is_noticed(arguments: list[str]) -> None:
    with pytest.raises(click.UsageError):
        understand(arguments)


def test_every_queue_has_workers_in_the_distributed_shape() -> None:
    (shape,) = documents(DEPLOY / "compose.distributed.yaml")
    read: list[str] = []
    for service in shape["services"].values():
        words = service.get("command") or []
        if words[:2] == ["acara", "work"]:
            _, options = understand(words[1:])
            read += options["queues"].split(",")
    assert sorted(read) == sorted(QUEUES)


def test_the_page_for_technicians_names_every_queue() -> None:
    page = (DEPLOY / "README.md").read_text()
    assert [queue for queue in QUEUES if queue not in page] == []
