from __future__ import annotations

import pytest

from service.limiting import MOST_CLIENTS, Limiter, TooManyRequests, network_of


class Watch:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_bucket_lets_a_burst_through_and_then_a_steady_stream() -> None:
    watch = Watch()
    limiter = Limiter(60, monotonic=watch)
    for _ in range(60):
        limiter.count("192.0.2.1")
    with pytest.raises(TooManyRequests) as refused:
        limiter.count("192.0.2.1")
    assert refused.value.retry_after == 1
    limiter.count("192.0.2.2")
    watch.seconds += 1
    limiter.count("192.0.2.1")
    with pytest.raises(TooManyRequests):
        limiter.count("192.0.2.1")
    watch.seconds += 3600
    for _ in range(60):
        limiter.count("192.0.2.1")
    with pytest.raises(TooManyRequests):
        limiter.count("192.0.2.1")


def test_retry_after_is_long_enough() -> None:
    watch = Watch()
    limiter = Limiter(7, monotonic=watch)
    for _ in range(7):
        limiter.count("a")
    with pytest.raises(TooManyRequests) as refused:
        limiter.count("a")
    watch.seconds += refused.value.retry_after
    limiter.count("a")


def test_zero_means_no_limit() -> None:
    limiter = Limiter(0, monotonic=Watch())
    for _ in range(1000):
        limiter.count("192.0.2.1")


def test_clients_that_rested_longest_are_forgotten_first() -> None:
    limiter = Limiter(1, monotonic=Watch())
    for number in range(MOST_CLIENTS + 1):
        limiter.count(f"client-{number}")
    limiter.count("client-0")
    with pytest.raises(TooManyRequests):
        limiter.count(f"client-{MOST_CLIENTS}")


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("a-unix-socket", "a-unix-socket"),
        (None, ""),
    ],
)
def test_what_counts_as_one_client(address: str | None, client: str) -> None:
    assert network_of(address) == client
