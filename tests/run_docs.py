"""Run the examples of the pages, and write back what they print: ``python -m tests.run_docs [PAGE …]``."""

import ast
import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.doc_fences import PAGES, PRINTED, ROOT, Fence, agrees, fences, matches, symptoms, write_back
from tests.providers import ProviderServer

__all__ = ["environment_for", "run_example", "run_page"]

#: Providers whose variables are set while examples run.
PROVIDERS = (
    "openai", "azure", "azure_ai", "bedrock", "deepinfra", "fal_ai", "fireworks_ai", "gemini", "hosted_vllm",
    "litellm_proxy", "nebius", "openrouter", "recraft", "stability", "together_ai", "xai",
)  # fmt: skip
LONGEST_COMMAND = 30  # seconds


def environment_for(provider: ProviderServer) -> dict[str, str]:
    """Return variables that bring every provider's calls to the loopback server."""
    found = {"LLAMABOT_IMAGES_ALLOW_PRIVATE_HOSTS": "127.0.0.1", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    for name in PROVIDERS:
        found |= provider.variables_for(name)
    return found


def run_page(page: Path, provider: ProviderServer, *, update: bool = False) -> list[str]:
    """Run the examples of one page from top to bottom, as a reader would, and return all that is wrong.

    :param page: A Markdown file.
    :param provider: What the variables of :func:`environment_for` lead to.
    :param update: Write what is really printed into the page.
    """
    blocks, namespace = fences(page), {"__name__": "__main__"}
    with coarse_drawings():
        problems = [problem for block in blocks for problem in run_example(block, provider, namespace)]
        problems += [problem for above, block in pairwise(blocks) for problem in _wrong_error(above, block)]
        problems += [problem for one in symptoms(page) for problem in run_example(one, provider, {})]
    if update:
        write_back(page, blocks)
    return problems


def run_example(fence: Fence, provider: ProviderServer, namespace: dict[str, Any]) -> list[str]:
    """Run one example and return what it does that its page does not say."""
    run = {"python": _run_python, "console": _run_console}.get(fence.language)
    if run is None or not all(map(find_spec, fence.options.get("needs", "").split())):
        return []
    with _prepared(fence, provider):
        return [f"{fence.place}: {problem}" for problem in run(fence, namespace)]


def _wrong_error(above: Fence, block: Fence) -> Iterator[str]:
    """Compare the error that ended an example with the text shown after it."""
    is_its_text = above.error and block.language == "text" and block.body.startswith(above.options["raises"])
    if is_its_text and not matches(block.body, above.error):
        block.rewritten = above.error + "\n"
        yield f"{block.place}: the error is {above.error!r}, not {block.body!r}"


@contextlib.contextmanager
def coarse_drawings() -> Iterator[None]:
    """Draw a quarter as finely: pictures of the same width and height in a tenth of the time."""
    from llamabot_images import sketch

    fine = sketch.draw

    def draw(prompt: str, width: int, height: int, **settings: Any) -> Any:
        return fine(prompt, max(width // 4, 1), max(height // 4, 1), **settings).resize((width, height), 0)

    sketch.draw = draw
    try:
        yield
    finally:
        sketch.draw = fine


@contextlib.contextmanager
def _prepared(fence: Fence, provider: ProviderServer) -> Iterator[None]:
    """Script the provider and the environment for one example."""
    from llamabot_images.warn import warn_retired

    warn_retired.cache_clear()
    provider.reset()
    provider.script(*fence.options.get("answers", ()))
    provider.script_images(*fence.options.get("images", ()))
    provider.pictures.c2pa = fence.options.get("c2pa", False)
    kept = {name: os.environ.pop(name) for name in fence.options.get("unset", "").split() if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def _run_python(fence: Fence, namespace: dict[str, Any]) -> list[str]:
    tree = ast.parse(fence.body)
    told: dict[int, list[str]] = {}
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        ended_by = None
        for statement in tree.body:
            with contextlib.redirect_stdout(io.StringIO()) as out:
                ended_by = _run_statement(statement, fence, namespace)
            told[statement.end_lineno or 0] = out.getvalue().splitlines()
            if ended_by is not None:
                break
    lines = fence.body.splitlines()
    fence.rewritten = _rewritten(lines, told)
    return [*_wrong_output(fence, lines, told), *_wrong_end(fence, ended_by), *_wrong_warnings(fence, given)]


def _run_statement(statement: ast.stmt, fence: Fence, namespace: dict[str, Any]) -> BaseException | None:
    """Run one statement as if it stood in the page, so that a traceback shows the page's line."""
    end = statement.end_lineno
    module = ast.increment_lineno(ast.Module([statement], []), fence.line - 1)
    code = compile(module, str(fence.page), "exec")
    statement.end_lineno = end
    try:
        exec(code, namespace)
    except Exception as error:
        if type(error).__name__ == fence.options.get("raises"):
            return error
        error.add_note(f"in the example at {fence.place}")
        raise
    return None


def _shown(lines: list[str], end: int) -> list[str]:
    rest = lines[end:]
    stop = next((index for index, line in enumerate(rest) if not line.startswith(PRINTED.strip())), len(rest))
    return [line.removeprefix(PRINTED) for line in rest[:stop]]


def _wrong_output(fence: Fence, lines: list[str], told: dict[int, list[str]]) -> Iterator[str]:
    for end, printed in told.items():
        shown = _shown(lines, end)
        if is_comparable(fence) and not agrees(shown, printed):
            yield f"shows {shown} after its line {end} and prints {printed}"


def is_comparable(fence: Fence) -> bool:
    """Tell whether the installed LiteLLM has the prices that the page shows."""
    return _numbers(version("litellm")) >= _numbers(fence.options.get("since", "0"))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)[:3]))


def _wrong_end(fence: Fence, ended_by: BaseException | None) -> Iterator[str]:
    if ended_by is None:
        if "raises" in fence.options:
            yield f"no {fence.options['raises']} was raised"
        return
    text = "\n".join([str(ended_by), *getattr(ended_by, "__notes__", ())])
    fence.error = f"{type(ended_by).__name__}: {text}"
    if not matches(f"…{fence.options.get('says', '')}…", text):
        yield f"the error says {text!r}, not {fence.options['says']!r}"


def _wrong_warnings(fence: Fence, given: list[warnings.WarningMessage]) -> Iterator[str]:
    from llamabot_images import ImageBotWarning

    own = [one for one in given if issubclass(one.category, ImageBotWarning)]
    names, wanted = {one.category.__name__ for one in own}, set(fence.options.get("warns", "").split())
    if names != wanted:
        yield f"warnings: {[(one.category.__name__, str(one.message)) for one in own]}, expected {sorted(wanted)}"
    elif own and "says" in fence.options and not matches(f"…{fence.options['says']}…", str(own[0].message)):
        yield f"the warning says {str(own[0].message)!r}, not {fence.options['says']!r}"


def _rewritten(lines: list[str], told: dict[int, list[str]]) -> str:
    kept: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.startswith(PRINTED.strip()):
            kept.append(line)
        shown, printed = _shown(lines, number), told.get(number, [])
        kept += [PRINTED + one for one in (shown if agrees(shown, printed) else printed)]
    return "\n".join(kept) + "\n"


def _run_console(fence: Fence, namespace: dict[str, Any]) -> Iterator[str]:
    blocks = re.split(r"^\$ ", fence.body, flags=re.M)[1:]
    rewritten = ""
    if not blocks:
        yield "there is no line that begins with '$ '"
    for block in blocks:
        command, _, shown = block.partition("\n")
        code, printed = _in_shell(command)
        wrong_end = code != fence.options.get("exit", 0)
        same = agrees(shown.splitlines(), printed.splitlines()) or (
            command.endswith("--help") and _words_of_help(shown) == _words_of_help(printed)
        )
        rewritten += f"$ {command}\n{shown if same or wrong_end else printed}"
        if wrong_end:
            yield f"{command!r} ends with {code}: {printed}"
        elif not same:
            yield f"{command!r} prints {printed!r}, the page shows {shown!r}"
    fence.rewritten = rewritten


def _words_of_help(text: str) -> list[str]:
    """Return what a help text says, without typer's own words for types: they differ between its versions."""
    told = re.sub(r"^Arguments:\n(?: .*\n)+", "", text, flags=re.M)
    return re.sub(r"<\w+>|\b(?:TEXT|PATH|INTEGER)\b|\\", "", told).lower().split()


def _in_shell(command: str) -> tuple[int, str]:
    done = subprocess.run(
        ["bash", "-c", f'llamabot-images() {{ "{sys.executable}" -m llamabot_images "$@"; }}\n{command}'],
        env=os.environ | {"COLUMNS": "80", "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LONGEST_COMMAND,
    )
    return done.returncode, done.stdout


def _problems(page: Path, provider: ProviderServer) -> list[str]:
    try:
        return run_page(page, provider, update=True)
    except Exception:
        return [traceback.format_exc()]


def main(names: list[str]) -> int:
    """Run every page, or those that are named, and write back what they print."""
    broken = 0
    for page in [Path(name).resolve() for name in names] or PAGES:
        with ProviderServer() as provider, tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            os.environ.update(environment_for(provider))
            for problem in _problems(page, provider):
                broken += 1
                print(problem)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
