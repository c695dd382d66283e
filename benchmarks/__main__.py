"""``make bench``: prompt to saved file, and imports, as ratios against peers measured in the same run."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from benchmarks.ways import WAYS, FsyncClock, Way

SIZES = {"20 KB": 20_000, "4 MB": 4_000_000}
ROUNDS = {"20 KB": 30, "4 MB": 8}
WARM_UP = 2
IN_A_ROW = 5


@contextmanager
def provider():
    """Run the server; give the base address of its API."""
    names = {name.replace(" ", "").lower(): size for name, size in SIZES.items()}
    command = [sys.executable, "-m", "benchmarks.server", json.dumps(names)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        port = server.stdout.readline().split()[0]
        yield f"http://127.0.0.1:{port}"
        server.stdin.close()


def pictures() -> None:
    """Measure all ways for both sizes and both forms."""
    print("Prompt to saved file, median ms (ours without fsync, which the others do not do)\n")
    print(f"{'':16}" + "".join(f"{name:>14}" for name in WAYS) + f"{'fsync':>10}{'by hand/ours':>15}{'ours/raw':>10}")
    with provider() as base:
        for size in SIZES:
            for form in ("url", "b64"):
                _measure(base, size, form)


def _measure(base: str, size: str, form: str) -> None:
    api = f"{base}/{size.replace(' ', '').lower()}/{form}/v1"
    ways = {name: build(api) for name, build in WAYS.items()}
    times: dict[str, list[float]] = {name: [] for name in ways}
    fsyncs: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS[size] + WARM_UP):
            for name, draw in ways.items():
                took, synced = _block(draw, f"{name.split()[0].lower()}-{number}", Path(folder))
                if number >= WARM_UP:
                    times[name].append(took)
                    fsyncs += [synced] if name == "ours" else []
    middle = {name: statistics.median(one) * 1e3 for name, one in times.items()}
    print(
        f"{size + ' ' + form:16}"
        + "".join(f"{one:14.2f}" for one in middle.values())
        + f"{statistics.median(fsyncs) * 1e3:10.2f}{middle['by hand'] / middle['ours']:15.2f}"
        + f"{middle['ours'] / middle['raw httpx']:10.2f}"
    )


def _block(draw: Way, stem: str, folder: Path) -> tuple[float, float]:
    """Draw some pictures in a row and return the seconds for one, without and in fsync.

    LiteLLM goes on logging in a thread after it has returned; in a row, each way pays for its own.
    """
    with FsyncClock() as clock:
        began = time.perf_counter()
        for number in range(IN_A_ROW):
            draw(f"{stem}-{number}", folder)
        took = time.perf_counter() - began
    return (took - clock.seconds) / IN_A_ROW, clock.seconds / IN_A_ROW


def connections() -> None:
    """Count the connections of 100 calls of one bot."""
    with provider() as base, tempfile.TemporaryDirectory() as folder:
        draw = WAYS["ours"](f"{base}/20kb/url/v1")
        for number in range(100):
            draw(f"picture-{number}", Path(folder))
        with urllib.request.urlopen(f"{base}/connections") as reply:
            api, images = json.load(reply)
    print(f"\n100 calls by URL opened {api - 1} connections to the API and {images} to the image host")


def imports() -> None:
    """Measure imports in fresh interpreters."""
    print("\nImport in a fresh interpreter, ms over an empty one (median of 7)\n")
    empty = _fresh("pass")
    for name in ("llamabot_images", "openai", "litellm"):
        print(f"{name:16}{(_fresh(f'import {name}') - empty) * 1e3:14.1f}")


def _fresh(code: str) -> float:
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    took = []
    for _ in range(8):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
        took.append(time.perf_counter() - began)
    return statistics.median(took[1:])


if __name__ == "__main__":
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    pictures()
    connections()
    imports()
