"""The stand-in, asked over HTTP by something other than the library that it was made for."""

from __future__ import annotations

import httpx
import pytest

from service.demo.standins.youtube import YouTubeStandIn
from service.demo.standins.youtube_channel import BLOCK, Channel, Fault


@pytest.mark.parametrize("size", [1, BLOCK - 1, BLOCK])
def test_a_chunk_shorter_than_what_a_fault_keeps_is_kept_and_the_line_drops(size: int) -> None:
    channel = Channel(faults=[Fault("chunk", "drop", kept=BLOCK)])
    with YouTubeStandIn(channel) as standin, httpx.Client(base_url=standin.root, timeout=30) as client:
        channel.access_tokens.add("token")
        client.headers["Authorization"] = "Bearer token"
        begun = client.post(
            "resumable/upload/youtube/v3/videos?uploadType=resumable&part=snippet",
            headers={"X-Upload-Content-Length": str(size), "X-Upload-Content-Type": "video/mp4"},
            json={"snippet": {"title": "Rekaman"}},
        )
        session = begun.headers["Location"]
        with pytest.raises(httpx.RemoteProtocolError):
            client.put(session, content=b"x" * size, headers={"Content-Range": f"bytes 0-{size - 1}/{size}"})
        told = client.put(session, headers={"Content-Range": f"bytes */{size}"})
    assert told.status_code == 200
    assert [video.size for video in channel.videos.values()] == [size]
