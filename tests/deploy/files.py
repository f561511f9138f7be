"""Where the files are, and the `acara` commands that they name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import click
import yaml

from service.cli import main

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = sorted(DEPLOY.glob("compose.*.yaml"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", DEPLOY / "README.md"]
SCRIPTS = sorted(DEPLOY.glob("*.sh"))

_FENCED = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_EXEC_ARRAY = re.compile(r"^\s*CMD (\[.*\])$", re.MULTILINE)
_COMMAND = re.compile(r"(?:^|bin/|[@`]|[;&] |-c |exec )acara((?: [^\s;&|>\"'`)#]+)+)")


def documents(path: Path) -> list[dict[str, Any]]:
    """Return the YAML documents of a file, with anchors and merges resolved."""
    return cast("list[dict[str, Any]]", list(yaml.safe_load_all(path.read_text())))


def commands_in(path: Path) -> Iterator[list[str]]:
    """Yield the arguments of every `acara` command that a file names."""
    text = path.read_text().replace("$(DEMO_ARGS)", "--exit")
    if path.suffix == ".md":
        fenced = _FENCED.findall(text)
        pieces = [*(line for block in fenced for line in block.splitlines()), *_SPAN.findall(_FENCED.sub("", text))]
    elif path.suffix == ".yaml":
        pieces = [*_strings_in_lists(documents(path)), *_comments(text)]
    elif path.name == "Containerfile":
        pieces = [" ".join(json.loads(array)) for array in _EXEC_ARRAY.findall(text)]
    else:
        pieces = text.splitlines()
    for piece in pieces:
        for found in _COMMAND.finditer(piece):
            words = found[1].split()
            if re.fullmatch(r"[a-z]+|--?[a-z-]+", words[0]):
                yield words


def _strings_in_lists(node: Any) -> Iterator[str]:
    """Yield every list of strings as one line: an exec array such as ``["acara", "work", "--queues", "posts"]``."""
    if isinstance(node, dict):
        for value in cast("dict[str, Any]", node).values():
            yield from _strings_in_lists(value)
    elif isinstance(node, list):
        items = node
        if items and all(isinstance(item, str) for item in items):
            yield " ".join(items)
        for item in items:
            yield from _strings_in_lists(item)


def _comments(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from _SPAN.findall(line.partition("#")[2])


def understand(arguments: list[str]) -> tuple[click.Command, dict[str, Any]]:
    """Return the command that the arguments call and what it would be given, without running it.

    Raises `KeyError` for a command that does not exist, `click.UsageError` for an option that does not.
    """
    command: click.Command = main
    words = list(arguments)
    name = "acara"
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        command = command.commands[name]
    return command, command.make_context(name, words).params
