"""``python -m benchmarks.batches``: what a batch costs in time and memory, beside LiteLLM's async function alone.

``python -m benchmarks.batches many 1000 100000`` saves so many tiny pictures offline, and tells what grows with them.
"""

import asyncio
import base64
import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.server import USAGE, USAGE_DETAILS, picture

LATENCY = 0.25
PROMPTS, WORKERS = 600, 64
HEAVY, HEAVY_WORKERS, HEAVY_SIZE = 1000, 16, 2_000_000
MODEL = "gpt-image-2"


async def serve(size: int, latency: float) -> None:
    """Answer every request with one picture, *latency* seconds later, until standard input closes."""
    text = base64.b64encode(picture(size)).decode()
    body = json.dumps({"created": 1, "data": [{"b64_json": text}], "usage": USAGE | USAGE_DETAILS}).encode()
    answer = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                await reader.readexactly(int(head.partition("content-length:")[2].split("\r\n")[0]))
                await asyncio.sleep(latency)
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)  # with connections still open, which asyncio would complain about


@contextmanager
def provider(size: int, latency: float) -> Iterator[str]:
    """Run the server in a process of its own; give the base address of its API."""
    command = [sys.executable, "-m", "benchmarks.batches", "serve", str(size), str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
        server.stdin.close()


def bot_for(api: str) -> Any:
    """Return a bot that asks the server."""
    from llamabot_images import ImageBot

    return ImageBot(f"openai/{MODEL}", api_key="key", api_base=api)


def ours(api: str, folder: str) -> None:
    """Draw and save all by ``batch``."""
    from llamabot_images import batch

    batch.run(bot_for(api), _prompts(PROMPTS), folder, max_workers=WORKERS, progress=False)


def ours_async(api: str, folder: str) -> None:
    """Draw and save all by ``abatch``."""
    from llamabot_images import batch

    asyncio.run(batch.arun(bot_for(api), _prompts(PROMPTS), folder, max_workers=WORKERS, progress=False))


def litellm_alone(api: str, folder: str) -> None:
    """Ask for all with LiteLLM's async function, and save nothing."""
    import litellm

    async def all_of_them() -> None:
        gate = asyncio.Semaphore(WORKERS)

        async def one(prompt: str) -> None:
            async with gate:
                await litellm.aimage_generation(prompt=prompt, model=f"openai/{MODEL}", api_key="key", api_base=api)

        await asyncio.gather(*(one(prompt) for prompt in _prompts(PROMPTS)))

    asyncio.run(all_of_them())


def _prompts(count: int) -> list[str]:
    return [f"a red panda, number {number}" for number in range(count)]


def speed() -> None:
    """Measure the three ways in turn, a few rounds each."""
    ideal = PROMPTS / WORKERS * LATENCY
    print(f"{PROMPTS} prompts, {WORKERS} workers, {LATENCY * 1e3:.0f} ms each; the ideal is {ideal:.2f} s\n")
    ways: dict[str, Callable[[str, str], None]] = {
        "ours": ours,
        "ours, async": ours_async,
        "LiteLLM async": litellm_alone,
    }
    best, least = dict.fromkeys(ways, float("inf")), dict.fromkeys(ways, float("inf"))
    with provider(20_000, LATENCY) as api:
        for _ in range(4):
            for name, way in ways.items():
                with tempfile.TemporaryDirectory() as folder:
                    began, spent = time.perf_counter(), time.process_time()
                    way(api, folder)
                    best[name] = min(best[name], time.perf_counter() - began)
                    least[name] = min(least[name], time.process_time() - spent)
    for name, took in best.items():
        times = f"{took:8.2f} s{took / ideal:8.2f} x ideal{took / best['LiteLLM async']:8.2f} x LiteLLM async"
        print(f"{name:16}{times}{least[name]:8.2f} s of a processor")


def memory() -> None:
    """Measure how far the resident size goes above that after the first picture."""
    import psutil

    from llamabot_images import batch

    process, peak = psutil.Process(), 0
    running = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not running.wait(0.005):
            peak = max(peak, process.memory_info().rss)

    with provider(HEAVY_SIZE, 0.05) as api, tempfile.TemporaryDirectory() as folder:
        bot = bot_for(api)
        batch.run(bot, ["the first one"], folder, progress=False)
        gc.collect()
        before = process.memory_info().rss
        threading.Thread(target=watch, daemon=True).start()
        began = time.perf_counter()
        result = batch.run(bot, _prompts(HEAVY), Path(folder), max_workers=HEAVY_WORKERS, progress=False)
        took = time.perf_counter() - began
        running.set()
    size = HEAVY_SIZE / 1e6
    print(f"\n{len(result.ok)} pictures of {size:.0f} MB, {HEAVY_WORKERS} workers: {took:.1f} s, resident")
    print(f"{before / 2**20:.0f} MB after the first picture, {(peak - before) / 2**20:+.0f} MB at the peak")


def many(count: int) -> None:
    """Draw tiny pictures offline, twice: the second run finds them all done."""
    print(f"{count:,} pictures")
    with tempfile.TemporaryDirectory(dir=".") as folder:
        for run in ("made", "found again"):
            command = [sys.executable, "-m", "benchmarks.batches", "once", str(count), folder]
            began = time.perf_counter()
            peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
            print(f"  {run:12}{time.perf_counter() - began:10.1f} s, at most {peak} MB resident", flush=True)
        for name in ("metadata.jsonl", ".llamabot-images/journal.jsonl"):
            print(f"  {name:32}{Path(folder, name).stat().st_size / 1e6:10.2f} MB", flush=True)


def once(count: int, folder: str) -> None:
    """Run one batch, and print this process's peak in MB. Each drawing is one red square: the batch is measured."""
    import resource

    from PIL import Image

    from llamabot_images import ImageBot, sketch

    square = Image.new("RGB", (32, 32), "red")
    sketch.draw = lambda prompt, width, height, **settings: square
    bot = ImageBot("offline/sketch", size="32x32")
    result = bot.batch((f"red {number}" for number in range(count)), folder, progress=False)
    assert len(result.ok) == count
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(int(sys.argv[2]), float(sys.argv[3])))
    elif sys.argv[1:2] == ["once"]:
        once(int(sys.argv[2]), sys.argv[3])
    elif sys.argv[1:2] == ["many"]:
        for number in sys.argv[2:]:
            many(int(number))
    else:
        speed()
        memory()
