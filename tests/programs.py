"""Programs in bin/, run as a user runs them: in a process of their own."""

import json
import os
import pathlib
import random
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Program:
    """A program with the flags that its tests share."""

    def __init__(self, name, *flags):
        self.name = name
        self.flags = flags

    def command(self, *flags):
        return [sys.executable, str(ROOT / "bin" / self.name), *self.flags, *map(str, flags)]

    def run(self, workdir, *flags):
        command = self.command(f"--workdir={workdir}", *flags)
        return subprocess.run(
            command, capture_output=True, text=True, env=environment(), check=False
        )

    def stop_when(self, workdir, signum, lines, *flags):
        """Starts it, and sends a signal once it has written so many lines of metrics."""
        command = self.command(f"--workdir={workdir}", *flags)
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment())
        file = workdir / "metrics.jsonl"
        while process.poll() is None:
            if file.exists() and file.read_text().count("\n") >= lines:
                # anywhere in the next epoch, or in what follows it
                time.sleep(random.random() * 0.5)
                process.send_signal(signum)
                break
            time.sleep(0.02)
        _, errors = process.communicate()
        return process.returncode, errors


def environment():
    # whoever sets TensorFlow's log level sees all its notes
    values = {name: v for name, v in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    return {**values, "PYTHONPATH": str(ROOT)}


def metrics(workdir):
    """The lines of metrics, without times."""
    lines = (workdir / "metrics.jsonl").read_text().splitlines()
    values = [json.loads(line) for line in lines]
    for line in values:
        del line["images_per_second"], line["seconds"]
    return values
