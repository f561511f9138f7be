"""The service over real HTTP: uvicorn in a thread of this process, on a port that the system chooses."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import uvicorn

from service.wiring import Runtime
from tests.support.app import create_app
from tests.support.polling import until


@contextmanager
def serving(runtime: Runtime, **config: Any) -> Generator[str]:
    """Answer requests on loopback during the block, as `service.processes.running.serve` does; yields the address."""
    wanted: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": 0,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": True,
        "forwarded_allow_ips": runtime.settings.trusted_proxies,
        **config,
    }
    server = uvicorn.Server(uvicorn.Config(create_app(runtime), **wanted))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive(), what="the server has started")
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join()
