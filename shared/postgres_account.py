"""Which system user PostgreSQL runs as, and what that user is granted when we are root: never more than it needs."""

import os
import pwd
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.postgres_folder import LauncherRefused, Say

ACL = "system.posix_acl_access"
USER_OBJ, USER, GROUP_OBJ, MASK, OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
PASS = 0x1
NOBODY_IN_PARTICULAR = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that PostgreSQL runs as."""

    uid: int
    gid: int
    name: str
    switched: bool
    """True when we are root and it is not."""

    @property
    def user(self) -> int | None:
        """For subprocess: it switches groups, gid and uid, in this order, before preexec_fn runs."""
        return self.uid if self.switched else None

    @property
    def group(self) -> int | None:
        return self.gid if self.switched else None

    @property
    def groups(self) -> list[int] | None:
        return [] if self.switched else None


def account_for(cluster: Path) -> Account:
    """Who PostgreSQL runs as: we ourselves, or, as root, the owner of the cluster, or `nobody` for a new one."""
    uid = os.geteuid()
    if uid == 0 and cluster.exists() and cluster.stat().st_uid != 0:
        uid = cluster.stat().st_uid
    try:
        entry = pwd.getpwuid(uid) if uid else pwd.getpwnam("nobody")
    except KeyError as error:
        who = f"user number {uid} has no name" if uid else "there is no user `nobody`"
        raise LauncherRefused(f"{who} on this machine, and PostgreSQL needs a named user that is not root") from error
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name, switched=os.geteuid() == 0)


def hand_over(cluster: Path, account: Account, say: Say) -> None:
    """As root: the cluster folder, and nothing else, belongs to the account (a copied-back backup may be root's)."""
    if not account.switched or not cluster.exists():
        return
    strangers = [path for path in [cluster, *cluster.rglob("*")] if path.lstat().st_uid != account.uid]
    for path in strangers:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    if strangers:
        say(f"Gave {cluster} to user {account.name}, who runs PostgreSQL (it refuses to run as root)")


def let_in(paths: Iterable[Path], account: Account, say: Say) -> None:
    """As root: grant the account passage (nothing else, to nobody else) through each closed folder above the paths."""
    if not account.switched:
        return
    granted: list[Path] = []
    for folder in dict.fromkeys(folder for path in paths for folder in reversed(path.parents)):
        if _may(account, folder, os.X_OK):
            continue
        try:
            _grant_passage(folder, account.uid)
        except OSError as error:
            raise LauncherRefused(
                f"user {account.name}, who runs PostgreSQL, cannot pass through {folder}: "
                f"`chmod o+x '{folder}'`, or start as an ordinary user"
            ) from error
        granted.append(folder)
    if granted:
        more = f" and {len(granted) - 1} more below it" if len(granted) > 1 else ""
        say(
            f"Granted user {account.name} passage, without reading, through {granted[0]}{more} "
            f"(access list; undo: setfacl -x u:{account.name})"
        )


def let_read(trees: Iterable[Path], account: Account, say: Say) -> None:
    """As root: what a closed umask installed of the wheel's own PostgreSQL is opened for reading."""
    if not account.switched:
        return
    for tree in trees:
        closed = [path for path in (tree, *tree.rglob("*")) if path.stat().st_mode & 0o004 == 0]
        for path in closed:
            mode = path.stat().st_mode & 0o777
            path.chmod(mode | 0o044 | (0o011 if mode & 0o100 else 0))
        if closed:
            say(f"Made the PostgreSQL programs in {tree} readable for user {account.name}")


def _may(account: Account, path: Path, mode: int) -> bool:
    with acting_as(account):
        return os.access(path, mode, effective_ids=True)


@contextmanager
def acting_as(account: Account) -> Iterator[None]:
    """The rights of the account for a moment (effective ids only)."""
    if not account.switched:
        yield
        return
    groups, gid = os.getgroups(), os.getegid()
    os.setgroups([])
    os.setegid(account.gid)
    os.seteuid(account.uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(gid)
        os.setgroups(groups)


def _grant_passage(folder: Path, uid: int) -> None:
    """Add `user:<uid>:--x` to the folder's POSIX access list; owner, group and others keep what they had."""
    entries = {(tag, who): rights for tag, rights, who in _access_list(folder)}
    entries[USER, uid] = entries.get((USER, uid), 0) | PASS
    entries[MASK, NOBODY_IN_PARTICULAR] = PASS | entries.get(
        (MASK, NOBODY_IN_PARTICULAR), entries[GROUP_OBJ, NOBODY_IN_PARTICULAR]
    )
    packed = b"".join(struct.pack("<HHI", tag, rights, who) for (tag, who), rights in sorted(entries.items()))
    os.setxattr(folder, ACL, struct.pack("<I", 2) + packed)


def _access_list(folder: Path) -> list[tuple[int, int, int]]:
    """(tag, rights, id) of each entry; a folder without a list has the three of its mode."""
    try:
        raw = os.getxattr(folder, ACL)
    except OSError:
        mode = folder.stat().st_mode
        parts = ((USER_OBJ, mode >> 6 & 7), (GROUP_OBJ, mode >> 3 & 7), (OTHER, mode & 7))
        return [(tag, rights, NOBODY_IN_PARTICULAR) for tag, rights in parts]
    return list(struct.iter_unpack("<HHI", raw[4:]))
