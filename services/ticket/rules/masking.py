"""PRI-2: what of a contact is shown to somebody who did not give a purpose."""


def masked_name(name: str) -> str:
    """The surname and one star."""
    return f"{name[:1]}*"


def masked_phone(phone: str) -> str:
    """The first three and the last two digits."""
    return f"{phone[:3]}{'*' * max(len(phone) - 5, 1)}{phone[-2:]}" if len(phone) > 6 else "*" * len(phone)
