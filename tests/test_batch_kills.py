"""A batch that is killed again and again: every prompt accounted for, none paid twice, no file torn."""

import json
import math
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from .calls import bot_for
from .pictures import ROOT, TORTURE
from .providers import Closed, Delay, ProviderServer, Recorded, Refusal, Reset, Status, Truncated
from .providers.fixture import provider
from .test_batch import read_rows

__all__ = ["provider"]

PROMPTS, KILLS, WORKERS = (2000, 40, 8) if TORTURE else (80, 4, 8)
FAULTS: list[Any] = [
    Status(500), Status(502), Reset(), Closed(), Truncated(), Refusal(), Status(400), Status(429, retry_after="0.02"),
]  # fmt: skip

#: Loads everything once; each line of its input is a child that runs the batch and can be killed.
ZYGOTE = """
import os, sys, warnings
import litellm, openai.resources
from llamabot_images import ImageBot
warnings.simplefilter("ignore")
for line in sys.stdin:
    child = os.fork()
    if not child:
        bot = ImageBot("openai/gpt-image-2", api_key=sys.argv[2], api_base=sys.argv[1], size="1024x1024")
        prompts = (f"panda {number}" for number in range(int(sys.argv[3])))
        bot.batch(prompts, "out", max_workers=int(sys.argv[4]))
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be killed")


class Till:
    """A provider's till: which prompts it has charged, with one request in ten going wrong.

    Of each child it answers *most* requests, and lets the others wait until the child is *killed*: so none ends before.
    """

    def __init__(self) -> None:
        self.charged: Counter[str] = Counter()
        self.doubtful = 0
        self.share = 0.1
        self.most: float = 0
        self.killed = threading.Event()
        self._dice = random.Random(5)

    def __call__(self, request: Recorded) -> Any:
        self.most -= 1
        if self.most < 0:
            self.killed.wait(120)
        fault = self._dice.choice(FAULTS) if self._dice.random() < self.share else None
        is_free = isinstance(fault, Refusal) or (isinstance(fault, Status) and fault.status < 500)
        if not is_free:
            self.charged[request.json["prompt"]] += 1
            self.doubtful += fault is not None
        return fault if is_free else Delay(0.03, then=fault)


def test_kills_cost_no_picture_twice(provider: ProviderServer) -> None:
    """Killed at random moments and started anew, a batch ends with every prompt done or known to be doubtful."""
    till = Till()
    provider.always(till)
    kills = kill_again_and_again(provider, till)
    till.share, till.most = 0.0, math.inf

    bot = bot_for(provider, "openai/gpt-image-2")
    result = bot.batch((f"panda {number}" for number in range(PROMPTS)), "out", max_workers=WORKERS)

    assert PROMPTS == len(result) == len(result.ok) + len(result.unknown)
    assert {} == {prompt: count for prompt, count in till.charged.items() if count > 1}
    assert len(result.unknown) <= kills * WORKERS + till.doubtful
    rows = read_rows(Path("out"))
    assert len(result.ok) == len(rows) == len({row["file_name"] for row in rows})
    assert {row["file_name"] for row in rows} == {path.name for path in Path("out").glob("[!.]*.png")}
    assert all(one.resumed for one in bot.batch([one.prompt for one in result.ok], "out"))
    sent = len(provider.posts)
    assert len(result.unknown) == len(bot.batch([one.prompt for one in result.unknown], "out").unknown)
    assert sent == len(provider.posts)
    if TORTURE:
        counts = {"unknown": len(result.unknown), "doubtful": till.doubtful, "charged": till.charged.total()}
        print(json.dumps({"kills": kills, **counts, "posts": sent}))


def kill_again_and_again(provider: ProviderServer, till: Till) -> int:
    """Run the batch in children and kill them at random moments; return how many were killed."""
    about = provider.kwargs_for("gpt-image-2")
    command = [sys.executable, "-c", ZYGOTE, about["api_base"], about["api_key"], str(PROMPTS), str(WORKERS)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    zygote = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert zygote.stdin and zygote.stdout  # noqa: PT018
    dice, share = random.Random(7), max(1, PROMPTS // (KILLS + 1))
    with zygote:
        for _ in range(KILLS):
            before = len(provider.posts)
            till.most = PROMPTS // KILLS - 1
            till.killed.clear()
            zygote.stdin.write("\n")
            zygote.stdin.flush()
            child = int(zygote.stdout.readline())
            end = time.monotonic() + 300
            while len(provider.posts) < before + share * dice.uniform(0.3, 1) and time.monotonic() < end:
                time.sleep(0.002)
            time.sleep(dice.random() * 0.05)
            os.kill(child, signal.SIGKILL)
            till.killed.set()
            assert "ended" == zygote.stdout.readline().strip()
        zygote.stdin.close()
    return KILLS
