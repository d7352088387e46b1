"""What lies in an export's folder, and whether two of them are the same."""

from pathlib import Path


def files_of(folder: Path) -> dict[str, Path]:
    """Every file by its path within the folder; there is no link among them."""
    paths = [path for path in folder.rglob("*") if not path.is_dir()]
    assert not any(path.is_symlink() for path in paths)
    return {path.relative_to(folder).as_posix(): path for path in paths}


def assert_same(one: Path, two: Path) -> None:
    """Byte for byte."""
    first, second = files_of(one), files_of(two)
    assert set(first) == set(second)
    for name, path in first.items():
        assert path.read_bytes() == second[name].read_bytes(), name
