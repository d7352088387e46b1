"""Whether a folder lies where SQLite is safe: its write-ahead log needs memory that all processes really share.

On network and user-space file systems it reports "locking protocol", or worse, damages the file. Linux only: elsewhere
nothing is known, and nothing refused.
"""

from pathlib import Path

from ergo_demo.errors import StoreUnsafe

MOUNTS = Path("/proc/self/mountinfo")

SHARED = (
    "nfs", "cifs", "smb", "9p", "fuse", "lustre", "ceph", "gluster", "beegfs", "gpfs", "afs", "ocfs2", "gfs2",
    "vboxsf", "virtiofs", "davfs", "orangefs", "pvfs",
)  # fmt: skip
"""How the names of file systems begin that are no local disk."""


def file_system_of(folder: Path, mounts: Path = MOUNTS) -> str | None:
    """The file system's type under `folder` ("ext4", "fuse.sshfs"); None where the system does not say."""
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return None
    where, best, depth = folder.resolve(), None, 0
    for line in lines:
        place, _, kind = line.partition(" - ")
        # Space, tab, newline and backslash stand there in octal.
        point = Path(place.split()[4].encode("latin-1", "replace").decode("unicode_escape"))
        if where.is_relative_to(point) and len(point.parts) >= depth:
            best, depth = kind.split()[0], len(point.parts)
    return best


def refuse_unsafe(folder: Path, mounts: Path = MOUNTS) -> None:
    """Raises StoreUnsafe where SQLite could lose or damage what it holds."""
    kind = file_system_of(folder, mounts)
    if kind is not None and kind.lower().startswith(SHARED):
        raise StoreUnsafe(
            f"{folder} lies on {kind}, where SQLite is not safe.",
            remedy="Set ERGO_DATA to a folder on a local disk, or ERGO_STORE to a PostgreSQL database.",
        )
