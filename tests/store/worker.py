"""One writing process, to be killed: submits and keeps photos without end, and says on a file what was acknowledged.

python -m tests.store.worker DATA NAME NUMBER    NUMBER submissions; says each acknowledged id on its output
"""

import os
import sys
from pathlib import Path

from ergo_demo.store.store import Store, open_store
from tests.store.making import keep_photo, receipt, submission_of

ITEMS = 10


def work(store: Store, name: str, said: int, number: int | None = None) -> None:
    """`said`: a file descriptor; each line is one write, after the acknowledgement."""
    done = 0
    while number is None or done < number:
        submission = submission_of(f"i{done % ITEMS}", base=done // ITEMS)
        got = receipt(store.submit(submission, name))
        os.write(said, f"row {got.id}\n".encode())
        done += 1
        if done % 8 == 0:
            image = keep_photo(store, f"{name} {done}".encode() * 5000)
            os.write(said, f"photo {image.blob_sha256}\n".encode())


def run(data: Path, name: str, said: Path) -> None:
    handle = os.open(said, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    with open_store(data) as store:
        work(store, name, handle)


if __name__ == "__main__":
    with open_store(Path(sys.argv[1])) as opened:
        work(opened, sys.argv[2], sys.stdout.fileno(), int(sys.argv[3]))
