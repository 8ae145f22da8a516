"""What the front door itself refuses, beside the house-wide table."""

from collections.abc import Mapping

from shared.problems import HOUSE, Answer, Refusal, documented


class OriginForbidden(Refusal):
    """A browser page of an origin that CORS_ORIGINS does not name asked whether it may call."""


class BodySlow(Refusal):
    """A body stopped coming, or trickled."""


ERRORS: Mapping[type[Refusal], Answer] = {
    OriginForbidden: Answer(
        403,
        "origin-forbidden",
        "此网页来源未获许可",
        "This page's origin may not call",
        "管理员可在 CORS_ORIGINS 中加入该来源。",
        "The operator can add the origin to CORS_ORIGINS.",
    ),
    BodySlow: Answer(
        408,
        "body-slow",
        "内容传送过慢",
        "The body came too slowly",
        "请检查网络后重发,用同一 Idempotency-Key。",
        "Check the connection and send it again with the same Idempotency-Key.",
    ),
}
answers = documented(ERRORS)


def answer_for(refusal: Refusal) -> Answer:
    """The row of a refusal that the gateway itself raised."""
    return ERRORS.get(type(refusal)) or HOUSE[type(refusal)]
