"""A real RabbitMQ from Debian's package, as a plain process on ports of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import pika

from tests.support.polling import until
from tests.support.valkey import free_port

_PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
INSTALL = "apt-get install -y --no-install-recommends rabbitmq-server"


def is_installed() -> bool:
    """Tell whether Debian's package is there. It brings Erlang and takes a minute or more to install."""
    return _PROGRAM.exists()


class RabbitMQ:
    """One running server, which tests may kill and start again."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="acara-rabbit-"))
        self.port, self._between_nodes = free_port(), free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}"
        (self._folder / "conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n")
        (self._folder / "plugins").write_text("[].\n")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start the server (again), with the queues and messages that it had."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),
            "LC_ALL": "C.UTF-8",
            "RABBITMQ_NODENAME": f"acara{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._between_nodes),
            "RABBITMQ_CONFIG_FILE": str(self._folder / "conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(self._folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self._folder / "logs"),
            "RABBITMQ_LOGS": "-",
            # Erlang's own name service would outlive the test; one node needs none.
            "ERL_EPMD_PORT": str(free_port()),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-start_epmd false -erl_epmd_port 0",
        }
        with_parent = ["setpriv", "--pdeathsig=TERM"] if shutil.which("setpriv") else []
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*with_parent, str(_PROGRAM)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                start_new_session=True,  # the program is a script, and Erlang its child
            )
        until(self._answers, seconds=90, what=f"RabbitMQ answers ({self._folder}/log)")

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError((self._folder / "log").read_text()[-4000:])
        try:
            pika.BlockingConnection(pika.URLParameters(self.url)).close()
        except pika.exceptions.AMQPError:
            return False
        return True

    def kill(self) -> None:
        """Kill the server as a power cut would."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=10)
        until(lambda: not self._listens(), what="RabbitMQ is gone")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """Kill the server and remove all it had."""
        self.kill()
        shutil.rmtree(self._folder)
