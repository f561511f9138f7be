"""The Mastodon channel by its real library, against a server that speaks the protocol."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from notifications.channels.mastodon import MastodonChannel
from notifications.channels.protocol import NotSent, Publication, Rejected, Unclear
from service.demo.standins.mastodon import MastodonStandIn, running

LINK = "https://acara.perpus-batam.go.id/events/x?p=abc123"
JPEG = b"\xff\xd8\xff\xe0 a picture"


@pytest.fixture
def network() -> Iterator[MastodonStandIn]:
    with running() as standin:
        yield standin


def channel(network: MastodonStandIn, token: str = "") -> MastodonChannel:
    return MastodonChannel(network.url, token or network.token, pause=lambda _seconds: None)


def publication(text: str = f"Halo\n\n{LINK}", *, image: bytes | None = None) -> Publication:
    return Publication(uuid.uuid4(), text, "id", LINK, image, "image/jpeg", "Poster")


def test_limits_are_the_servers_own(network: MastodonStandIn) -> None:
    limits = channel(network).limits()
    assert (limits.text, limits.alt_text, limits.image_bytes) == (500, 1500, 16_777_216)
    assert limits.measure(LINK + "x" * 100) == 23


def test_the_same_key_gives_the_same_status(network: MastodonStandIn) -> None:
    said = publication(image=JPEG)
    assert channel(network).publish(said) == channel(network).publish(said)
    assert len(network.statuses) == 1


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("500", Unclear),
        ("503", Unclear),
        ("drop", Unclear),
        ("accept-drop", Unclear),
        ("422", Rejected),
        ("429", NotSent),
    ],
)
def test_what_each_answer_means(network: MastodonStandIn, fault: str, outcome: type[Exception]) -> None:
    network.misbehave(fault)
    with pytest.raises(outcome):
        channel(network).publish(publication())


def test_a_wrong_token_is_refused_for_good(network: MastodonStandIn) -> None:
    with pytest.raises(Rejected) as refused:
        channel(network, "wrong").publish(publication())
    assert refused.value.reason == "not_authorised"


def test_a_picture_that_is_none_is_refused(network: MastodonStandIn) -> None:
    with pytest.raises(Rejected):
        channel(network).publish(publication(image=b"not a picture"))
    assert network.statuses == []


def test_no_server_means_that_nothing_was_sent() -> None:
    with running() as network:
        gone = channel(network)
        ready = channel(network)
        ready.limits()
    for each in (gone, ready):
        for said in (publication(), publication(image=JPEG)):
            with pytest.raises(NotSent):
                each.publish(said)


def test_looking_goes_back_as_far_as_asked(network: MastodonStandIn) -> None:
    mastodon = channel(network)
    wanted = publication()
    published = mastodon.publish(wanted)
    for number in range(90):
        mastodon.publish(publication(f"Lain {number}"))
    now = datetime.now(UTC)
    assert mastodon.reconcile(wanted, since=now - timedelta(minutes=5)) == published
    assert mastodon.reconcile(wanted, since=now + timedelta(minutes=5)) is None
    assert mastodon.reconcile(publication("Tidak pernah dikirim"), since=now - timedelta(minutes=5)) is None


def test_the_library_is_not_loaded_before_a_post_goes_out() -> None:
    program = (
        "import sys; from notifications.posts import publishing; from notifications.channels import mastodon as ours;"
        "ours.MastodonChannel('http://127.0.0.1:1', 'x'); print('mastodon' in sys.modules, 'requests' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"
