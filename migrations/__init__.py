"""One Alembic history per room, each in its own schema, run by the room's owner role."""
