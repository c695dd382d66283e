"""One prompt and several models: a row for each, whatever becomes of it."""

import base64
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from llamabot_images import ContentPolicyError, ImageBot, MissingKeyError, SaveError
from llamabot_images.comparison import compare

from .calls import key_variables, together
from .providers import ProviderServer, Recorded, Status

MODELS = ["gemini/gemini-3.1-flash-image", "stability/sd3.5-large", "recraft/recraftv3"]


@pytest.fixture
def keyed(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    """Give a server that three providers' own variables lead to."""
    key_variables(provider, monkeypatch, "gemini", "stability", "recraft")
    monkeypatch.setenv("LLAMABOT_IMAGES_ALLOW_PRIVATE_HOSTS", "127.0.0.1")
    return provider


def test_each_model_is_a_row_with_its_saved_picture(keyed: ProviderServer, tmp_path: Path) -> None:
    """Rows come in the order of the models; each picture is saved under the prompt's and the model's name."""
    found = compare("a red panda", MODELS)

    assert MODELS == [row.model for row in found.rows]
    names = ["a-red-panda-gemini-3-1-flash-image", "a-red-panda-sd3-5-large", "a-red-panda-recraftv3"]
    assert names == [row.path.stem for row in found.rows if row.path]
    assert sorted(keyed.pictures.served) == sorted(row.path.read_bytes() for row in found.rows if row.path)
    assert 3 == len(keyed.posts)
    for row in found.rows:
        assert row.result is not None
        assert (row.result.cost, row.result.elapsed) == (row.cost, row.seconds)
        with Image.open(row.paths[0]) as picture:
            assert f"{picture.width}x{picture.height}" == row.size


def test_models_are_asked_side_by_side(keyed: ProviderServer) -> None:
    """The second model does not wait for the first."""
    keyed.always(together(keyed, 3))

    compare("a red panda", MODELS)

    assert 3 == keyed.in_flight_peak


def test_failure_of_one_model_is_its_row(keyed: ProviderServer) -> None:
    """A model that fails has its error in its row, on the sheet and in the table; the others have their pictures."""

    def refuse_one(request: Recorded) -> Status | None:
        return Status(400) if "stable-image" in request.path else None

    keyed.always(refuse_one)
    found = compare("a red panda", MODELS)

    assert [True, False, True] == [row.path is not None for row in found.rows]
    assert [None, None] == [found.rows[0].error, found.rows[2].error]
    assert type(found.rows[1].error).__name__ in str(found)
    assert 3 == (found.sheet.width - 22) // 342


def test_offline_models_are_compared_without_key_or_network(bot: ImageBot) -> None:
    """The offline models draw, refuse and are busy as others do."""
    found = compare("a red panda", ["offline/sketch", "offline/refuses", "offline/rate-limited"], bot=bot)

    drawn, refused, busy = found.rows
    assert (0.0, "64x64") == (drawn.cost, drawn.size)
    assert isinstance(refused.error, ContentPolicyError)
    assert "RateLimitError" == type(busy.error).__name__
    assert ["a-red-panda-sketch.png"] == os.listdir()
    facts = {"model": "offline/sketch", "seconds": round(drawn.seconds, 3), "cost": 0.0, "size": "64x64"}
    paths = ["a-red-panda-sketch.png"]
    assert facts | {"adjustments": [], "paths": paths, "error": None} == json.loads(json.dumps(drawn.as_json()))
    assert str(refused.as_json()["error"]).startswith("ContentPolicyError: offline refused")


def test_missing_keys_are_seen_before_anything_is_sent(keyed: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """All models without a key are named at once, OpenAI's too, and no other model is asked."""
    monkeypatch.delenv("STABILITY_API_KEY")

    with pytest.raises(MissingKeyError, match="(?s)gpt-image-2.*stability") as caught:
        compare("a red panda", ["gpt-image-2", *MODELS])

    assert ("OPENAI_API_KEY", "STABILITY_API_KEY") == caught.value.variables
    assert [] == keyed.posts
    assert [] == os.listdir()


def test_router_has_its_own_keys(provider: ProviderServer) -> None:
    """Models of a caller's Router are compared without any key in the environment."""
    import litellm

    deployment = {"model_name": "gpt-image-2", "litellm_params": provider.kwargs_for("gpt-image-2")}
    bot = ImageBot(router=litellm.Router(model_list=[deployment], num_retries=0))

    (row,) = compare("a red panda", ["gpt-image-2"], bot=bot).rows

    assert row.error is None
    assert row.path is not None


def test_overrides_and_settings_of_the_bot_count(bot: ImageBot, tmp_path: Path) -> None:
    """Size and n of the call, folder and sidecars of the bot; all pictures of a model are kept and shown."""
    bot.sidecar = True

    found = compare("a red panda", ["offline/sketch"], bot=bot, save_dir=tmp_path / "made", n=2, size="96x64")

    (row,) = found.rows
    assert "96x64" == row.size
    made = ["a-red-panda-sketch-2.png", "a-red-panda-sketch.png"]
    assert sorted([*made, *(f"{one}.json" for one in made)]) == sorted(os.listdir(tmp_path / "made"))
    assert 2 == len(row.paths)
    assert found.sheet.width > 600


def test_adjustments_are_told(keyed: ProviderServer) -> None:
    """What a model was asked otherwise is in its row and under the table."""
    with pytest.warns(UserWarning, match="quality"):
        found = compare("a red panda", MODELS[:1], quality="high")

    (row,) = found.rows
    assert 1 == len(row.adjustments)
    assert row.adjustments[0].startswith("quality='high' ")
    assert f"{row.model}: {row.adjustments[0]}" in str(found).splitlines()


def test_picture_that_cannot_be_saved_is_still_there(bot: ImageBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk after paying loses no picture: it is in the row and on the sheet."""

    def full(*_: Any, **__: Any) -> Any:
        raise SaveError("the disk is full")

    monkeypatch.setattr("llamabot_images.files.write_new", full)

    (row,) = compare("a red panda", ["offline/sketch"], bot=bot).rows

    assert isinstance(row.error, SaveError)
    assert row.result is not None
    assert row.result[0].to_bytes().startswith(b"\x89PNG")
    assert "$0" == row.texts()[2]


def test_table_says_where_a_rescued_picture_is(bot: ImageBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told of a picture that was paid for is not cut short: its path stands at the end."""
    path = f"/tmp/{'deep/' * 30}rescued.png"

    def full(*_: Any, **__: Any) -> Any:
        raise SaveError(f"the disk is full. The picture was rescued to {path!r}.", rescue_path=path)

    monkeypatch.setattr("llamabot_images.files.write_new", full)

    assert path in str(compare("a red panda", ["offline/sketch"], bot=bot))


def test_offline_models_are_compared_without_litellm() -> None:
    """Where no model needs LiteLLM, it is not loaded, whichever model the bot names itself."""
    code = (
        "import sys; from llamabot_images import compare; compare('a fox', ['offline/sketch'], size='64x64')\n"
        "assert 'litellm' not in sys.modules"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)

    assert (0, "") == (done.returncode, done.stderr)


def test_folder_is_tried_before_anything_is_sent(keyed: ProviderServer, tmp_path: Path) -> None:
    """Where nothing can be written, nothing is bought."""
    (tmp_path / "file").write_text("")

    with pytest.raises(SaveError):
        compare("a red panda", MODELS, save_dir=tmp_path / "file")

    assert [] == keyed.posts


def test_spending_limit_of_the_bot_holds(keyed: ProviderServer) -> None:
    """Models past the limit are rows with the error and were not asked."""
    found = compare("a red panda", MODELS, bot=ImageBot(max_cost=0.0001))

    assert {"BudgetExceededError"} <= {type(row.error).__name__ for row in found.rows}
    assert len(keyed.posts) == sum(row.result is not None for row in found.rows)


def test_models_may_be_any_iterable(bot: ImageBot) -> None:
    """Names that can be read only once are all drawn."""
    found = compare("a red panda", (f"offline/{name}" for name in ("sketch", "refuses")), bot=bot)

    assert ["offline/sketch", "offline/refuses"] == [row.model for row in found.rows]


@pytest.mark.parametrize("models", [[], (), "gpt-image-2", "", iter(())])
def test_no_models_are_refused(models: Any) -> None:
    """An empty list, or one name instead of a list, is an error that shows what to give."""
    with pytest.raises(ValueError, match="give a list, such as"):
        compare("a red panda", models)


def test_notebook_shows_a_bounded_thumbnail_and_an_escaped_table(bot: ImageBot) -> None:
    """What a notebook stores is one small picture and a table in which a prompt is text."""
    found = compare("<script>alert(1)</script>", ["offline/sketch"] * 5 + ["offline/refuses"], bot=bot, size="256x256")

    data, _ = found._repr_mimebundle_()
    assert str(found) == data["text/plain"]
    assert "<script" not in data["text/html"]
    (encoded,) = re.findall(r'src="data:image/jpeg;base64,([^"]*)"', data["text/html"])
    assert len(encoded) < 140_000
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as picture:
        assert max(picture.size) <= 1024
    assert 7 == data["text/html"].count("<tr>")
