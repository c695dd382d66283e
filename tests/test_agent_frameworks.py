"""A bot's tool in the hands of real agent frameworks, given to them as it is."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot, ImageResult

from .providers import ProviderServer

ARGUMENTS = {"prompt", "size", "quality", "n"}
#: A framework's own way to call a tool: the function and what a model asks for; the answers that a model reads.
Caller = Callable[..., Awaitable[list[str]]]


@pytest.fixture(autouse=True)
def untraced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep LangChain from telling its makers what it does, whatever the environment says."""
    for name in ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2"):
        monkeypatch.delenv(name, raising=False)


async def by_langchain(tool: Callable[..., str], *asked: dict[str, Any]) -> list[str]:
    """Have LangChain call a tool, in the form in which a chat model asks for it."""
    tools = pytest.importorskip("langchain_core.tools", reason="langchain-core is not installed")
    ready = tools.tool(tool)
    calls = [{"type": "tool_call", "id": "1", "name": ready.name, "args": arguments} for arguments in asked]
    return [(await ready.ainvoke(call)).content for call in calls]


async def by_pydantic_ai(tool: Callable[..., str], *asked: dict[str, Any]) -> list[str]:
    """Have an agent of pydantic-ai call a tool, at the word of a scripted model, to the end of its run."""
    pydantic_ai = pytest.importorskip("pydantic_ai", reason="pydantic-ai-slim is not installed")
    from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart, ToolReturnPart
    from pydantic_ai.models.function import FunctionModel

    script = iter(asked)

    def model(messages: list[Any], about: Any) -> Any:
        arguments = next(script, None)
        name = about.function_tools[0].name
        return ModelResponse([TextPart("done") if arguments is None else ToolCallPart(name, arguments)])

    ended = await pydantic_ai.Agent(FunctionModel(model), tools=[tool]).run("draw")

    assert "done" == ended.output
    parts = [part for message in ended.all_messages() for part in message.parts]
    return [str(part.content) for part in parts if isinstance(part, ToolReturnPart)]


every_framework = pytest.mark.parametrize("call", [by_langchain, by_pydantic_ai])


@every_framework
def test_pictures_are_drawn(call: Caller, bot: ImageBot, tmp_path: Path) -> None:
    """What a model asks for is drawn, a number that it wrote as text and a null that it wrote out included."""
    told = asyncio.run(call(bot.as_tool(), {"prompt": "a cat"}, {"prompt": "a dog", "n": "2", "size": None}))

    assert [f"{tmp_path / 'a-cat.png'}", f"{tmp_path / 'a-dog.png'}\n{tmp_path / 'a-dog-2.png'}"] == told
    assert [True] * 3 == [Path(path).is_file() for answer in told for path in answer.splitlines()]


@every_framework
def test_refusal_does_not_end_the_agent(call: Caller) -> None:
    """A refused prompt and a setting that makes no sense are told to the model, which may go on asking."""
    tool = ImageBot(model="offline/refuses").as_tool()

    refused, senseless = asyncio.run(call(tool, {"prompt": "a cat"}, {"prompt": "a cat", "n": 0}))

    assert refused.startswith("ContentPolicyError: offline refused to draw this")
    assert "UnsupportedParameterError: n is 0; ask for 1 picture or more" == senseless


@every_framework
def test_limit_is_told(call: Caller, provider: ProviderServer) -> None:
    """A model that goes on asking reads that the money is spent, and no more is sent; the key is never told."""
    provider.pictures.size = (64, 64)
    kwargs = provider.kwargs_for("recraft/recraftv3")
    tool = ImageBot(**kwargs, allow_private_hosts=["127.0.0.1"], max_cost=0.05).as_tool()

    drawn, refused = asyncio.run(call(tool, {"prompt": "a cat"}, {"prompt": "another cat"}))

    assert "cost: $0.04" == drawn.splitlines()[-1]
    assert refused.startswith("BudgetExceededError: max_cost is $0.05")
    assert 1 == len(provider.posts)
    assert kwargs["api_key"] not in drawn + refused


@every_framework
def test_made_up_arguments_reach_nothing(call: Caller) -> None:
    """An argument that the tool does not have, such as a model, is dropped or refused, and changes no picture."""
    asked = []

    class Noting(ImageBot):
        def generate(self, prompt: str, **overrides: Any) -> ImageResult:
            asked.append(overrides)
            return super().generate(prompt, **overrides)

    tool = Noting(model="offline/sketch", size="64x64").as_tool()
    asyncio.run(call(tool, {"prompt": "a cat", "model": "offline/refuses", "max_cost": 100}, {"prompt": "a cat"}))

    assert [{}] * max(1, len(asked)) == asked


@every_framework
def test_event_loop_goes_on_while_a_picture_is_made(call: Caller) -> None:
    """An async agent runs the tool in a thread, so that other work of the loop is not held up."""
    begun, may_end = threading.Event(), threading.Event()

    class Waiting(ImageBot):
        def generate(self, prompt: str, **overrides: Any) -> ImageResult:
            begun.set()
            assert may_end.wait(60), "the loop stood still"
            return super().generate(prompt, **overrides)

    async def other_work() -> None:
        while not begun.is_set():
            await asyncio.sleep(0.001)
        may_end.set()

    async def both() -> list[str]:
        tool = Waiting(model="offline/sketch", size="64x64").as_tool()
        told, _ = await asyncio.wait_for(asyncio.gather(call(tool, {"prompt": "a cat"}), other_work()), 120)
        return told

    assert ["a-cat.png"] == [Path(one).name for one in asyncio.run(both())]


def test_langchain_describes_the_tool(bot: ImageBot) -> None:
    """LangChain finds name, words and every argument; asked to parse the docstring, it describes each argument."""
    tools = pytest.importorskip("langchain_core.tools", reason="langchain-core is not installed")
    calling = pytest.importorskip("langchain_core.utils.function_calling")
    function = bot.as_tool(name="draw")

    plain, parsed = tools.tool(function), tools.tool(parse_docstring=True)(function)

    assert ("draw", ARGUMENTS) == (plain.name, set(plain.args))
    assert all(f"{name}: " in plain.description for name in ARGUMENTS)
    assert "Draw a picture from a text prompt and save it as a file. It may cost money." == parsed.description
    assert all(about["description"] for about in parsed.args.values())
    bound = calling.convert_to_openai_tool(function)["function"]
    assert (["prompt"], ARGUMENTS) == (bound["parameters"]["required"], described(bound["parameters"]))


def test_langchain_calls_without_a_loop(bot: ImageBot, tmp_path: Path) -> None:
    """The sync way of LangChain answers with the same text, from `from_function` too."""
    tools = pytest.importorskip("langchain_core.tools", reason="langchain-core is not installed")

    made = tools.StructuredTool.from_function(bot.as_tool()).invoke({"prompt": "a cat"})

    assert str(tmp_path / "a-cat.png") == made


def test_pydantic_ai_describes_the_tool(bot: ImageBot) -> None:
    """A model of pydantic-ai is told the name, what the tool does and what each argument is."""
    pydantic_ai = pytest.importorskip("pydantic_ai", reason="pydantic-ai-slim is not installed")
    from pydantic_ai.models.test import TestModel

    model = TestModel()
    made = pydantic_ai.Agent(model, tools=[bot.as_tool(name="draw")]).run_sync("draw")

    (about,) = model.last_model_request_parameters.function_tools
    assert "draw" == about.name
    assert "Draw a picture from a text prompt" in about.description
    assert (["prompt"], ARGUMENTS) == (
        about.parameters_json_schema["required"],
        described(about.parameters_json_schema),
    )
    assert ".png" in made.output


def described(schema: dict[str, Any]) -> set[str]:
    """Return the names of the arguments that have words of their own."""
    return {name for name, about in schema["properties"].items() if about.get("description")}
