"""What the election room reads from its environment: what every room reads, and where its notary is."""

from shared.settings import RoomSettings, room_config


class ElectionSettings(RoomSettings):
    """`ELECTION_…`, or the house-wide name."""

    model_config = room_config("ELECTION")

    notary: bool = True
    """Whether this process also signs checkpoints; else `python -m services.election notary` does, somewhere else."""
    notary_database_url: str = ""
    """postgresql://notary@host/database. Empty: the room's own address with the notary's role, where none needs a
    password."""
    notary_key: str = ""
    """The notary's public key (name+id+key) where its key file is not in this house's folder."""
