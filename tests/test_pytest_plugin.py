"""The pytest plugin, used as people use it: in a suite of their own, run by pytest in a process of its own."""

import os
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from .doc_fences import fences

ROOT = Path(__file__).parent.parent
PROGRAM = """
import pytest
from llamabot_images import ImageBot

paid = ImageBot(model="gpt-image-2")

@pytest.fixture(autouse=True)
def nothing_is_paid(no_paid_images):
    pass

def test_plain():
    paid("llamas")

def test_careless():
    try:
        paid("llamas")
    except Exception:
        pass

def test_batch():
    paid.batch(["llamas", "alpacas"], max_workers=2)

def test_offline():
    ImageBot(model="offline/sketch", size="64x64")("llamas")

def test_drawn(offline_images):
    paid("llamas")
"""


def run_pytest(folder: Path, *words: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """Run pytest in a folder with this plugin alone, and return each test's outcome by name."""
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "llamabot_images.pytest_plugin", "--junitxml=told.xml", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100)
    cases = ET.parse(folder / "told.xml").iter("testcase")
    return done, {one.get("name", ""): next((child.tag for child in one), "passed") for one in cases}


def test_paid_request_fails_the_test_whatever_the_program_catches(tmp_path: Path) -> None:
    """A test whose program would pay fails once, also when the program catches every error or draws in threads."""
    (tmp_path / "test_program.py").write_text(PROGRAM)

    done, outcomes = run_pytest(tmp_path)

    assert {
        "test_plain": "failure",
        "test_careless": "error",
        "test_batch": "error",
        "test_offline": "passed",
        "test_drawn": "passed",
    } == outcomes
    assert "1 failed, 4 passed, 2 errors in" in done.stdout
    assert all(
        f"test_program.py::{name} asked 'gpt-image-2' for a picture" in done.stdout for name in list(outcomes)[:3]
    )


def test_examples_of_the_page_pass(tmp_path: Path) -> None:
    """The program and the tests in docs/guides/testing.md do what the page says, under pytest."""
    blocks = [one.body for one in fences(ROOT / "docs/guides/testing.md") if one.language == "python"]
    (tmp_path / "test_page.py").write_text("\n\n".join(blocks))

    done, outcomes = run_pytest(tmp_path)

    assert "\n".join(blocks).count("def test_") == len(outcomes) > 5
    assert {"passed"} == set(outcomes.values()), done.stdout


def test_plugin_costs_nothing_when_it_is_not_used(tmp_path: Path) -> None:
    """A suite that asks for no fixture loads neither LiteLLM nor Pillow nor the bot, and nothing is patched."""
    (tmp_path / "test_nothing.py").write_text("""
import sys

def test_nothing():
    heavy = {"litellm", "PIL", "httpx", "IPython", "llamabot_images.imagebot", "llamabot_images.testing"}
    assert set() == heavy & set(sys.modules)
    assert "llamabot_images.pytest_plugin" in sys.modules
""")

    done, outcomes = run_pytest(tmp_path)

    assert {"test_nothing": "passed"} == outcomes, done.stdout


def test_pytest_finds_the_plugin() -> None:
    """The package tells pytest where its plugin is."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"].get("entry-points", {}).get("pytest11")
    installed = {one.name: one.value for one in entry_points(group="pytest11")}
    if "llamabot_images" not in installed:
        pytest.skip(f"installed before pyproject.toml declared {declared}: install again")

    assert ("llamabot_images.pytest_plugin", declared) == (
        installed["llamabot_images"],
        {"llamabot_images": "llamabot_images.pytest_plugin"},
    )
