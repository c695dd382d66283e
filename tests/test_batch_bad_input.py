"""What makes no sense is refused with what to do: nothing lost, nothing spent."""

import warnings
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot, SaveError, UnroutedModelError
from llamabot_images.batch import JournalError
from llamabot_images.errors import ImageBotWarning

from .calls import bot_for, both_ways
from .providers import Pictures, ProviderServer, picture
from .providers.fixture import provider
from .test_batch import draw

__all__ = ["provider"]

BAD = [
    (([],), {}, ValueError, "there are no prompts"),
    ((iter(()),), {}, ValueError, "there are no prompts"),
    (("one prompt",), {}, TypeError, "prompts is 'one prompt'; give a list"),
    (({"prompt": "a"},), {}, TypeError, "give a list"),
    ((5,), {}, TypeError, "prompts is 5"),
    ((["a"],), {"max_workers": 0}, ValueError, "max_workers is 0; give a whole number, 1 or more"),
    ((["a"],), {"max_workers": 2.5}, ValueError, "max_workers is 2.5"),
    ((["a"],), {"images_per_minute": 0}, ValueError, "images_per_minute is 0"),
    ((["a"],), {"max_cost": -1}, ValueError, "max_cost is -1"),
    (([{"prompt": "a", "file_name": "A.png"}, {"prompt": "b", "file_name": "a.png"}],), {}, ValueError,
     "file_name 'a.png' of prompt 2 is already that of prompt 1; nothing was sent"),
    (([{"prompt": "a", "id": 1}, {"prompt": "b", "id": "1"}],), {}, ValueError, "id '1' of prompt 2 is already"),
]  # fmt: skip


@both_ways
@pytest.mark.parametrize(("args", "options", "kind", "words"), BAD)
def test_nonsense_is_refused(
    bot: ImageBot, is_async: bool, args: Any, options: dict[str, Any], kind: type[Exception], words: str
) -> None:
    """What makes no sense is refused with what to do, before anything is made."""
    with pytest.raises(kind, match=words):
        draw(bot, is_async, *args, "out", **options)

    assert [] == list(Path().iterdir())


NAMES = ["../up.png", "/tmp/x.png", ".hidden.png", "a/../b.png", "a\\b.png", "", "a\0b.png", "c:x.png"]


@pytest.mark.parametrize("name", NAMES)
def test_name_that_leaves_the_folder_is_refused(bot: ImageBot, name: str) -> None:
    """A file_name of somebody's table cannot point out of the folder; the other prompts are drawn."""
    result = bot.batch([{"prompt": "a", "file_name": name}, "b"], "out")

    assert ["failed", "done"] == [one.status for one in result]
    assert "give a name inside the folder" in str(result[0].error)
    assert ["b.png"] == sorted(path.name for path in Path().rglob("*.png"))


def test_second_use_of_a_name_in_a_generator_is_a_failure(bot: ImageBot) -> None:
    """Where prompts come one by one, the second one with a taken name fails and the rest goes on."""
    prompts = ({"prompt": f"panda {number}", "file_name": f"{number % 2}.png"} for number in range(3))

    result = bot.batch(prompts, "out")

    assert ["done", "done", "failed"] == [one.status for one in result]
    assert "is already that of prompt 1" in str(result[2].error)


def test_unwritable_folder_is_told_before_anything_is_sent(provider: ProviderServer) -> None:
    """Where nothing can be written nothing is sent."""
    Path("out").write_text("a file")

    with pytest.raises(SaveError):
        bot_for(provider, "gpt-image-2").batch(["a"], "out")

    assert [] == provider.posts


def test_folder_of_another_version_is_left_alone(provider: ProviderServer) -> None:
    """A journal that a later version wrote stops the batch before anything is sent."""
    Path("out").mkdir()
    Path("out/metadata.jsonl").write_text('{"file_name": "a.png", "schema_version": 7}\n')

    with pytest.raises(JournalError, match="its schema is 7"):
        bot_for(provider, "gpt-image-2").batch(["a"], "out")

    assert [] == provider.posts


def test_folder_with_a_batch_in_it_is_left_alone(bot: ImageBot) -> None:
    """While one batch runs in a folder, another one is refused and the first one goes on."""
    refused: list[str] = []

    def start_another(event: Any) -> None:
        if event.kind == "start":
            with pytest.raises(JournalError) as caught:
                bot.batch(["b"], "out", progress=False)
            refused.append(str(caught.value))

    result = bot.batch(["a"], "out", on_event=start_another)

    assert 1 == len(refused) == len(result.ok)
    assert "another batch is running in 'out'" in refused[0]


def test_ending_that_no_picture_can_have_is_told_before_anything_is_sent(provider: ProviderServer) -> None:
    """A prompt whose file could not be written is not paid for; the others are drawn."""
    prompts = [{"prompt": "a", "file_name": "a.heic"}, {"prompt": "b", "file_name": "b.png"}]

    result = bot_for(provider, "gpt-image-2").batch(prompts, "out", progress=False)

    assert ["failed", "done"] == [one.status for one in result]
    assert "no picture can be converted to '.heic'" in str(result[0].error)
    assert 1 == len(provider.posts)


@both_ways
def test_pictures_outlast_warnings_that_are_errors(provider: ProviderServer, is_async: bool) -> None:
    """Where a filter makes errors of warnings, a batch keeps a picture of another size than asked."""
    bot = bot_for(provider, "gpt-image-2", size="1536x1024")
    provider.script(Pictures(files=(picture(size=(64, 64)),)))

    with warnings.catch_warnings():
        warnings.simplefilter("error", ImageBotWarning)
        result = draw(bot, is_async, ["a"], "out", progress=False)

    assert ["done"] == [one.status for one in result]
    assert ["a.png"] == [path.name for path in Path("out").glob("*.png")]


KNOWN = {
    "rate": ({"n": 5}, {"images_per_minute": 4}),
    "model": ({"model": "nobody/knows-this"}, {}),
    "size": ({"size": "no size"}, {}),
}


@both_ways
@pytest.mark.parametrize("name", KNOWN)
def test_what_is_known_before_sending_is_no_outage(provider: ProviderServer, name: str, is_async: bool) -> None:
    """Prompts that cannot be sent as they are fail alone, however many there are in a row."""
    settings, options = KNOWN[name]
    prompts = [*({"prompt": f"x{number}", **settings} for number in range(12)), "good"]

    result = draw(bot_for(provider, "gpt-image-2"), is_async, prompts, "out", max_workers=1, **options)

    assert ["failed"] * 12 + ["done"] == [one.status for one in result]
    assert result.stopped is None
    assert 1 == len(provider.posts)


def test_model_of_the_bot_that_nobody_knows_stops_at_once() -> None:
    """What every prompt would fail of is told once, without reading on."""
    endless = ({"prompt": f"panda {number}"} for number in iter(int, 1))

    with pytest.warns(ImageBotWarning, match="the batch was stopped"):
        result = ImageBot("nobody/knows-this").batch(endless, "out", max_workers=2)

    assert isinstance(result.stopped, UnroutedModelError)
    assert len(result) <= 10
