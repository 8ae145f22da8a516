"""Every table of the registry, under one metadata."""

from services.registry.tables import files, identity, owners, places, rolls
from services.registry.tables.schema import Base

metadata = Base.metadata

__all__ = ["Base", "files", "identity", "metadata", "owners", "places", "rolls"]
