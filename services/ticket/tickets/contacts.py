"""Seals and opens the name and phone of somebody for whom the desk reports (PRI-2)."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.ticket.tables import TicketContact
from shared.sealing import Keys, Label


@dataclass(frozen=True, slots=True)
class Contact:
    """In clear; never logged, never in a history."""

    name: str
    phone: str | None


def sealed_contact(keys: Keys, ticket_id: UUID, contact: Contact) -> TicketContact:
    """A row under a key of its own: deleting the row ends every copy."""
    whose = str(ticket_id)
    key, wrapped = keys.new_key(Label("ticket.contact.key", whose))
    phone = key.seal(contact.phone.encode(), Label("ticket.contact.phone", whose)) if contact.phone else None
    name = key.seal(contact.name.encode(), Label("ticket.contact.name", whose))
    return TicketContact(ticket_id=ticket_id, key_wrapped=wrapped, name_sealed=name, phone_sealed=phone)


async def contact_of(db: AsyncSession, keys: Keys, ticket_id: UUID) -> Contact | None:
    """The contact in clear, if the ticket holds one."""
    found = await db.execute(select(TicketContact).where(TicketContact.ticket_id == ticket_id))
    row = found.scalar_one_or_none()
    if row is None:
        return None
    whose = str(ticket_id)
    key = keys.unwrap(row.key_wrapped, Label("ticket.contact.key", whose))
    phone = key.open(row.phone_sealed, Label("ticket.contact.phone", whose)).decode() if row.phone_sealed else None
    return Contact(key.open(row.name_sealed, Label("ticket.contact.name", whose)).decode(), phone)
