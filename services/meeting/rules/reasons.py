"""Names every reason for which the room refuses, in both languages."""

from collections.abc import Mapping
from enum import StrEnum


class Why(StrEnum):
    """Why something is refused."""

    NO_SUCH_MOVE = "NO_SUCH_MOVE"
    NOT_YOUR_MOVE = "NOT_YOUR_MOVE"
    INCOMPLETE = "INCOMPLETE"
    # topics
    EMERGENCY_IS_A_TICKET = "EMERGENCY_IS_A_TICKET"
    UNLAWFUL = "UNLAWFUL"
    PRIVATE_QUARREL = "PRIVATE_QUARREL"
    OUTSIDE_THE_COMPOUND = "OUTSIDE_THE_COMPOUND"
    RESERVED_TO_OWNERS = "RESERVED_TO_OWNERS"
    PASSES_THE_TEST = "PASSES_THE_TEST"
    NOT_OWNERS_MATTER = "NOT_OWNERS_MATTER"
    NOT_ACCEPTED = "NOT_ACCEPTED"
    LEAD_UNFIT = "LEAD_UNFIT"
    OWN_TOPIC = "OWN_TOPIC"
    NO_LONGER_COLLECTED = "NO_LONGER_COLLECTED"
    SCREENED_ANEW = "SCREENED_ANEW"
    MEETING_UNFIT = "MEETING_UNFIT"
    STILL_POSTED = "STILL_POSTED"
    TASKS_UNFINISHED = "TASKS_UNFINISHED"
    # meetings
    NOTICE_TOO_SHORT = "NOTICE_TOO_SHORT"
    NO_AGENDA = "NO_AGENDA"
    OFFICERS_UNNAMED = "OFFICERS_UNNAMED"
    OFFICERS_NOT_APART = "OFFICERS_NOT_APART"
    NO_MEMBERS = "NO_MEMBERS"
    OUT_OF_TERM = "OUT_OF_TERM"
    TOO_EARLY = "TOO_EARLY"
    VOTE_RUNS = "VOTE_RUNS"
    QUORUM_NEVER_STOOD = "QUORUM_NEVER_STOOD"
    QUORUM_STOOD = "QUORUM_STOOD"
    AGENDA_FROZEN = "AGENDA_FROZEN"
    NOT_OPEN = "NOT_OPEN"
    CODE_WRONG = "CODE_WRONG"
    NOT_PRESENT = "NOT_PRESENT"
    NOT_INVITED = "NOT_INVITED"
    NO_SUCH_ITEM = "NO_SUCH_ITEM"
    QUEUE_FULL = "QUEUE_FULL"
    SPEAKER_WAITS = "SPEAKER_WAITS"
    PAST_SITTING = "PAST_SITTING"
    # resolutions
    MAY_NOT_RESOLVE = "MAY_NOT_RESOLVE"
    NOT_ANNOUNCED = "NOT_ANNOUNCED"
    NO_QUORUM = "NO_QUORUM"
    NOT_AN_ELECTOR = "NOT_AN_ELECTOR"
    VOTED_ALREADY = "VOTED_ALREADY"
    VOTE_NOT_OPEN = "VOTE_NOT_OPEN"
    COUNTED_BY_HAND = "COUNTED_BY_HAND"
    CAST_BY_NAME = "CAST_BY_NAME"
    COUNT_IMPOSSIBLE = "COUNT_IMPOSSIBLE"
    RESOLVED_ALREADY = "RESOLVED_ALREADY"
    NOT_PASSED = "NOT_PASSED"
    # problems and minutes
    NO_PROBLEMS_HERE = "NO_PROBLEMS_HERE"
    ANSWERED_ALREADY = "ANSWERED_ALREADY"
    PROBLEMS_UNANSWERED = "PROBLEMS_UNANSWERED"
    NOT_HELD = "NOT_HELD"
    MINUTES_LAID = "MINUTES_LAID"
    SIGNED_ALREADY = "SIGNED_ALREADY"
    OTHER_TEXT = "OTHER_TEXT"
    NOT_SIGNED_YET = "NOT_SIGNED_YET"
    NOT_NEWEST = "NOT_NEWEST"
    POSTED_ALREADY = "POSTED_ALREADY"


WORDS: Mapping[Why, tuple[str, str]] = {
    Why.NO_SUCH_MOVE: ("当前状态没有这一步。", "There is no such move from this state."),
    Why.NOT_YOUR_MOVE: ("此步由他人办理。", "This move is made by others."),
    Why.INCOMPLETE: ("此步还缺内容。", "Something is missing."),
    Why.EMERGENCY_IS_A_TICKET: ("紧急事项应立即转工单。", "An emergency becomes a ticket at once."),
    Why.UNLAWFUL: ("违法事项不能受理,请说明理由并指引去处。", "Unlawful: rejected, with reason and where to go."),
    Why.PRIVATE_QUARREL: ("私人纠纷不上议事会,请指引调解。", "A private quarrel; point to mediation."),
    Why.OUTSIDE_THE_COMPOUND: ("小区以外的事项请转工单或指引去处。", "Outside the compound: a ticket, or where to go."),
    Why.RESERVED_TO_OWNERS: (
        "民法典第 278 条事项由业主共同决定,议事会只能做准备。",
        "Article 278 reserves this to the owners; a council may only prepare their vote.",
    ),
    Why.PASSES_THE_TEST: ("符合受理条件的议题不能驳回。", "A topic that passes the test is not rejected."),
    Why.NOT_OWNERS_MATTER: ("此事项不属业主共同决定事项。", "This matter is not reserved to the owners."),
    Why.NOT_ACCEPTED: ("只有受理的议题可以列入会议。", "Only an accepted topic is scheduled."),
    Why.LEAD_UNFIT: ("只能并入本小区另一个未表决的议题。", "Merge into another topic here that is not resolved yet."),
    Why.OWN_TOPIC: ("提出人不能附议自己的议题。", "Who put it up does not second it."),
    Why.NO_LONGER_COLLECTED: ("议题已审核,不能再附议。", "It was screened already."),
    Why.SCREENED_ANEW: ("刚刚有人重新审核了此议题,请刷新后再办。", "It was just screened anew; look again."),
    Why.MEETING_UNFIT: ("该会议不能列入此议题。", "This meeting cannot take the topic."),
    Why.STILL_POSTED: ("公示期未满。", "The posting still runs."),
    Why.TASKS_UNFINISHED: ("还有任务未评估。", "Some tasks are not evaluated yet."),
    Why.NOTICE_TOO_SHORT: ("通知时间不足,请推迟开会时间。", "Notice is too short; set a later time."),
    Why.NO_AGENDA: ("请先列出议程。", "Set an agenda first."),
    Why.OFFICERS_UNNAMED: ("请先指定主持人、记录人和见证人。", "Name chair, recorder and witness first."),
    Why.OFFICERS_NOT_APART: ("主持人、记录人、见证人须为三个不同的人。", "Chair, recorder, witness: three persons."),
    Why.NO_MEMBERS: ("没有在任的成员。", "There are no members in term."),
    Why.OUT_OF_TERM: ("开会日不在本届任期内。", "The day is not within the council's term."),
    Why.TOO_EARLY: ("未到开会时间。", "It is not time yet."),
    Why.VOTE_RUNS: ("还有表决正在进行。", "A vote is running."),
    Why.QUORUM_NEVER_STOOD: ("到会人数从未达到法定人数。", "Quorum never stood."),
    Why.QUORUM_STOOD: ("曾达到法定人数,请正常结束会议。", "Quorum stood; close the meeting as held."),
    Why.AGENDA_FROZEN: ("通知发出后议程不能修改。", "The agenda is frozen with the notice."),
    Why.NOT_OPEN: ("会议未在进行。", "The meeting is not open."),
    Why.CODE_WRONG: ("签到码不对或已过期,请重新扫码。", "The code is wrong or over; scan again."),
    Why.NOT_PRESENT: ("此人当前不在会场。", "The person is not present."),
    Why.NOT_INVITED: ("此会议不向您开放。", "This meeting is not open to you."),
    Why.NO_SUCH_ITEM: ("议程中没有这一项。", "The agenda has no such item."),
    Why.QUEUE_FULL: ("您已在发言队列中。", "You are in the queue already."),
    Why.SPEAKER_WAITS: ("请先结束当前发言。", "Somebody is speaking; end that first."),
    Why.PAST_SITTING: ("这是此前场次的发言队列,请重新申请发言。", "That queue was of an earlier sitting; ask anew."),
    Why.MAY_NOT_RESOLVE: ("此类会议不作决议。", "This kind of meeting resolves nothing."),
    Why.NOT_ANNOUNCED: ("未在通知议程中的事项不能表决。", "What was not announced is not voted on."),
    Why.NO_QUORUM: ("在场人数不足法定人数。", "There is no quorum now."),
    Why.NOT_AN_ELECTOR: ("您不在本次表决的名单中。", "You are not on the roll of this vote."),
    Why.VOTED_ALREADY: ("已经投过票,以第一次为准。", "A vote was cast already; the first stands."),
    Why.VOTE_NOT_OPEN: ("表决未在进行。", "The vote is not open."),
    Why.COUNTED_BY_HAND: ("本次表决举手计数。", "This vote is counted by show of hands."),
    Why.CAST_BY_NAME: ("本次表决逐人投票,不收总数。", "This vote is cast one by one; no count is entered."),
    Why.COUNT_IMPOSSIBLE: ("票数与在场人数不符。", "The count does not fit those present."),
    Why.RESOLVED_ALREADY: ("此议程已有表决。", "This item has its resolution."),
    Why.NOT_PASSED: ("只有通过的决议可以分派任务。", "Only a passed resolution has tasks."),
    Why.NO_PROBLEMS_HERE: ("问题清单只属于开放议事会。", "Problems are listed at an open council."),
    Why.ANSWERED_ALREADY: ("此问题已答复。", "The problem is answered already."),
    Why.PROBLEMS_UNANSWERED: ("还有问题未答复。", "Some problems are not answered."),
    Why.NOT_HELD: ("会议尚未开完。", "The meeting was not held yet."),
    Why.MINUTES_LAID: ("纪要已提交签字,更正请说明理由并另立新版。", "They are laid; a correction is a new version."),
    Why.SIGNED_ALREADY: ("您已签字。", "You signed already."),
    Why.OTHER_TEXT: ("所签内容与纪要不符,请重新阅读。", "This is another text; read it again."),
    Why.NOT_SIGNED_YET: ("纪要未签齐。", "The minutes are not signed by all three."),
    Why.NOT_NEWEST: ("已有更新的版本。", "There is a newer version."),
    Why.POSTED_ALREADY: ("此版本已公示。", "This version is posted."),
}  # fmt: skip
