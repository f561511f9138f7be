"""Every network under every fault: nothing goes out twice, nothing is lost, and what is unclear is asked.

`ACARA_TEST_SIZE=full` makes a thousand posts for each network.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta

import pytest

from notifications.channels.protocol import (
    Channel,
    Disconnected,
    NotSent,
    Publication,
    Published,
    Rejected,
    Unclear,
)
from service.demo.standins.network import NetworkStandIn
from tests.notifications.channels.networks import NETWORKS, TIMEOUT, publication
from tests.support.sizes import size

FAULTS = ("", "500", "503", "429", "drop", "accept-drop", "accept-500", "expired", "killed")
AGO = timedelta(minutes=10)


@pytest.fixture(params=sorted(NETWORKS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def network(name: str) -> Iterator[NetworkStandIn]:
    with NETWORKS[name].standin.running() as standin:
        yield standin


@pytest.fixture
def channel(name: str, network: NetworkStandIn) -> Iterator[Channel]:
    with closing(NETWORKS[name].open(network, TIMEOUT)) as channel:
        yield channel


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("500", Unclear),
        ("503", Unclear),
        ("drop", Unclear),
        ("accept-drop", Unclear),
        ("accept-500", Unclear),
        ("400", Rejected),
        ("429", NotSent),
        ("expired", Disconnected),
    ],
)
def test_what_each_answer_means(
    network: NetworkStandIn, channel: Channel, fault: str, outcome: type[Exception]
) -> None:
    network.misbehave(fault)
    with pytest.raises(outcome) as told:
        channel.publish(publication(network))
    assert type(told.value) is outcome
    assert len(network.posts) == (1 if fault.startswith("accept") else 0)


def test_a_network_says_how_long_it_wants_to_be_left_alone(network: NetworkStandIn, channel: Channel) -> None:
    network.retry_after = 40
    network.misbehave("429")
    with pytest.raises(NotSent) as told:
        channel.publish(publication(network))
    assert told.value.retry_after is not None
    assert timedelta(seconds=30) < told.value.retry_after <= timedelta(seconds=41)


def test_an_answer_that_never_comes_leaves_the_post_unclear(name: str, network: NetworkStandIn) -> None:
    said = publication(network)
    network.misbehave("accept-hold")
    with closing(NETWORKS[name].open(network, 2.0)) as hasty, pytest.raises(Unclear):
        hasty.publish(said)
    network.release.set()
    with closing(NETWORKS[name].open(network, TIMEOUT)) as patient:
        found = patient.reconcile(said, since=datetime.now(UTC) - AGO)
    assert found is not None
    assert [each["id"] for each in network.posts] == [network.posts[0]["id"]]


def test_a_network_that_cannot_be_reached_has_published_nothing(name: str) -> None:
    with NETWORKS[name].standin.running() as gone:
        channel, said = NETWORKS[name].open(gone, 2.0), publication(gone)
    with closing(channel):
        with pytest.raises(NotSent):
            channel.publish(said)
        with pytest.raises(NotSent):
            channel.reconcile(said, since=datetime.now(UTC) - AGO)


@pytest.mark.parametrize("linked", [True, False], ids=["link", "text"])
def test_a_post_is_found_again_and_no_other(network: NetworkStandIn, channel: Channel, linked: bool) -> None:
    said = publication(network, "Bahasa Indonesia: “ayo” & <baca>!", linked=linked)
    published = channel.publish(said)
    for number in range(22):
        channel.publish(publication(network, f"Lain {number}", linked=linked))
    now = datetime.now(UTC)
    assert channel.reconcile(said, since=now - AGO) == published
    assert channel.reconcile(publication(network, "Tidak pernah dikirim"), since=now - AGO) is None


def test_whose_account_it_is(network: NetworkStandIn, channel: Channel) -> None:
    account = channel.check()
    assert (bool(account.id), "erpus" in account.name, account.url.startswith("http")) == (True, True, True)
    network.expired = True
    with pytest.raises(Disconnected):
        channel.check()


def test_what_people_did_with_a_post(network: NetworkStandIn, channel: Channel) -> None:
    published = channel.publish(publication(network))
    metrics = channel.metrics(published.remote_id)
    assert metrics is not None
    assert metrics.likes == 3


def test_nothing_is_said_twice_and_nothing_is_lost(name: str, network: NetworkStandIn) -> None:
    """One worker after the other, each fault, and processes that die with the answer in their hands."""
    chance = random.Random(f"faults of {name}")
    wanted = [publication(network) for _ in range(size(12, 1000))]
    for said in wanted:
        with ExitStack() as lives:
            _until_out(name, network, said, chance, lives)
    out = Counter(_key(post["text"], wanted) for post in network.posts)
    assert out == Counter({said.key: 1 for said in wanted})


def _until_out(
    name: str, network: NetworkStandIn, said: Publication, chance: random.Random, lives: ExitStack
) -> Published:
    """Do what publishing does with a post, until it is out."""

    def open_anew() -> Channel:
        return lives.enter_context(closing(NETWORKS[name].open(network, TIMEOUT)))

    since, unclear = datetime.now(UTC) - AGO, False
    channel = open_anew()
    for _ in range(60):
        try:
            if unclear:
                found = channel.reconcile(said, since=since)
                unclear = False
                if found is not None:
                    return found
                continue
            fault = chance.choice(FAULTS)
            network.misbehave(*([fault] if fault and fault != "killed" else []))
            published = channel.publish(said)
            if fault != "killed":
                return published
            channel, unclear = open_anew(), True
        except Unclear:
            unclear = True
        except Disconnected:
            network.renew()
        except NotSent:
            continue
    raise AssertionError("never out")


def _key(text: str, wanted: list[Publication]) -> object:
    return next((said.key for said in wanted if said.link in text), None)
