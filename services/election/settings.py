"""What the election room reads from its environment: what every room reads."""

from shared.settings import RoomSettings, room_config


class ElectionSettings(RoomSettings):
    """`ELECTION_…`, or the house-wide name."""

    model_config = room_config("ELECTION")
