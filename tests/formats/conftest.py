"""The readers here run where `tests/formats/run` installs their libraries, and nowhere else."""

collect_ignore_glob = ["read_*.py"]
