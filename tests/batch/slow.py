"""The batch's command with a scripted engine that takes its time, so that it can be killed in the middle.

python -m tests.batch.slow QUESTIONS OUT
"""

import sys

from ergo_demo import __main__ as command
from ergo_demo.batch import cli
from ergo_demo.engines.scripted import ScriptedEngine

if __name__ == "__main__":
    vars(cli)["open_engine"] = lambda _settings, **_options: ScriptedEngine(seconds_per_token=0.002)
    raise SystemExit(command.main(["batch", *sys.argv[1:], "--engine", "scripted", "--samples", "0", "--at-once", "4"]))
