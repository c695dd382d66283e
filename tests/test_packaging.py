"""What is installed, and from which versions on."""

import re
import tomllib
from pathlib import Path

from .releases import SINCE, UNTIL

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_lowest_versions_are_those_of_the_ranges() -> None:
    """`make test-lowest` installs exactly the lower bounds of pyproject.toml."""
    bounds = dict(re.match(r"([\w-]+)>=([\w.]+)", one).groups() for one in PROJECT["dependencies"])
    pinned = [line for line in (ROOT / "tests" / "lowest.txt").read_text().splitlines() if not line.startswith("#")]

    assert bounds == dict(line.split("==") for line in pinned)


def test_compromised_versions_of_litellm_are_excluded() -> None:
    """The two versions that carried malicious code are not admitted."""
    (litellm,) = [one for one in PROJECT["dependencies"] if one.startswith("litellm")]

    assert "!=1.82.7" in litellm
    assert "!=1.82.8" in litellm


def test_what_is_left_out_exists() -> None:
    """Every row of what an older or newer LiteLLM does not do names a test or a file of tests that there is."""
    names = {re.search(r"test_\w+", one)[0] for one in (*SINCE, *UNTIL)}
    files = [*(ROOT / "tests").rglob("test_*.py")]
    text = "\n".join(f"{path.stem}\n{path.read_text(encoding='utf-8')}" for path in files)

    assert set() == {one for one in names if one not in text}


def test_version_is_the_packages_own() -> None:
    """pyproject.toml and the package agree on the version."""
    import llamabot_images

    assert PROJECT["version"] == llamabot_images.__version__


def test_package_is_typed() -> None:
    """The marker for type checkers is there."""
    assert (ROOT / "llamabot_images" / "py.typed").is_file()
