"""Jobs collected by processes of their own: how much memory they take, and what is left when they are killed."""

import os
import signal
import subprocess
import sys
import time

import pytest

from llamabot_images.jobs import Job

from .providers import ProviderServer
from .providers.batches_api import BatchServer, batches
from .test_batch import read_rows
from .test_jobs import OUT
from .test_jobs_faults import submitted

__all__ = ["batches"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc, and SIGKILL")

SCRIPT = """
import re, sys
from pathlib import Path
from llamabot_images import ImageBot, jobs
job = jobs.job(ImageBot(model="gpt-image-2"), sys.argv[1])
job.status()

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

Path("/proc/self/clear_refs").write_text("5")
before = peak()
done = len(job.collect("out").ok)
print(done, peak() - before)
"""

#: Stands still before it gives a file the fifteenth picture's name, so that it never ends before it is killed.
UNENDING = """
import sys
named = []

def look(event, about):
    if event == "os.link" and str(about[1]).endswith(".png"):
        named.append(about)
        if len(named) == 15:
            sys.stdin.read()

sys.addaudithook(look)
"""


def collecting(batches: ProviderServer, job: Job, script: str = SCRIPT) -> "subprocess.Popen[str]":
    """Start a process that collects a job."""
    variables = os.environ | batches.variables_for("openai")
    command = [sys.executable, "-c", script, job.id]
    return subprocess.Popen(command, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_memory_does_not_grow_with_the_results(batches: BatchServer) -> None:
    """Results of 110 MB are collected within 60 MB."""
    batches.pictures.weight = 4_000_000
    job = submitted(batches, [f"panda {number}" for number in range(20)])

    told = collecting(batches, job).communicate(timeout=300)[0]

    done, grown = map(int, told.split())
    assert 20 == done
    assert grown < 60


def test_kill_while_collecting(batches: BatchServer) -> None:
    """A process that is killed while it saves leaves no torn file, and collecting again saves nothing twice."""
    batches.pictures.weight = 1_000_000
    job = submitted(batches, [f"panda {number}" for number in range(25)])
    process = collecting(batches, job, UNENDING + SCRIPT)
    ends = time.monotonic() + 300
    while len(list(OUT.glob("*.png"))) < 7 and process.poll() is None and time.monotonic() < ends:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate()

    result = job.collect(OUT)

    assert {True, False} == {one.resumed for one in result}
    assert 25 == len(result.ok) == len(read_rows(OUT)) == len(list(OUT.glob("*.png")))
    assert sorted(batches.pictures.served) == sorted(path.read_bytes() for path in result.paths)
