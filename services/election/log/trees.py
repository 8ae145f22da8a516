"""Keeps the trees of logs in mind: a log only grows, so what was read once is never read again."""

from collections import OrderedDict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.election.rules.merkle import Tree
from services.election.tables import Leaf

MOST_LEAVES = 500_000
"""Of all trees together, about 65 MB; the one asked for longest ago goes first."""


class Trees:
    """The trees of one process."""

    def __init__(self) -> None:
        self._trees: OrderedDict[UUID, Tree] = OrderedDict()

    async def tree(self, db: AsyncSession, election_id: UUID, size: int) -> Tree:
        """The tree over at least the first `size` leaves, which a checkpoint says are there."""
        tree = self._trees.pop(election_id, None) or Tree()
        known = len(tree)
        if known < size:
            found = await db.execute(
                select(Leaf.hash)
                .where(Leaf.election_id == election_id, Leaf.log_index >= known, Leaf.log_index < size)
                .order_by(Leaf.log_index)
            )
            fresh = found.scalars().all()
            if len(tree) == known:  # nobody else read on meanwhile
                tree.extend(fresh)
        self._trees[election_id] = tree
        while len(self._trees) > 1 and sum(map(len, self._trees.values())) > MOST_LEAVES:
            self._trees.popitem(last=False)
        return tree
