"""PRI-2, PUB-4: what of a person is shown to somebody who did not give a purpose."""


def masked_name(name: str) -> str:
    """The surname and one star: "黄杰静" -> "黄*"."""
    return f"{name[:1]}*" if name else "*"


def masked_phone(phone: str) -> str:
    """The first three and the last two digits: "14000005544" -> "140******44"."""
    return f"{phone[:3]}{'*' * max(len(phone) - 5, 1)}{phone[-2:]}" if len(phone) > 6 else "*" * len(phone)


def masked_number(number: str) -> str:
    """The last two signs of an id number: they tell a typing error from another person, and nobody who."""
    return f"{'*' * max(len(number) - 2, 1)}{number[-2:]}" if len(number) > 4 else "*" * len(number)
