"""The tables of the election room: elections as they stand; rolls, ballots, papers, the log and results, which are only
ever added to."""

from services.election.tables.ballots import (
    Ballot,
    BallotBox,
    BallotNotice,
    BallotObjection,
    BallotReplay,
    BallotVoid,
    NoticeCursor,
    Proxy,
    Transcription,
)
from services.election.tables.elections import Election, Item, Nominee, Step
from services.election.tables.ground import Base
from services.election.tables.log import Checkpoint, Leaf
from services.election.tables.papers import (
    Device,
    Keying,
    Paper,
    PaperBox,
    PaperFact,
    PaperScan,
    PrintRun,
    Settlement,
)
from services.election.tables.results import Objection, Result
from services.election.tables.rolls import RollCorrection, RollEntry, RollHome
from services.election.tables.rulesets import RuleSet, SignOff

metadata = Base.metadata

__all__ = [
    "Ballot",
    "BallotBox",
    "BallotNotice",
    "BallotObjection",
    "BallotReplay",
    "BallotVoid",
    "Base",
    "Checkpoint",
    "Device",
    "Election",
    "Item",
    "Keying",
    "Leaf",
    "Nominee",
    "NoticeCursor",
    "Objection",
    "Paper",
    "PaperBox",
    "PaperFact",
    "PaperScan",
    "PrintRun",
    "Proxy",
    "Result",
    "RollCorrection",
    "RollEntry",
    "RollHome",
    "RuleSet",
    "Settlement",
    "SignOff",
    "Step",
    "Transcription",
    "metadata",
]
