"""Staff for tests, who came in the way everybody does: by a one-time link."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from events.storage import Transactions
from service.accounts import invitations, passwords, staff
from service.accounts.invitations import Newcomer
from service.accounts.models import Role
from service.accounts.permissions import StaffIdentity

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
PASSWORD = "tiga kucing naik sepeda"
PASSWORD_HASH = passwords.hash_password(PASSWORD)
HERE = "192.0.2.7"


@dataclass(frozen=True)
class People:
    """Brings people into one installation."""

    database: Transactions

    def first_owner(self, *, real_now: datetime = NOW) -> StaffIdentity:
        """Let the owner of the installation in."""
        token = self.database.write(lambda s: invitations.invite_owner(s, now=real_now, real_now=real_now))
        assert token is not None
        return self.accept(token, "Ibu Pemilik", "pemilik@example.org", real_now=real_now)

    def join(
        self,
        owner: StaffIdentity,
        organiser_id: uuid.UUID,
        role: Role,
        name: str = "Budi",
        *,
        real_now: datetime = NOW,
    ) -> StaffIdentity:
        """Let a colleague in."""
        email = f"{name.lower()}.{role.value}.{str(organiser_id)[-4:]}@example.org"
        token = self.database.write(
            lambda s: invitations.invite(
                s, owner, email=email, role=role, organiser_id=organiser_id, now=real_now, real_now=real_now
            )
        )
        return self.accept(token, name, email, real_now=real_now)

    def accept(self, token: str, name: str, email: str, *, real_now: datetime = NOW) -> StaffIdentity:
        """Use a link up."""
        newcomer = Newcomer(name=name, email=email, password_hash=PASSWORD_HASH)
        return self.database.write(lambda s: invitations.accept(s, token, newcomer, now=real_now, real_now=real_now))

    def sign_in(
        self,
        email: str,
        password: str = PASSWORD,
        *,
        address: str = HERE,
        real_now: datetime = NOW,
        replacing: str | None = None,
    ) -> str:
        """Sign in as the page does, in two transactions with the slow part between them."""
        credentials = self.database.write(lambda s: staff.begin_sign_in(s, email, address, real_now=real_now))
        right = passwords.verify(credentials.password_hash, password)
        return self.database.write(
            lambda s: staff.finish_sign_in(
                s, credentials, right=right, now=real_now, real_now=real_now, replacing=replacing
            )
        ).secret
