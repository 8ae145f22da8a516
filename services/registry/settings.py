"""What the registry reads from its environment beside what every room reads."""

from pydantic import Field

from shared.settings import RoomSettings, room_config


class RegistrySettings(RoomSettings):
    """`REGISTRY_…`, or the house-wide name."""

    model_config = room_config("REGISTRY")

    wechat_app_id: str = ""
    wechat_app_secret: str = Field("", repr=False)
    wechat_url: str = "https://api.weixin.qq.com"
    files_url: str = ""
    """Where uploaded files lie: empty for a folder under DATA_DIR, or s3://… / oss://…"""
