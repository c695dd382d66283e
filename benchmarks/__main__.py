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
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ways import WAYS, FsyncClock, Way

SIZES = {"20 KB": 20_000, "4 MB": 4_000_000}
ROUNDS = {"20 KB": 30, "4 MB": 12}
WARM_UP = 2
IN_A_ROW = 5
SETTLE = 0.01  # seconds
PROGRAM = Path(sys.executable).with_name("llamabot-images")


@dataclass(frozen=True)
class Took:
    """Seconds for one picture: by the clock, on the processor, and in fsync, which counts in neither."""

    wall: float
    cpu: float
    fsync: float


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
    print("Prompt to saved file: median ms (ours without fsync, which the others do not do), and median of the ratios")
    print("of each round, by the clock and by processor time, which a busy machine disturbs less\n")
    print(f"{'':12}" + "".join(f"{name:>12}" for name in WAYS), end="")
    print(f"{'fsync':>8}{'by hand/ours':>14}{'(cpu)':>7}{'ours/raw':>10}{'(cpu)':>7}")
    with provider() as base:
        for size in SIZES:
            for form in ("url", "b64"):
                took = _measure(f"{base}/{size.replace(' ', '').lower()}/{form}/v1", ROUNDS[size])
                print(_row(f"{size} {form}", took), flush=True)


def _row(name: str, took: dict[str, list[Took]]) -> str:
    middle = [statistics.median(one.wall for one in each) * 1e3 for each in took.values()]
    fsync = statistics.median(one.fsync for one in took["ours"]) * 1e3
    hand, raw = _ratio(took["by hand"], took["ours"]), _ratio(took["ours"], took["raw httpx"])
    times = "".join(f"{one:12.2f}" for one in middle)
    return f"{name:12}{times}{fsync:8.2f}{hand[0]:14.2f}{hand[1]:7.2f}{raw[0]:10.2f}{raw[1]:7.2f}"


def _ratio(upper: list[Took], lower: list[Took]) -> tuple[float, float]:
    pairs = list(zip(upper, lower, strict=True))
    return statistics.median(a.wall / b.wall for a, b in pairs), statistics.median(a.cpu / b.cpu for a, b in pairs)


def _measure(api: str, rounds: int) -> dict[str, list[Took]]:
    """Draw by all ways in turn, another one first in each round."""
    ways = {name: build(api) for name, build in WAYS.items()}
    took: dict[str, list[Took]] = {name: [] for name in ways}
    names = list(ways)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds + WARM_UP):
            for name in names[number % len(names) :] + names[: number % len(names)]:
                took[name].append(_block(ways[name], f"{name.split()[0].lower()}-{number}", Path(folder)))
    return {name: found[WARM_UP:] for name, found in took.items()}


def _block(draw: Way, stem: str, folder: Path) -> Took:
    """Draw some pictures in a row and return what one took.

    LiteLLM goes on logging in a thread after it has returned: in a row, each way pays for its own, and the
    processor time has all of it. The files are removed, since a file system that gets new memory for each picture
    takes longer than all the rest.
    """
    with FsyncClock() as clock:
        wall, cpu = time.perf_counter(), time.process_time()
        for number in range(IN_A_ROW):
            draw(f"{stem}-{number}", folder)
        wall = time.perf_counter() - wall - clock.seconds
    time.sleep(SETTLE)
    cpu = time.process_time() - cpu - clock.cpu
    for path in folder.iterdir():
        path.unlink()
    return Took(wall / IN_A_ROW, cpu / IN_A_ROW, clock.seconds / IN_A_ROW)


def connections() -> None:
    """Count the connections of 100 calls of one bot."""
    with provider() as base, tempfile.TemporaryDirectory() as folder:
        draw = WAYS["ours"](f"{base}/20kb/url/v1")
        for number in range(100):
            draw(f"picture-{number}", Path(folder))
        with urllib.request.urlopen(f"{base}/connections") as reply:
            api, images = json.load(reply)
    print(f"\n100 calls by URL opened {api - 1} connections to the API and {images} to the image host")


def starts() -> None:
    """Measure imports and the program's help in fresh interpreters."""
    print("\nIn a fresh interpreter, ms over an empty one (median of 7)\n")
    empty = _fresh(sys.executable, "-c", "pass")
    for name in ("llamabot_images", "openai", "litellm"):
        print(f"{'import ' + name:24}{(_fresh(sys.executable, '-c', f'import {name}') - empty) * 1e3:10.1f}")
    print(f"{'llamabot-images --help':24}{(_fresh(str(PROGRAM), '--help') - empty) * 1e3:10.1f}")


def _fresh(*command: str) -> float:
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    took = []
    for _ in range(8):
        began = time.perf_counter()
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - began)
    return statistics.median(took[1:])


if __name__ == "__main__":
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    pictures()
    connections()
    starts()
