"""Four ways from a prompt to a saved file."""

import base64
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["WAYS", "FsyncClock", "Way"]

MODEL = "gpt-image-2"
Way = Callable[[str, Path], None]


def ours(api: str) -> Way:
    """Return our way: one bot, pictures named after the prompt."""
    from llamabot_images import ImageBot

    bot = ImageBot(model=f"openai/{MODEL}", api_key="key", api_base=api)

    def draw(prompt: str, folder: Path) -> None:
        bot.save_dir = folder
        bot(prompt)

    return draw


def by_hand(api: str) -> Way:
    """Return the way people write it: LiteLLM, then ``httpx.get`` or base64, then ``write_bytes``."""
    import httpx
    import litellm

    def draw(prompt: str, folder: Path) -> None:
        reply = litellm.image_generation(prompt=prompt, model=f"openai/{MODEL}", api_key="key", api_base=api)
        item = reply.data[0]
        data = base64.b64decode(item.b64_json) if item.b64_json else httpx.get(item.url).content
        (folder / f"{prompt}.png").write_bytes(data)

    return draw


def openai_sdk(api: str) -> Way:
    """Return the way with OpenAI's own client and a kept httpx client for the pictures."""
    import httpx
    import openai

    client, fetcher = openai.OpenAI(api_key="key", base_url=api), httpx.Client()

    def draw(prompt: str, folder: Path) -> None:
        item = client.images.generate(prompt=prompt, model=MODEL).data[0]
        data = base64.b64decode(item.b64_json) if item.b64_json else fetcher.get(item.url).content
        (folder / f"{prompt}.png").write_bytes(data)

    return draw


def raw_httpx(api: str) -> Way:
    """Return the least there is: httpx with kept connections."""
    import httpx

    client = httpx.Client()

    def draw(prompt: str, folder: Path) -> None:
        body = {"prompt": prompt, "model": MODEL}
        item = client.post(f"{api}/images/generations", json=body).json()["data"][0]
        data = base64.b64decode(item["b64_json"]) if "b64_json" in item else client.get(item["url"]).content
        (folder / f"{prompt}.png").write_bytes(data)

    return draw


WAYS: dict[str, Callable[[str], Way]] = {
    "ours": ours,
    "by hand": by_hand,
    "OpenAI SDK": openai_sdk,
    "raw httpx": raw_httpx,
}


class FsyncClock:
    """Counts the time spent in ``os.fsync``, which only our way calls."""

    def __init__(self) -> None:
        self.seconds = self.cpu = 0.0
        self._fsync = os.fsync

    def __call__(self, *args: Any) -> None:
        began, cpu = time.perf_counter(), time.thread_time()
        try:
            self._fsync(*args)
        finally:
            self.seconds += time.perf_counter() - began
            self.cpu += time.thread_time() - cpu

    def __enter__(self) -> "FsyncClock":
        os.fsync = self
        return self

    def __exit__(self, *_: object) -> None:
        os.fsync = self._fsync
