"""`make cluster`: the distributed shape on this machine, as plain processes, until Ctrl-C.

PostgreSQL and Valkey come from packages; RabbitMQ is Debian's. It is for looking and trying: PostgreSQL runs without
fsync, and everything is gone at the end but the logs.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

from service.settings import Settings
from service.wiring import Runtime
from tests.support.cluster import ROOT, WORKERS, Cluster
from tests.support.outside import Outside, found_library
from tests.support.postgres import Postgres
from tests.support.rabbitmq import RabbitMQ, is_installed
from tests.support.valkey import Valkey


def main() -> int:
    """Start everything, print where it is, and stop it at Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    parser.add_argument("--broker", choices=["valkey", "rabbitmq"], default="valkey")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "cluster", help="Emptied first; logs and files.")
    chosen = parser.parse_args()
    if chosen.broker == "rabbitmq" and not is_installed():
        script = str(ROOT / "deploy/system-packages.sh")  # installs it, or says how
        if subprocess.run(["bash", script, "rabbitmq"], check=False).returncode != 0:
            return 1
    shutil.rmtree(chosen.folder, ignore_errors=True)
    chosen.folder.mkdir(parents=True)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as stack:
        _run(stack, stop, broker_name=chosen.broker, folder=chosen.folder)
    return 0


def _run(stack: ExitStack, stop: threading.Event, *, broker_name: str, folder: Path) -> None:
    _say(f"starting PostgreSQL and {broker_name} …")
    postgres = Postgres()
    stack.callback(postgres.stop)
    broker = RabbitMQ() if broker_name == "rabbitmq" else Valkey()
    stack.callback(broker.stop)
    outside = stack.enter_context(Outside())
    database = postgres.url(postgres.create())
    variables = {**outside.variables, "ACARA_DATABASE_URL": database, "ACARA_BROKER_URL": broker.url}
    _say("starting 2 web and 2 worker processes …")
    cluster = stack.enter_context(Cluster(folder, variables))
    for web in cluster.web:
        _say(f"{web.name}     {web.url}   (process {web.pid})")
    for worker, queues in zip(cluster.workers, WORKERS, strict=True):
        _say(f"{worker.name}    queues {queues}   (process {worker.pid})")
    _say(f"database  {database}\nbroker    {broker.url}\nmail      {outside.mail.url} (kept in memory)")
    _say(f"API       Authorization: Bearer {_found(cluster)}\nlogs      {folder}\nEnd with Ctrl-C.")
    while not stop.wait(1):
        for process in cluster.processes:
            process.is_up()  # raises if it has ended
    _say(f"stopping; {len(outside.mail.delivered)} mails had arrived")


def _found(cluster: Cluster) -> str:
    names = {name.removeprefix("ACARA_").lower(): value for name, value in cluster.variables.items()}
    runtime = Runtime(Settings.model_validate(names))
    try:
        return found_library(runtime)
    finally:
        runtime.close()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
