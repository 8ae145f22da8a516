"""What reading a log needs of its process: the trees in mind, and the notary's public key."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from services.election.errors import CheckpointMissing
from services.election.log.trees import Trees


@dataclass(frozen=True, slots=True)
class Archive:
    """One a process."""

    trees: Trees
    notary_key: str | None
    """name+id+key; None where this process knows of no notary."""

    @property
    def notary(self) -> str:
        """Errors: CheckpointMissing."""
        if self.notary_key is None:
            raise CheckpointMissing
        return self.notary_key


async def _archive(request: Request) -> Archive:
    found: Archive = request.app.state.archive
    return found


AtTheArchive = Annotated[Archive, Depends(_archive)]
