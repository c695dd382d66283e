"""The command line, run as a command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from llamabot_images.cli import EXIT_CODES

COMMAND = [sys.executable, "-m", "llamabot_images"]
OFFLINE = ["-m", "offline/sketch", "--size", "64x64"]


def run(*words: str, **keywords: object) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, **keywords)


def test_prompt_alone_draws_and_prints_the_path() -> None:
    """`llamabot-images PROMPT` saves a picture and prints its path, nothing else, on stdout."""
    found = run("a red panda", *OFFLINE)

    assert (0, "a-red-panda.png\n", "") == (found.returncode, found.stdout, found.stderr)
    assert b"\x89PNG" == Path("a-red-panda.png").read_bytes()[:4]


def test_prompt_comes_from_standard_input() -> None:
    """Without a prompt, standard input is read."""
    found = run(*OFFLINE, input="a red panda\n")

    assert "a-red-panda.png\n" == found.stdout


def test_model_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """LLAMABOT_IMAGES_MODEL is the model where --model does not say."""
    monkeypatch.setenv("LLAMABOT_IMAGES_MODEL", "offline/sketch")

    assert "a-cat.png\n" == run("a cat", "--size", "64x64").stdout


def test_output_may_be_a_file_or_a_folder() -> None:
    """-o names a file, or an existing folder for a file that is named after the prompt."""
    Path("album").mkdir()

    assert "new/cat.png\n" == run("a cat", *OFFLINE, "-o", "new/cat.png").stdout
    assert "album/a-cat.png\n" == run("a cat", *OFFLINE, "-o", "album").stdout


def test_json_gives_one_object_per_picture() -> None:
    """--json prints path, prompt, model, cost and seconds of every picture."""
    found = [json.loads(line) for line in run("a cat", *OFFLINE, "-n", "2", "--json").stdout.splitlines()]

    assert ["a-cat.png", "a-cat-2.png"] == [one["path"] for one in found]
    assert ("a cat", "offline/sketch", 0.0) == (found[0]["prompt"], found[0]["model"], found[0]["cost"])


def test_url_is_printed_instead_of_saved() -> None:
    """--url prints the reference and writes no file."""
    assert run("a cat", *OFFLINE, "--url").stdout.startswith("data:image/png;base64,")
    assert [] == list(Path().iterdir())


def test_parameters_reach_the_model() -> None:
    """-p key=value passes anything else the model takes."""
    assert "a-cat.jpg\n" == run("a cat", *OFFLINE, "-p", "output_format=jpeg", "-p", "seed=3").stdout


def test_missing_key_names_the_variable_and_the_offline_model() -> None:
    """Without a key the message says what to set, and what works without one."""
    found = run("a cat")

    assert EXIT_CODES["MissingKeyError"] == found.returncode
    assert "OPENAI_API_KEY" in found.stderr
    assert "offline/sketch" in found.stderr
    assert "" == found.stdout
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["a cat", "-m", "offline/refuses"], "ContentPolicyError"),
        (["a cat", "-m", "offline/rate-limited"], "RateLimitError"),
        (["a cat", *OFFLINE, "-n", "0"], "UnsupportedParameterError"),
        (["", *OFFLINE], "UnsupportedParameterError"),
        (["a cat", "-m", "no-such-model"], "UnroutedModelError"),
        (["a cat", *OFFLINE, "-o", "/dev/null/cat.png"], "SaveError"),
    ],
)
def test_exit_codes_tell_errors_apart(words: list[str], error: str) -> None:
    """Each class of error has its own exit code, and a message without a traceback."""
    found = run(*words)

    assert EXIT_CODES[error] == found.returncode
    assert found.stderr.startswith("error: ")
    assert "Traceback" not in found.stderr


def test_broken_parameter_is_wrong_usage() -> None:
    """-p without = is reported as wrong usage."""
    found = run("a cat", *OFFLINE, "-p", "seed")

    assert 2 == found.returncode
    assert "KEY=VALUE" in found.stderr


def test_help_and_version_answer() -> None:
    """--help shows the commands and --version the version."""
    assert "generate" in run("--help").stdout
    assert run("--version").stdout.strip()[0].isdigit()


def test_help_loads_no_heavy_library() -> None:
    """--help is quick because it loads nothing but the command line itself."""
    code = (
        "import sys\nsys.argv = ['llamabot-images', '--help']\nfrom llamabot_images.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = ('litellm', 'openai', 'httpx', 'PIL', 'IPython', 'slugify', 'rich', 'numpy', 'pydantic', 'asyncio')\n"
        "print([one for one in heavy if one in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == found.stdout.splitlines()[-1]
