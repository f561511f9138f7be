"""A worker process of its own: sends what is due. Started, and killed, by `test_sending_killed`."""

from __future__ import annotations

import json
import sys
from datetime import datetime

from notifications.mailing import delivery
from notifications.transport.smtp import SmtpMailer
from service.database.transactions import Database
from service.files.stored import open_files
from tests.notifications.post_office import composer


def main() -> None:
    """Send until nothing is due."""
    options = json.loads(sys.argv[1])
    database = Database(options["database"])
    now, real_now = (datetime.fromisoformat(options[name]) for name in ("now", "real_now"))
    mailer, composing = SmtpMailer(options["relay"]), composer(open_files(options["files"]))
    while delivery.send_due(database, mailer, composing, now=now, real_now=real_now):
        pass
    database.close()


if __name__ == "__main__":
    main()
