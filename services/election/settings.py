"""What the election room reads from its environment: what every room reads, and where its notary is."""

from pydantic import Field

from shared.settings import RoomSettings, room_config


class ElectionSettings(RoomSettings):
    """`ELECTION_…`, or the house-wide name."""

    model_config = room_config("ELECTION")

    notary: bool = True
    """Whether this process also signs checkpoints; else `python -m services.election notary` does, somewhere else."""
    notary_database_url: str = Field("", repr=False)
    """postgresql://host/database of the notary's role. Empty: the room's own address, where that needs no password."""
    notary_database_password: str = Field("", repr=False)
    notary_key: str = ""
    """The notary's public key (name+id+key) where its key file does not lie with this process's keys."""
