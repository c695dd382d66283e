"""A bot as a plain function, as agent frameworks read and call it."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, Union, get_origin, get_type_hints

import pytest
from pydantic import TypeAdapter, ValidationError, create_model, validate_call

from llamabot_images import AdjustmentWarning, ImageBot, ImageResult, SaveError
from llamabot_images.tool import as_tool

from .providers import ProviderServer, Status

PLAIN = {"string", "integer", "null"}


@pytest.fixture
def tool(bot: ImageBot) -> Callable[..., str]:
    """Give a tool that draws offline, small and quick."""
    return as_tool(bot)


def test_answer_is_the_path_as_text(tool: Callable[..., str], tmp_path: Path) -> None:
    """The tool saves a picture under a name made from the prompt and answers with its whole path, nothing else."""
    assert str(tmp_path / "a-red-panda.png") == tool("a red panda")
    assert b"\x89PNG" == (tmp_path / "a-red-panda.png").read_bytes()[:4]


def test_several_pictures_are_several_lines(tool: Callable[..., str], tmp_path: Path) -> None:
    """With n pictures the answer has n lines."""
    names = ["a-cat.png", "a-cat-2.png", "a-cat-3.png"]

    assert [str(tmp_path / name) for name in names] == tool("a cat", n=3).splitlines()


def test_settings_of_the_bot_hold_where_none_is_given() -> None:
    """Settings that are left out are the bot's own, its number of pictures too."""
    tool = as_tool(ImageBot(model="offline/sketch", size="64x48", n=2))

    assert [(64, 48)] * 2 == [size_of(path) for path in tool("a cat", None, None, None).splitlines()]
    assert [(48, 64)] == [size_of(path) for path in tool("a cat", size="48x64", n=1).splitlines()]


def size_of(path: str) -> tuple[int, int]:
    """Return width and height of a saved picture."""
    from PIL import Image

    with Image.open(path) as image:
        return image.size


def test_pictures_go_to_the_tools_own_folder(bot: ImageBot, tmp_path: Path) -> None:
    """folder is made when missing, stays the same wherever the program goes, and is not the bot's."""
    tool = as_tool(bot, folder="made/here")

    assert str(tmp_path / "made/here/a-cat.png") == tool("a cat")
    assert "." == bot.save_dir


def test_folder_is_that_of_the_moment_the_tool_was_made(
    bot: ImageBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that changes its folder later does not move the pictures."""
    tool = as_tool(bot)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    assert str(tmp_path / "a-cat.png") == tool("a cat")


@pytest.mark.parametrize(("broken", "said"), [("refuses", "ContentPolicyError: offline"), ("folder", "SaveError: ")])
def test_errors_are_answers(broken: str, said: str, tmp_path: Path) -> None:
    """A refusal and a folder that cannot be written are told in words: raised, they would end an agent."""
    (tmp_path / "file").write_text("no folder")
    tool = as_tool(ImageBot(model="offline/refuses"), folder=tmp_path / ("file" if broken == "folder" else "new"))

    assert tool("a cat").startswith(said)


def test_error_of_a_provider_is_told_without_the_key(provider: ProviderServer) -> None:
    """LiteLLM's own errors are answers too, with the note that says what to do, and no key in them."""
    provider.always(Status(401))
    kwargs = provider.kwargs_for("recraft/recraftv3")

    said, *advice = as_tool(ImageBot(**kwargs))("a cat").splitlines()

    assert said.startswith("AuthenticationError: ")
    assert any("check RECRAFT_API_KEY" in one for one in advice)
    assert kwargs["api_key"] not in said + "".join(advice)


def test_finished_picture_that_cannot_be_saved_is_raised(tmp_path: Path) -> None:
    """What was paid for is not lost in an answer: the error reaches the program, with the pictures."""

    class Unlucky(ImageBot):
        def generate(self, prompt: str, **overrides: Any) -> ImageResult:
            (tmp_path / "made").rmdir()
            (tmp_path / "made").write_text("no folder any more")
            return super().generate(prompt, **overrides)

    tool = Unlucky(model="offline/sketch", size="64x64").as_tool(folder="made")

    with pytest.raises(SaveError) as raised:
        tool("a cat")

    assert b"\x89PNG" == raised.value.result[0].to_bytes()[:4]


def test_answer_tells_price_and_adjustments(provider: ProviderServer) -> None:
    """What was done otherwise, and what it cost, stand below the path."""
    provider.pictures.size = (64, 64)
    bot = ImageBot(**provider.kwargs_for("recraft/recraftv3"), allow_private_hosts=["127.0.0.1"])
    bot.build_request("load LiteLLM, which has warnings of its own")
    tool = as_tool(bot)

    with pytest.warns(AdjustmentWarning, match="quality"):
        path, *rest = tool("a cat", quality="high").splitlines()

    assert "a-cat.webp" == Path(path).name
    assert "cost: $0.04" == rest[-1]
    assert any(line.startswith("quality='high' left out") for line in rest)


def test_limit_of_the_bot_holds(provider: ProviderServer) -> None:
    """An agent that goes on asking is stopped by max_cost before anything is sent."""
    provider.pictures.size = (64, 64)
    kwargs = provider.kwargs_for("recraft/recraftv3")
    tool = as_tool(ImageBot(**kwargs, allow_private_hosts=["127.0.0.1"], max_cost=0.05))
    tool("a cat")

    assert tool("another cat").startswith("BudgetExceededError: max_cost is $0.05")
    assert 1 == len(provider.posts)


def test_name_and_description_are_plain(bot: ImageBot) -> None:
    """Name, docstring and types are where frameworks look for them."""
    tool = as_tool(bot, name="draw_a_picture")

    assert ("draw_a_picture", "draw_a_picture") == (tool.__name__, tool.__qualname__)
    assert "Draw a picture from a text prompt" in (inspect.getdoc(tool) or "")
    assert all(f" {name}: " in (tool.__doc__ or "") for name in inspect.signature(tool).parameters)
    assert {"prompt": str, "size": str | None, "quality": str | None, "n": int | None, "return": str} == get_type_hints(
        tool
    )
    assert inspect.isfunction(tool)


def test_types_are_of_the_form_that_every_framework_reads(tool: Callable[..., str]) -> None:
    """What may be left out is a typing.Union: LlamaBot tells a model that ``int | None`` is text."""
    kinds = {name: get_origin(kind) for name, kind in get_type_hints(tool).items()}

    assert {"prompt": None, "size": Union, "quality": Union, "n": Union, "return": None} == kinds


def test_schema_has_plain_types_only(tool: Callable[..., str]) -> None:
    """pydantic makes a JSON schema of the function, with the prompt as the only thing that must be given."""
    schema = TypeAdapter(tool).json_schema()

    kinds = {one["type"] for field in schema["properties"].values() for one in field.get("anyOf", [field])}
    assert (["prompt"], PLAIN) == (schema["required"], kinds)


def test_model_of_its_parameters_can_be_made(tool: Callable[..., str]) -> None:
    """A framework that makes a model of the signature, and calls with all that it holds, gets a picture."""
    fields = {
        name: (one.annotation, ... if one.default is one.empty else one.default)
        for name, one in inspect.signature(tool).parameters.items()
    }
    model = create_model("Parameters", **fields)

    arguments = model.model_validate_json('{"prompt": "a cat", "size": null}').model_dump()

    assert "a-cat.png" == Path(tool(**arguments)).name


def test_arguments_are_checked_by_pydantic(tool: Callable[..., str]) -> None:
    """The types say enough to refuse what a model makes up."""
    with pytest.raises(ValidationError):
        validate_call(tool)(prompt="a cat", n="several")


def test_attributes_can_be_set(tool: Callable[..., str]) -> None:
    """Decorators that hang a schema on the function find a function that takes it."""
    tool.json_schema = "{}"

    assert "{}" == vars(tool)["json_schema"]
