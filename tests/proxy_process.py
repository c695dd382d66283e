"""A real LiteLLM proxy for tests: a process of its own on loopback, without a database."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from .ports import kept_port

__all__ = ["ProxyProcess", "minutes_since", "proxy_python"]

ROOT = Path(__file__).resolve().parents[1]
#: Seconds that a proxy may take to answer; five on an idle machine.
LONGEST_START = 300
LONGEST_STOP = 30
NOWHERE = "http://127.0.0.1:9"
#: Nothing outside this machine can be reached, and nothing is looked up there.
QUIET = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "HTTP_PROXY": NOWHERE,
    "HTTPS_PROXY": NOWHERE,
    "NO_PROXY": "127.0.0.1,localhost",
}


def proxy_python() -> Path:
    """Return the Python that has ``litellm[proxy]``; without one the test is skipped, or fails if it is required."""
    found = Path(os.environ.get("LITELLM_PROXY_PYTHON") or ROOT / ".venv-proxy/bin/python")
    if not found.with_name("litellm").exists():
        why = f"{found} has no LiteLLM proxy: `make .venv-proxy/.installed-proxy`, or set LITELLM_PROXY_PYTHON"
        if os.environ.get("REQUIRE_PROXY"):
            pytest.fail(why)
        pytest.skip(why)
    return found


class ProxyProcess:
    """A running proxy; use it in a ``with`` block.

    :param folder: Where its configuration and its log are written.
    :param config: The configuration, YAML.
    :param environ: Variables for it; it inherits none but ``PATH``.
    """

    key = "sk-loopback-master-0123456789"

    def __init__(self, folder: Path, config: str, environ: Mapping[str, str]) -> None:
        self._log = folder / "proxy.log"
        (folder / "config.yaml").write_text(config, encoding="utf-8")
        self._kept = ExitStack()
        port = self._kept.enter_context(kept_port())
        self.url = f"http://127.0.0.1:{port}"
        program = str(proxy_python().with_name("litellm"))
        own = {"PATH": os.environ["PATH"], "HOME": str(folder), "LITELLM_MASTER_KEY": self.key}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    program,
                    "--config",
                    "config.yaml",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    str(port),
                    "--telemetry",
                    "False",
                ],
                cwd=folder,
                env=own | QUIET | dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def variables(self) -> dict[str, str]:
        """What leads a bot to it."""
        return {"LITELLM_PROXY_API_BASE": self.url, "LITELLM_PROXY_API_KEY": self.key}

    @property
    def log(self) -> str:
        """What it has printed."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def wait(self) -> None:
        """Wait until it answers to its own key.

        :raises RuntimeError: It ended, or took too long; with what it printed.
        """
        end = time.monotonic() + LONGEST_START
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the proxy did not start:\n{self.log[-4000:]}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            found = httpx.get(f"{self.url}/v1/models", headers={"authorization": f"Bearer {self.key}"}, timeout=5)
        except httpx.TransportError:
            return False
        return found.status_code == 200

    def stop(self) -> None:
        """End it and what it started."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            _signal_group(self._process.pid, number)
            try:
                self._process.wait(LONGEST_STOP)
            except subprocess.TimeoutExpired:
                continue
        self._kept.close()

    def __enter__(self) -> "ProxyProcess":
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _signal_group(leader: int, number: int) -> None:
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        return


def minutes_since(began: float) -> int:
    """Return how many minutes of the clock there have been, the ones under way included."""
    return int(time.time() // 60) - int(began // 60) + 1
