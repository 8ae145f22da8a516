"""Which status, title and text each refusal of the registry is answered with: one table."""

from collections.abc import Mapping

from shared.files import REFERENCE_REFUSED, ReferenceRefused
from shared.problems import RETRY, Answer, Refusal, documented
from shared.uploads import FILE_REFUSED, FileRefused


class RegionUnknown(Refusal):
    pass


class RegionRefused(Refusal):
    """Facts: reason_zh, reason_en."""


class RegionTaken(Refusal):
    """Facts: code."""


class CompoundUnknown(Refusal):
    pass


class CompoundRefused(Refusal):
    """Facts: reason_zh, reason_en."""


class HomeUnknown(Refusal):
    pass


class HomeRefused(Refusal):
    """Facts: reason_zh, reason_en."""


class HomeTaken(Refusal):
    """Facts: label."""


class RollFileRefused(Refusal):
    """The file as such cannot be read. Facts: fault, reason_zh, reason_en."""


class RollImportUnknown(Refusal):
    pass


class PersonUnknown(Refusal):
    pass


class PersonErased(Refusal):
    pass


class PersonOwns(Refusal):
    """BAL-8. An owner's data are kept while he owns."""


class FileUnknown(Refusal):
    """No such file, or another's."""


class SignInRefused(Refusal):
    """What was presented is not right; which part is not said. Facts: error (RFC 6749)."""

    keeps = True


class ClientRefused(SignInRefused):
    """RFC 6749 5.2: a client that is not who it says. Facts: error, challenge."""


class SignInLocked(Refusal):
    """Facts: retry_after, error."""


class SecondFactorNeeded(Refusal):
    """Facts: error, second_factor."""


class GrantTypeUnknown(Refusal):
    """Facts: error, supported."""


class SessionEnded(Refusal):
    """The refresh token is unknown, used, or of a session that ended. Facts: error."""

    keeps = True


class MiniProgramAway(Refusal):
    """Facts: retry_after."""


class PasswordWeak(Refusal):
    """Facts: faults, a list of PasswordFault values."""


class LoginTaken(Refusal):
    pass


class AccountStands(Refusal):
    pass


class ScopeUnknown(Refusal):
    """Facts: scope."""


class RolesFull(Refusal):
    """Facts: most."""


class FactorRefused(Refusal):
    pass


class StepUpRefused(FactorRefused):
    """BAL-5. The code is wrong, or was used before."""

    keeps = True


class FactorMissing(Refusal):
    """BAL-5. No second factor is set up."""


class DoorCodeRefused(Refusal):
    """Unknown, used, expired or withdrawn; which is not said."""

    keeps = True


class DoorCodeTries(Refusal):
    """Facts: retry_after."""


class BindingUnknown(Refusal):
    pass


class RoleNotYours(Refusal):
    """Facts: role."""


class RoleClashes(Refusal):
    pass


class RoleHeld(Refusal):
    pass


class GrantUnknown(Refusal):
    pass


class HolderUnknown(Refusal):
    pass


class ClientUnknown(Refusal):
    pass


class ClientNameTaken(Refusal):
    pass


class SecretsFull(Refusal):
    pass


class SecretUnknown(Refusal):
    pass


ERRORS: Mapping[type[Refusal], Answer] = {
    RegionUnknown: Answer(404, "region-unknown", "没有这个区划", "No such region"),
    RegionRefused: Answer(
        422, "region-refused", "区划不能这样登记", "The region cannot be entered like this", "{reason_zh}",
        "{reason_en}",
    ),
    RegionTaken: Answer(
        409, "region-taken", "该区划代码已登记", "This region code is taken", "代码 {code} 已登记为别的名称或上级。",
        "Code {code} is entered with another name or parent.", members=("code",),
    ),
    CompoundUnknown: Answer(404, "compound-unknown", "没有这个小区", "No such compound"),
    CompoundRefused: Answer(
        422, "compound-refused", "小区不能这样登记", "The compound cannot be entered like this", "{reason_zh}",
        "{reason_en}",
    ),
    HomeUnknown: Answer(404, "home-unknown", "没有这一户", "No such home"),
    HomeRefused: Answer(
        422, "home-refused", "这一户不能这样登记", "The home cannot be entered like this", "{reason_zh}", "{reason_en}"
    ),
    HomeTaken: Answer(
        409, "home-taken", "该户已登记", "This home is on the register", "{label} 已在册。",
        "{label} is on the register.", members=("label",),
    ),
    RollFileRefused: Answer(
        422, "roll-file-refused", "文件无法读入", "The file cannot be read", "{reason_zh}", "{reason_en}",
        members=("fault",),
    ),
    RollImportUnknown: Answer(404, "roll-import-unknown", "没有这次导入", "No such import"),
    PersonUnknown: Answer(404, "person-unknown", "没有这个人", "No such person"),
    PersonErased: Answer(
        409, "person-erased", "此人的资料已删除", "This person's data was erased", "已删除的资料无法再显示。",
        "What was erased cannot be shown again.",
    ),
    PersonOwns: Answer(
        409, "person-owns", "此人是业主", "This person owns a home", "业主资料在其拥有房屋期间依法保存，不能删除。",
        "An owner's data are kept as the law asks while he owns the home.",
    ),
    FileUnknown: Answer(404, "file-unknown", "没有这个文件", "No such file"),
    FileRefused: FILE_REFUSED,
    ReferenceRefused: REFERENCE_REFUSED,
    SignInRefused: Answer(
        400, "sign-in-refused", "登录未成功", "Sign-in refused", "登录凭据不正确或已失效。",
        "What was presented is not right or no longer valid.", members=("error",),
    ),
    ClientRefused: Answer(
        401, "client-refused", "接入方身份不正确", "The client is not who it says", members=("error",),
        headers=(("WWW-Authenticate", "challenge"),),
    ),
    SignInLocked: Answer(
        429, "sign-in-locked", "登录已锁定", "Sign-in is locked", "连续失败次数过多,请在 {retry_after} 秒后再试。",
        "Too many failures in a row; retry in {retry_after} s.", members=("error",), headers=RETRY,
    ),
    SecondFactorNeeded: Answer(
        400, "second-factor-needed", "需要动态口令", "A second factor is needed", "请同时填写动态口令 otp。",
        "Send the one-time password (otp) too.", members=("error", "second_factor"),
    ),
    GrantTypeUnknown: Answer(
        400, "grant-type-unknown", "不支持此登录方式", "This grant type is not offered", members=("error", "supported")
    ),
    SessionEnded: Answer(
        400, "session-ended", "登录已结束", "The session has ended", "请重新登录。", "Sign in again.",
        members=("error",),
    ),
    MiniProgramAway: Answer(
        503, "mini-program-away", "小程序登录服务没有应答", "The mini-program's sign-in service does not answer",
        headers=RETRY,
    ),
    PasswordWeak: Answer(
        422, "password-weak", "密码不符合要求", "The password is too weak",
        "至少 8 位,含大小写字母、数字、符号中的三种,且不含登录名。",
        "At least 8 characters of three kinds, and not the login.", members=("faults",),
    ),
    LoginTaken: Answer(409, "login-taken", "登录名已被使用", "This login is taken"),
    AccountStands: Answer(
        409, "account-stands", "此人已有登录方式", "This person can sign in already",
        "由本人在「我的」中设置密码;遗忘密码者由系统管理员重新邀请。",
        "He sets his password himself under /v1/me; an administrator may invite him anew.",
    ),
    ScopeUnknown: Answer(
        422, "scope-unknown", "没有这个区划或小区代码", "No region or compound has this code", members=("scope",)
    ),
    RolesFull: Answer(
        409, "roles-full", "此人的角色已达上限", "This person holds too many roles", "最多 {most} 项,请授予上级范围。",
        "At most {most}; give one on a wider code.",
    ),
    FactorRefused: Answer(
        422, "factor-refused", "动态口令不正确", "The one-time password is not right", "请核对手机时间后再试。",
        "Check the phone's clock and try again.",
    ),
    FactorMissing: Answer(
        409, "factor-missing", "尚未设置动态口令", "No second factor is set up",
        "请先在「我的」中设置动态口令,或使用纸质选票。", "Set one up under /v1/me/second-factors, or use the paper.",
    ),
    DoorCodeRefused: Answer(
        422, "door-code-refused", "绑定码无效", "The door code is not valid", "绑定码不存在、已使用或已过期。",
        "It is unknown, used or expired.",
    ),
    DoorCodeTries: Answer(
        429, "door-code-tries", "尝试次数过多", "Too many tries", "请在 {retry_after} 秒后再试。",
        "Retry in {retry_after} s.", headers=RETRY,
    ),
    BindingUnknown: Answer(404, "binding-unknown", "没有这个绑定", "No such binding"),
    RoleNotYours: Answer(
        403, "role-not-yours", "您不能授予或收回此角色", "You may not give or end this role", members=("role",)
    ),
    RoleClashes: Answer(
        409, "role-clashes", "此角色不能与已有角色兼任", "This role may not stand beside one that is held"
    ),
    RoleHeld: Answer(409, "role-held", "已有此角色", "The role is held already"),
    GrantUnknown: Answer(404, "grant-unknown", "没有这项授权", "No such grant"),
    HolderUnknown: Answer(404, "holder-unknown", "没有这个人或接入方", "No such person or client"),
    ClientUnknown: Answer(404, "client-unknown", "没有这个接入方", "No such client"),
    ClientNameTaken: Answer(409, "client-name-taken", "接入方名称已被使用", "This client name is taken"),
    SecretsFull: Answer(
        409, "secrets-full", "已有两个有效密钥", "Two secrets are live already", "请先停用一个。", "End one first."
    ),
    SecretUnknown: Answer(404, "secret-unknown", "没有这个密钥", "No such secret"),
}  # fmt: skip

answers = documented(ERRORS)
