"""What made a picture is recorded, read back, asked anew, and missed loudly when it is lost."""

import asyncio
import base64
import json
import os
import re
import warnings
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import (
    ImageBot,
    ImageBotWarning,
    ImageReference,
    ImageResult,
    ProvenanceLostWarning,
    read_provenance,
)
from llamabot_images.payload import verify
from llamabot_images.provenance import embed, record_of, sent_by, sidecar_of, write_sidecar

from .pictures import encode, noisy, run_python
from .providers import ProviderServer, picture
from .test_marks import A1111, GRAPH, SAYS_IPTC, gif_xmp, png_parameters, with_comment, xmp

PNG = picture("png", (64, 48))
KEYS = [
    "file_name", "text", "schema_version", "id", "created", "prompt", "revised_prompt", "model", "provider", "size",
    "quality", "n", "index", "seed", "mime", "width", "height", "bytes", "sha256", "status", "maybe_charged", "usage",
    "cost", "cost_source", "elapsed", "request_id", "c2pa", "library", "litellm",
]  # fmt: skip


def reference(data: bytes, **about: Any) -> ImageReference:
    """Return a picture in memory."""
    return ImageReference.from_base64(base64.b64encode(data), **about)


def result_of(*pictures: bytes, **fields: Any) -> ImageResult:
    """Return a result that holds these pictures."""
    images = tuple(reference(one, prompt="a llama", revised_prompt="a fluffy llama") for one in pictures)
    sent = {"size": "1024x1024", "quality": "high", "n": len(images), "seed": 7}
    facts = {"prompt": "a llama", "model": "gpt-image-2", "provider": "openai", "sent": sent, **fields}
    return ImageResult(images=images, **facts)


def beside(path: Path) -> dict[str, Any]:
    """Return what stands in a picture's sidecar."""
    found: dict[str, Any] = json.loads(path.with_name(f"{path.name}.json").read_text("utf-8"))
    return found


@pytest.fixture
def recording() -> ImageBot:
    """Give a bot that draws offline and keeps records."""
    return ImageBot(model="offline/sketch", size="64x64", sidecar=True)


def test_record_has_all_keys_in_order() -> None:
    """Those of an ImageFolder come first, and the values are those of the result and of the file."""
    result = result_of(PNG, PNG, cost=0.5, cost_source="litellm", usage={"total_tokens": 9}, request_id="req_1")

    record = record_of(result, 1, "llama-2.png")

    assert KEYS == list(record)
    assert {
        "file_name": "llama-2.png",
        "text": "a llama",
        "schema_version": 1,
        "prompt": "a llama",
        "revised_prompt": "a fluffy llama",
        "model": "gpt-image-2",
        "provider": "openai",
        "size": "1024x1024",
        "quality": "high",
        "n": 2,
        "index": 1,
        "seed": 7,
        "mime": "image/png",
        "width": 64,
        "height": 48,
        "bytes": len(PNG),
        "sha256": sha256(PNG).hexdigest(),
        "status": "done",
        "maybe_charged": False,
        "usage": {"total_tokens": 9},
        "cost": 0.25,
        "cost_source": "litellm",
        "elapsed": 0.0,
        "request_id": "req_1",
        "c2pa": False,
        "library": f"llamabot_images {version('llamabot-images')}",
        "litellm": version("litellm"),
    } == {key: value for key, value in record.items() if key not in ("id", "created")}


def test_record_is_a_pure_function() -> None:
    """The same picture has the same record whenever it is made, and no other picture has its id."""
    result, other = result_of(PNG, PNG), result_of(PNG, created=datetime(2026, 1, 2, tzinfo=UTC))

    records = [record_of(result, index, "llama.png") for index in (0, 0, 1)] + [record_of(other, 0, "llama.png")]

    assert records[0] == records[1]
    assert 3 == len({one["id"] for one in records})
    assert "2026-01-02T00:00:00.000+00:00" == records[3]["created"]


def test_created_is_now_in_utc() -> None:
    """The time is that of the answer, with its zone."""
    created = datetime.fromisoformat(record_of(result_of(PNG), 0, "llama.png")["created"])

    assert timedelta() == created.utcoffset()
    assert abs(datetime.now(UTC) - created) < timedelta(minutes=1)


def test_record_is_plain_json() -> None:
    """Numbers that JSON has not and values that are no numbers are left out of the usage."""
    usage = {"total_tokens": 9, "odd": float("nan"), "endless": float("inf"), "key": "sk-secret", "flag": True}

    record = record_of(result_of(PNG, usage=usage), 0, "llama.png")

    assert {"total_tokens": 9} == record["usage"]
    assert record == json.loads(json.dumps(record, allow_nan=False))


def test_record_is_of_the_written_bytes() -> None:
    """Of a converted picture, the new file is described."""
    converted = encode(noisy(), "WEBP")

    record = record_of(result_of(picture("png", (64, 48), c2pa=True)), 0, "llama.webp", data=converted)

    assert ("image/webp", 48, 40, False) == tuple(record[key] for key in ("mime", "width", "height", "c2pa"))
    assert sha256(converted).hexdigest() == record["sha256"]
    assert record_of(result_of(picture("png", (64, 48), c2pa=True)), 0, "llama.png")["c2pa"]


def test_records_are_made_without_litellm() -> None:
    """LiteLLM's version is told although LiteLLM is not loaded."""
    code = (
        "import sys\nfrom llamabot_images import ImageBot\n"
        "from llamabot_images.provenance import record_of\n"
        "result = ImageBot(model='offline/sketch', size='64x64').generate('a llama')\n"
        "print(record_of(result, 0, 'llama.png')['litellm'], 'litellm' in sys.modules)"
    )

    assert f"{version('litellm')} False" == run_python(code)


@pytest.mark.parametrize(
    ("overrides", "size"),
    [
        ({"model": "gpt-image-2", "size": "1024x1536", "quality": "hd"}, "1024x1536"),
        ({"model": "gpt-image-2", "size": "auto"}, "auto"),
        ({"model": "hosted_vllm/any", "size": None, "aspect_ratio": "16:9"}, "16:9"),
        ({"model": "hosted_vllm/any", "size": None}, None),
        ({"model": "hosted_vllm/any", "size": None, "width": 640, "height": 480}, "640x480"),
        ({"model": "fal_ai/fal-ai/flux/dev", "size": None, "image_size": {"width": 640, "height": 480}}, "640x480"),
    ],
)
def test_what_was_sent_is_told(
    provider: ProviderServer, overrides: dict[str, Any], size: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Size, quality, number and seed are told as they go out, under whichever name."""
    for name in ("openai", "gemini", "hosted_vllm", "fal_ai"):
        for variable, value in provider.variables_for(name).items():
            monkeypatch.setenv(variable, value)

    request = ImageBot(n=2).build_request("a llama", extra_body={"seed": 5}, **overrides)
    sent = sent_by(request)

    assert {"size": size, "n": 2, "seed": 5} == {key: sent[key] for key in ("size", "n", "seed")}
    assert request.parameters.get("quality") == sent["quality"]


@pytest.mark.parametrize("is_async", [False, True])
def test_no_secret_is_recorded(provider: ProviderServer, is_async: bool) -> None:
    """Neither key nor header, address, signed query or user is in the sidecar."""
    settings = provider.kwargs_for("compatible")
    further = {"user": "CANARY-user", "extra_headers": {"X-Secret": "CANARY-header"}}
    bot = ImageBot(**settings, **further, response_format="url", sidecar=True)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImageBotWarning)
        path = asyncio.run(bot.acall("a llama")) if is_async else bot("a llama")
    text = sidecar_of(path).read_text("utf-8")

    assert "CANARY" in str(provider.posts[0].json) + str(provider.posts[0].headers)
    assert "CANARY" not in text
    assert settings["api_key"] not in text
    assert "127.0.0.1" not in text
    assert "http" not in text


def test_a_call_is_recorded_as_it_was_sent(provider: ProviderServer) -> None:
    """The sidecar of a called bot holds the request as the provider got it."""
    bot = ImageBot(**provider.kwargs_for("gpt-image-2"), n=2, size="1536x1024", quality="hd", sidecar=True)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImageBotWarning)
        path = bot("a llama")
    assert isinstance(path, Path)
    record, posted = beside(path), provider.posts[0].json

    assert ("openai", 2, posted["size"], posted["quality"]) == tuple(
        record[key] for key in ("provider", "n", "size", "quality")
    )


def test_a_saved_picture_tells_what_made_it(recording: ImageBot) -> None:
    """The sidecar is read with the picture, as the record that was written."""
    path = recording("a llama")
    assert isinstance(path, Path)

    found = read_provenance(path)

    assert found is not None
    assert (("sidecar",), "a llama", "offline/sketch", False) == (found.marks, found.prompt, found.model, found.changed)
    assert beside(path) == found.record
    assert found.software is not None
    assert "not AI" in found.software


def test_a_picture_without_marks_tells_nothing(tmp_path: Path) -> None:
    """There is nothing, rather than something empty."""
    (tmp_path / "plain.png").write_bytes(PNG)
    (tmp_path / "empty.png").write_bytes(b"")

    assert read_provenance(tmp_path / "plain.png") is None
    assert read_provenance(str(tmp_path / "empty.png")) is None


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"prompt": "theirs"}', '{"schema_version": 1}', "[" * 100_000, "\udcff", '{"a":1e999'],
)
def test_json_of_others_is_not_taken_for_ours(tmp_path: Path, text: str) -> None:
    """Broken and foreign files beside a picture are passed over."""
    (tmp_path / "plain.png").write_bytes(PNG)
    (tmp_path / "plain.png.json").write_bytes(text.encode("utf-8", "surrogateescape"))

    assert read_provenance(tmp_path / "plain.png") is None


def test_odd_values_in_a_sidecar_do_no_harm(tmp_path: Path) -> None:
    """A record that was edited by hand is given as it stands, without an error."""
    (tmp_path / "plain.png").write_bytes(PNG)
    write_sidecar(tmp_path / "plain.png", {"schema_version": "x", "prompt": "p", "model": ["m"], "sha256": 7})

    found = read_provenance(tmp_path / "plain.png")

    assert found is not None
    assert ("p", None, True) == (found.prompt, found.model, found.changed)


def test_another_picture_in_the_place_is_noticed(recording: ImageBot) -> None:
    """A record that is of other bytes is shown as such; what is in the picture itself goes before it."""
    path = recording.save(recording.generate("a llama"), "mine.png")[0]

    path.write_bytes(png_parameters(A1111))
    foreign = read_provenance(path)
    path.write_bytes(embed(PNG, {"prompt": "a tree"}))
    ours = read_provenance(path)

    assert foreign is not None
    assert (("a1111", "sidecar"), True, "dream") == (foreign.marks, foreign.changed, foreign.model)
    assert ours is not None
    assert (("iptc", "llamabot_images", "sidecar"), False, "a tree") == (
        ours.marks,
        ours.changed,
        ours.record["prompt"],
    )


@pytest.mark.parametrize(
    ("data", "mark", "prompt"),
    [
        (png_parameters(A1111), "a1111", 'a llama, <lora:fluffy:0.8>, "quoted"\non a hill'),
        (picture("jpeg", (64, 64), c2pa=True), "c2pa", None),
        (encode(noisy(), "WEBP", xmp=xmp(SAYS_IPTC["element"])), "iptc", None),
        (encode(noisy(), "WEBP", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0"), None, None),
    ],
)
def test_marks_of_others_are_read_from_files(tmp_path: Path, data: bytes, mark: str | None, prompt: str | None) -> None:
    """Files that other programs and providers have marked say so."""
    (tmp_path / "theirs").write_bytes(data)

    found = read_provenance(tmp_path / "theirs")

    assert ((mark,), prompt) == ((found.marks, found.prompt) if found else ((None,), None))


def test_what_is_no_file_is_an_os_error(tmp_path: Path) -> None:
    """A missing file, a folder, a device and a pipe are the documented error, and none hangs."""
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path / "missing.png", tmp_path, Path(os.devnull), tmp_path / "pipe"):
        with pytest.raises(OSError, match=re.escape(str(path))):
            read_provenance(path)


class Listening(ImageBot):
    """Keeps what it is asked."""

    asked: tuple[str, dict[str, Any]] = ("", {})

    def generate(self, prompt: str, **overrides: Any) -> ImageResult:
        """Note the request, then draw."""
        self.asked = (prompt, overrides)
        return super().generate(prompt, **overrides)


@pytest.mark.parametrize("is_embedded", [False, True])
def test_a_picture_is_drawn_again(recording: ImageBot, tmp_path: Path, is_embedded: bool) -> None:
    """From the sidecar or from the picture alone, another bot makes the same picture."""
    result = recording.generate("a llama\non a hill", seed=7, size="96x64")
    result = replace(result, provider="offline", sent={"size": "96x64", "n": 1, "seed": 7})
    path = recording.save(result)[0]
    if is_embedded:
        embed(path, beside(path))
        sidecar_of(path).unlink()

    again = ImageBot(model="offline/slow", size="32x32").again(path)

    assert ("a llama\non a hill", "offline/sketch") == (again.prompt, again.model)
    assert result[0].to_bytes() == again[0].to_bytes()


def test_again_goes_through_generate() -> None:
    """A subclass that changes generate changes this too; overrides win, the prompt's included."""
    path = result_of(PNG).save(sidecar=True)[0]
    bot = Listening(model="offline/sketch", size="32x32")

    bot.again(path, model="offline/sketch", quality="low")
    first = bot.asked
    bot.again(str(path), prompt="a tree", model="offline/sketch", size="64x64", n=2)

    assert (
        "a llama",
        {"model": "offline/sketch", "size": "1024x1024", "quality": "low", "seed": 7},
    ) == first
    assert ("a tree", "64x64", 2) == (bot.asked[0], bot.asked[1]["size"], bot.asked[1]["n"])


def test_what_was_left_to_the_model_is_left_to_it_again() -> None:
    """A quality that was not sent is not sent now, although the bot has one."""
    path = result_of(PNG, sent={"size": None, "quality": None, "n": 1, "seed": None}).save(sidecar=True)[0]
    bot = Listening(model="offline/sketch", size="32x32", quality="high")

    bot.again(path, model="offline/sketch")

    assert ("a llama", {"model": "offline/sketch", "size": None, "quality": None}) == bot.asked


def test_what_nobody_knows_is_the_bots_own() -> None:
    """Where the record does not know what was sent, the bot's settings hold."""
    path = result_of(PNG, sent={}, provider=None).save(sidecar=True)[0]
    bot = Listening(model="offline/sketch", size="32x32")

    bot.again(path, model="offline/sketch")

    assert ("a llama", {"model": "offline/sketch"}) == bot.asked


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (PNG, "ImageBot(sidecar=True)"),
        (b"", "ImageBot(sidecar=True)"),
        (png_parameters(A1111), "read_provenance(path).prompt"),
        (picture("png", (64, 64), c2pa=True), "ImageBot(sidecar=True)"),
    ],
)
def test_a_picture_without_a_record_cannot_be_asked_again(tmp_path: Path, data: bytes, advice: str) -> None:
    """The error names the file, says what to do, and nothing is sent."""
    (tmp_path / "llama.png").write_bytes(data)
    bot = Listening(model="offline/sketch")

    with pytest.raises(ValueError, match=f"'llama.png' has no record.*{re.escape(advice)}.*nothing was sent"):
        bot.again(tmp_path / "llama.png")

    assert ("", {}) == bot.asked


def test_a_record_of_other_bytes_is_not_asked_again(recording: ImageBot) -> None:
    """Nobody pays for a picture that only has the name of the one that was meant."""
    path = recording.save(recording.generate("a llama"), "mine.png")[0]
    path.write_bytes(PNG)

    with pytest.raises(ValueError, match=r"'mine\.png' is not the picture.*mine\.png\.json.*nothing was sent"):
        recording.again(path)


def graph_png() -> bytes:
    """Return a PNG with ComfyUI's graph."""
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("prompt", json.dumps(GRAPH))
    return encode(noisy(), "PNG", pnginfo=info)


@pytest.mark.parametrize(
    ("data", "target", "lost"),
    [
        (picture("png", (64, 64), c2pa=True), "lost.jpg", "C2PA manifest"),
        (picture("webp", (64, 64), c2pa=True), "lost.png", "C2PA manifest"),
        (png_parameters(A1111), "lost.webp", "a1111"),
        (graph_png(), "lost.jpg", "comfyui"),
        (embed(PNG, {"prompt": "a llama"}), "lost.jpg", "llamabot_images"),
        (gif_xmp(xmp(SAYS_IPTC["element"])), "lost.png", "iptc"),
        (encode(noisy(), "JPEG", xmp=xmp(SAYS_IPTC["element"])), "lost.bmp", "XMP"),
    ],
)
def test_losing_a_mark_is_told_once(data: bytes, target: str, lost: str) -> None:
    """A conversion that removes a mark says which, in one warning."""
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        path = reference(data).save(target)

    assert 1 == len(given), [str(one.message) for one in given]
    assert issubclass(given[0].category, ProvenanceLostWarning)
    assert lost in str(given[0].message)
    assert verify(path.read_bytes())


@pytest.mark.parametrize(
    ("data", "target"),
    [
        (PNG, "kept.jpg"),
        (with_comment("JPEG", b"UNICODE\0" + A1111.encode("utf-16-be")), "kept.webp"),
        (encode(noisy(), "JPEG", xmp=xmp(SAYS_IPTC["element"])), "kept.png"),
        (picture("png", (64, 64), c2pa=True), "kept.png"),
        (embed(encode(noisy(), "JPEG"), {"prompt": "a llama"}), "kept.webp"),
    ],
)
def test_what_is_kept_is_not_spoken_of(data: bytes, target: str) -> None:
    """Nothing is said where the marks are still there."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = reference(data).save(target)

    kept = read_provenance(path)
    assert reference(data).provenance.marks == (kept.marks if kept else ())
