"""The fuzzer's targets hold for what the fuzzer has found once, and for a short run where it is installed."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from .fuzz import fuzz_payload, fuzz_provenance, fuzz_replies
from .fuzz.__main__ import TARGETS
from .pictures import ROOT

MODULES = {"payload": fuzz_payload, "replies": fuzz_replies, "provenance": fuzz_provenance}
#: What broke a promise when it was found.
FOUND = {
    "half a character in a data URI with percent signs": ("payload", b"\x01data:image/png;base64,%41\xeb"),
    "a price of more digits than a float has": (
        "replies",
        b'{"data":[],"usage":{"cost_in_usd_ticks":1' + b"0" * 400 + b"}}",
    ),
    "an object in the place of a code, with a signed address in it": (
        "replies",
        b'{"error":{"code":{"url":"https://host.example/a.png?sig=canary-signature-0123456789"}}}',
    ),
}


@pytest.mark.parametrize(("target", "data"), FOUND.values(), ids=FOUND.keys())
def test_what_was_found_once_holds(target: str, data: bytes) -> None:
    """No input that has broken a promise breaks one again."""
    MODULES[target].one_input(data)


@pytest.mark.parametrize("target", TARGETS)
def test_first_inputs_hold(target: str) -> None:
    """What the fuzzer begins with breaks no promise, nor does any of it cut in half."""
    seeds = list(MODULES[target].seeds())

    for seed in seeds:
        MODULES[target].one_input(seed)
        MODULES[target].one_input(seed[: len(seed) // 2])

    assert len(seeds) > 10


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed")
@pytest.mark.parametrize("target", TARGETS)
def test_a_short_run_finds_nothing(target: str, tmp_path: Path) -> None:
    """A thousand inputs of the fuzzer's making break no promise."""
    command = [sys.executable, "-m", "tests.fuzz", target, "-runs=1000", "-seed=7"]

    run = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300
    )

    assert (0, []) == (run.returncode, list(tmp_path.glob(".fuzz/*/*-*"))), run.stderr[-3_000:]
    assert "Done 1000 runs" in run.stderr
