"""Importing costs nothing and does nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ["litellm", "openai", "httpx", "httpcore", "PIL", "IPython", "tqdm", "slugify", "tenacity", "typer"]


def run(code: str, **keywords: object) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, **keywords)


@pytest.mark.parametrize(
    "code",
    [
        "import llamabot_images",
        "from llamabot_images import ImageBot; ImageBot()",
        "from llamabot_images import *",
    ],
)
def test_no_library_is_loaded(code: str) -> None:
    """Neither the import nor building a bot loads a heavy library."""
    found = run(f"import sys, json\n{code}\nprint(json.dumps([one for one in {HEAVY} if one in sys.modules]))")

    assert [] == json.loads(found.stdout)


def test_import_has_no_side_effects(tmp_path: Path) -> None:
    """No file, no thread, no handler, no output."""
    code = (
        "import logging, threading, sys\n"
        "before = set(sys.modules)\n"
        "import llamabot_images; llamabot_images.ImageBot()\n"
        "assert logging.root.handlers == [] and logging.getLogger('httpx').level == 0\n"
        "assert threading.active_count() == 1"
    )

    found = run(code, cwd=tmp_path)

    assert ("", "") == (found.stdout, found.stderr)
    assert [] == list(tmp_path.iterdir())


def test_litellm_is_told_to_use_the_price_map_it_brings() -> None:
    """Unless the user has set the variable, LiteLLM fetches nothing while it is imported."""
    code = (
        "import os; os.environ.pop('LITELLM_LOCAL_MODEL_COST_MAP', None)\n{}\n"
        "from llamabot_images.backends.litellm_fixes import load; load()\n"
        "print(os.environ['LITELLM_LOCAL_MODEL_COST_MAP'])"
    )

    ours = run(code.format(""))
    theirs = run(code.format("os.environ['LITELLM_LOCAL_MODEL_COST_MAP'] = 'true'"))

    assert ("True", "true") == (ours.stdout.strip(), theirs.stdout.strip())
