"""An S3-compatible bucket on loopback: as much of the protocol as a store needs, and a look at what is left open."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self, cast
from urllib.parse import parse_qs, unquote, urlsplit


class Bucket:
    """One bucket named ``berkas``; objects by key with their content type."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.open_uploads: dict[str, dict[int, bytes]] = {}
        self.content_types: dict[str, str] = {}
        self.unsigned = 0
        self.largest_body = 0
        self.failing = False
        self._server = _Server(("127.0.0.1", 0), self)
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], bucket: Bucket) -> None:
        self.bucket = bucket
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that break off."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the overridden name
        pass

    def _begin(self) -> tuple[Bucket, str, dict[str, str], bytes]:
        bucket = cast("_Server", self.server).bucket
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        bucket.largest_body = max(bucket.largest_body, len(body))
        if not (self.headers.get("Authorization") or "").startswith("AWS4-HMAC-SHA256 Credential="):
            bucket.unsigned += 1
        return bucket, unquote(parts.path).removeprefix("/berkas/"), query, body

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_PUT(self) -> None:
        bucket, key, query, body = self._begin()
        if bucket.failing:
            self._answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        elif "partNumber" in query:
            bucket.open_uploads[query["uploadId"]][int(query["partNumber"])] = body
            self._answer(200, ETag=f'"{len(body)}"')
        else:
            bucket.objects[key] = (body, self.headers["Content-Type"])
            self._answer(200, ETag='"e"')

    def do_POST(self) -> None:
        bucket, key, query, body = self._begin()
        if bucket.failing:
            self._answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        elif "delete" in query:
            keys = re.findall(r"<Key>(.*?)</Key>", body.decode())
            for name in keys:
                bucket.objects.pop(name, None)
            deleted = "".join(f"<Deleted><Key>{name}</Key></Deleted>" for name in keys)
            self._answer(200, f"<DeleteResult>{deleted}</DeleteResult>".encode())
        elif "uploads" in query:
            upload_id = f"upload-{len(bucket.content_types)}"
            bucket.open_uploads[upload_id] = {}
            bucket.content_types[upload_id] = self.headers["Content-Type"]
            self._answer(
                200,
                f"<InitiateMultipartUploadResult><UploadId>{upload_id}</UploadId></InitiateMultipartUploadResult>".encode(),
            )
        else:
            parts = bucket.open_uploads.pop(query["uploadId"])
            bucket.objects[key] = (
                b"".join(parts[number] for number in sorted(parts)),
                bucket.content_types[query["uploadId"]],
            )
            self._answer(200, b"<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>")

    def do_GET(self) -> None:
        bucket, key, _, _ = self._begin()
        if bucket.failing:
            self._answer(403, b"<Error><Code>AccessDenied</Code></Error>")
            return
        if key not in bucket.objects:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        body, content_type = bucket.objects[key]
        common = {"ETag": '"e"', "Last_Modified": "Sun, 22 Nov 2026 10:00:00 GMT", "Content_Type": content_type}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range") or "")
        if wanted is None:
            if self.command == "HEAD":
                common["Content_Length"] = str(len(body))
            self._answer(200, body, **common)
            return
        first, last = int(wanted[1]), min(int(wanted[2]), len(body) - 1)
        self._answer(206, body[first : last + 1], Content_Range=f"bytes {first}-{last}/{len(body)}", **common)

    do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

    def do_DELETE(self) -> None:
        bucket, key, query, _ = self._begin()
        if "uploadId" in query:
            bucket.open_uploads.pop(query["uploadId"], None)
        else:
            bucket.objects.pop(key, None)
        self._answer(204)
