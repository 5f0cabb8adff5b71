"""Where a file lies: the type of its file system, and whether that can be written."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
"""What Linux tells of its mounts; elsewhere nothing is known, and nothing is claimed."""
NETWORK = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "smb2", "ncpfs", "afs", "coda", "davfs", "9p", "virtiofs"),
        *("lustre", "beegfs", "gpfs", "ceph", "glusterfs", "orangefs", "pvfs2", "panfs", "gfs2", "ocfs2", "wekafs"),
        *(
            "vboxsf",
            "prl_fs",
            "vmhgfs",
            "fuse.vmhgfs-fuse",
            "fuse.sshfs",
            "fuse.glusterfs",
            "fuse.ceph",
            "fuse.ceph-fuse",
        ),
        *("fuse.s3fs", "fuse.rclone", "fuse.gcsfuse", "fuse.juicefs", "fuse.mfs", "fuse.moosefs", "fuse.lustre"),
        *("fuse.davfs", "fuse.gvfsd-fuse", "fuse.cvmfs2", "fuse.onedriver", "fuse.smbnetfs", "fuse.quobyte"),
    }
)
"""File systems that other machines may write to as well, by their names in Linux: memory is not shared through them."""

SYSTEM = frozenset(
    {"proc", "sysfs", "devpts", "cgroup", "cgroup2", "debugfs", "tracefs", "securityfs", "configfs", "efivarfs"}
)
"""File systems that show what the system is and does, by their names in Linux: nobody can keep files there."""


@dataclass(frozen=True)
class Place:
    """The file system in which a file lies.

    Attributes
    ----------
    type
        Its name in Linux, such as `ext4` or `nfs4`.
    mount
        The folder at which it is mounted.
    read_only
        Nobody can write there through this mount.
    frozen
        Nobody on this machine can write there at all: it is not only this mount that is read-only.
    """

    type: str
    mount: str
    read_only: bool
    frozen: bool

    @property
    def network(self) -> bool:
        """Whether other machines may write there too."""
        return self.type in NETWORK

    @property
    def keeps_files(self) -> bool:
        """Whether new files can be there at all, whoever makes them."""
        return self.type not in SYSTEM

    def __str__(self) -> str:
        """Return the type and the folder, as they go into a message."""
        return f"{self.type} at {self.mount}"


def place_of(path: str | os.PathLike[str]) -> Place | None:
    """Return where a file lies, or would lie if it were there; None where the system does not tell."""
    try:
        mounts = MOUNTS.read_text(errors="surrogateescape")
    except OSError:
        return None
    return find_place(mounts, os.path.realpath(path))


def find_place(mounts: str, path: str) -> Place | None:
    """Return the place of an absolute path without links, according to the text of `/proc/self/mountinfo`.

    The longest mount point that the path is below holds it; of several mounts at one point, the last one hides the
    others. Lines that cannot be read are passed over.
    """
    found: Place | None = None
    for line in mounts.splitlines():
        place = _read(line)
        if (
            place is not None
            and _is_below(path, place.mount)
            and (found is None or len(place.mount) >= len(found.mount))
        ):
            found = place
    return found


def _read(line: str) -> Place | None:
    # 36 35 98:0 /root /mount rw,noatime shared:1 - ext4 /dev/sda1 rw,errors=continue
    mount, separator, system = line.partition(" - ")
    words, of_system = mount.split(" "), system.split(" ")
    if not separator or len(words) < 6 or len(of_system) < 3:
        return None
    frozen = "ro" in of_system[-1].split(",")
    return Place(of_system[0], _unescaped(words[4]), frozen or "ro" in words[5].split(","), frozen)


def _unescaped(text: str) -> str:
    """Return a path with its blanks: the kernel writes these as three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
