"""A real JupyterLab for tests, with settings of its own; and what is done in it through a browser."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from .browser import until
from .ports import kept_port

__all__ = ["Lab", "jupyter_lab", "serving"]

LOG = "server.log"
LONGEST_START = 180  # seconds; five on an idle machine
QUIET = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    # All cells are in the page, not only those that are seen.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}
#: Calls one of JupyterLab's commands, as its menus do.
COMMAND = "name => { window.done = 0; window.jupyterapp.commands.execute(name).then(() => { window.done = 1; }); }"
READY = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"


@contextmanager
def serving(command: list[str], ready: str, folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """Run a web server until the block ends, and give its address without a slash at its end.

    :param command: Arguments for ``python -m``, to which ``--port`` is added.
    :param ready: Path that answers when the server is ready.
    :param folder: Working folder; what the server prints goes to ``server.log`` in it.
    :param environment: Variables, beside the usual ones.
    """
    log = folder / LOG
    with kept_port() as port, log.open("wb") as said:
        running = subprocess.Popen(
            [sys.executable, "-m", *command, f"--port={port}"],
            cwd=folder,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        with ended(running):
            wait_for(f"http://127.0.0.1:{port}{ready}", running, log)
            yield f"http://127.0.0.1:{port}"


@contextmanager
def ended(running: "subprocess.Popen[bytes]") -> Iterator[None]:
    """End a program after the block."""
    try:
        yield
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def wait_for(address: str, running: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until a server answers; fail with what it has printed when it does not."""
    ends = time.monotonic() + LONGEST_START
    while running.poll() is None and time.monotonic() < ends:
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the server did not answer:\n{log.read_text(errors='replace')[-3000:]}")


@contextmanager
def jupyter_lab(folder: Path) -> Iterator["Lab"]:
    """Run JupyterLab in a folder, which also gets the settings, the data and the profile of its kernels.

    :param folder: Empty.
    """
    settings, notebooks = folder / "config", folder / "notebooks"
    for one in (settings / "labconfig", notebooks):
        one.mkdir(parents=True)
    (settings / "labconfig" / "default_setting_overrides.json").write_text(json.dumps(QUIET))
    token = secrets.token_hex()
    names = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime"}
    own = {name: str(folder / place) for name, place in {**names, "IPYTHONDIR": "ipython"}.items()}
    command = ["jupyterlab", "--no-browser", "--ip=127.0.0.1", "--ServerApp.port_retries=0"]
    command += ["--expose-app-in-browser", "--LabApp.extension_manager=readonly", "--LabApp.news_url=None"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", f"--ServerApp.root_dir={notebooks}"]
    command += ["--allow-root"]
    with serving(command, "/api", folder, {**own, "JUPYTER_TOKEN": token}) as address:
        yield Lab(address, token, notebooks, folder / LOG)


class Lab:
    """A running JupyterLab.

    :param address: Without a slash at its end.
    :param token: Opens it.
    :param folder: Where its notebooks are.
    :param log: What it has printed.
    """

    def __init__(self, address: str, token: str, folder: Path, log: Path) -> None:
        self.address, self.token, self.folder, self.log = address, token, folder, log

    def open(self, page: Any, name: str) -> None:
        """Open a notebook in a page, and wait until its kernel is ready."""
        page.goto(f"{self.address}/lab/workspaces/{secrets.token_hex(4)}/tree/{name}?token={self.token}")
        until(page, READY)

    def command(self, page: Any, name: str) -> None:
        """Do what an entry of JupyterLab's menus does, and wait until it is done."""
        page.evaluate(COMMAND, name)
        until(page, "window.done")
