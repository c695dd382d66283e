"""The offline model: a picture drawn here from the prompt. No key, no network, no AI.

``offline/sketch`` draws. ``offline/refuses``, ``offline/rate-limited`` and ``offline/slow`` behave like
providers on a bad day, for tests of people's own programs.
"""

import base64
import io
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from llamabot_images.errors import ContentPolicyError, UnroutedModelError, UnsupportedParameterError
from llamabot_images.failures import Failure
from llamabot_images.models import ModelRule, rule_for
from llamabot_images.request import Asked, Capabilities
from llamabot_images.retry import SendFailed
from llamabot_images.sizes import Shape, parse_size
from llamabot_images.threads import Threads

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Drawn", "Offline", "OfflineReply", "draw"]

MODELS = ("sketch", "refuses", "rate-limited", "slow")
FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP"}
TAKES = frozenset({"n", "size", "quality", "response_format", "user", "output_format"})
SLOW_SECONDS = 3.0
MAX_EDGE = 4096
#: Characters of the prompt that it repeats.
MOST_QUOTED = 200


@dataclass(frozen=True)
class Drawn:
    """One picture of a reply, in the form LiteLLM gives it."""

    url: str | None = field(default=None, repr=False)
    b64_json: str | None = field(default=None, repr=False)
    revised_prompt: str | None = None


@dataclass(frozen=True)
class OfflineReply:
    """A reply in the form LiteLLM gives it."""

    data: list[Drawn]
    usage: Any = None
    created: int = 0
    is_free: bool = True
    _hidden_params: Mapping[str, Any] = field(default_factory=lambda: {"response_cost": 0.0}, repr=False)


class Offline:
    """Draws with Pillow.

    :param threads: Where async verbs draw.
    """

    def __init__(self, threads: Threads) -> None:
        self._threads = threads

    def capabilities(self, model: str, extra: Mapping[str, Any]) -> Capabilities:
        """Return what the offline model takes.

        :raises UnroutedModelError: For a name that is none of its own.
        """
        name = model.partition("/")[2]
        if name not in MODELS:
            names = ", ".join(f"offline/{one}" for one in MODELS)
            raise UnroutedModelError(f"there is no model {model!r}; choose one of {names}")
        return Capabilities("offline", name, TAKES, prices={"is_free": True}, route="offline")

    def rule(self, can: Capabilities) -> ModelRule:
        """Return what the offline model draws."""
        return rule_for(can.provider, can.name)

    def streams(self, can: Capabilities) -> bool:
        """Tell that its drawings can be watched."""
        return True

    def credentials(self, asked: Asked, can: Capabilities) -> dict[str, Any]:
        """Return nothing: no key is needed."""
        return {}

    def send(self, keywords: dict[str, Any], can: Capabilities) -> OfflineReply:
        """Draw what is asked, or change the given picture."""
        if keywords.get("sources"):
            from llamabot_images.backends.offline_edits import redraw

            reply = redraw(keywords, can)
        else:
            raise_for(can.name)
            reply = draw(**{name: value for name, value in keywords.items() if name not in ("model", "timeout")})
        return replace(reply, _hidden_params={**reply._hidden_params, "text": words_for(keywords)})

    async def asend(self, keywords: dict[str, Any], can: Capabilities) -> OfflineReply:
        """Draw without blocking the event loop."""
        return await self._threads.run(self.send, keywords, can)

    def stream(self, keywords: dict[str, Any], can: Capabilities) -> Any:
        """Yield words and unfinished pictures, then the reply."""
        from llamabot_images.backends.offline_stream import pieces_of_drawing
        from llamabot_images.backends.one_line import Watched

        if keywords.get("sources"):
            return Watched(one for one in (self.send(keywords, can),))
        return Watched(pieces_of_drawing(keywords, can))

    def close(self) -> None:
        """Nothing is held."""


def words_for(keywords: Mapping[str, Any]) -> str:
    """Return what the offline model says beside its picture, as chat models do.

    :param keywords: Of one call.
    """
    prompt = " ".join(keywords["prompt"].split())
    shown = prompt if len(prompt) <= MOST_QUOTED else f"{prompt[:MOST_QUOTED]}…"
    return f"I changed the picture: {shown}." if keywords.get("sources") else f"Here is a drawing of {shown}."


def raise_for(name: str) -> None:
    """Do what a scripted failure is there for; nothing for ``"sketch"``.

    :param name: The offline model's name. ``"slow"`` takes three seconds.
    :raises SendFailed: As a provider's failure would be reported.
    """
    if name == "slow":
        time.sleep(SLOW_SECONDS)
    if name == "refuses":
        said = "the offline model was told to refuse"
        raise SendFailed(Failure("refused", said, 400, "moderation_blocked", stage="prompt"), ContentPolicyError(said))
    if name == "rate-limited":
        raise SendFailed(Failure("busy", "the offline model was told to be busy", 429, retry_after=600), _busy())


def _busy() -> Exception:
    from llamabot_images.backends.litellm_fixes import load

    litellm = load()

    error: Exception = litellm.RateLimitError(
        "the offline model was told to be busy", "offline", "offline/rate-limited"
    )
    return error


def draw(
    prompt: str,
    *,
    n: int = 1,
    size: str | None = None,
    response_format: str | None = "b64_json",
    output_format: str = "png",
    seed: int | None = None,
    **ignored: Any,
) -> OfflineReply:
    """Draw *n* pictures of *prompt*.

    :param prompt: What to draw.
    :param n: How many; each one differs.
    :param size: ``"WIDTHxHEIGHT"``, 1024x1024 by default.
    :param response_format: ``"url"`` gives data URIs, since there is no server; else base64.
    :param output_format: ``"png"``, ``"jpeg"`` or ``"webp"``.
    :param seed: Another number, another picture. The same prompt, size and seed give the same bytes.
    """
    from llamabot_images import sketch

    (width, height), kind = shape_of(size), kind_of(output_format)
    pictures = (sketch.draw(prompt, width, height, seed=seed, index=index) for index in range(n))
    return OfflineReply([drawn(encode(one, kind), kind, response_format) for one in pictures])


def shape_of(size: str | None) -> tuple[int, int]:
    """Return width and height of what is drawn."""
    shape = parse_size(size) or Shape(1024, 1024)
    return min(shape.width, MAX_EDGE), min(shape.height, MAX_EDGE)


def kind_of(output_format: str) -> str:
    """Return the kind of file by its name among ours."""
    kind = output_format.lower().replace("jpg", "jpeg")
    if kind not in FORMATS:
        raise UnsupportedParameterError(f"output_format is {output_format!r}; choose one of {', '.join(FORMATS)}")
    return kind


def drawn(data: bytes, kind: str, response_format: str | None) -> Drawn:
    """Return a finished file in the form that was asked for."""
    text = base64.b64encode(data).decode("ascii")
    return Drawn(url=f"data:image/{kind};base64,{text}") if response_format == "url" else Drawn(b64_json=text)


def encode(picture: "Image", kind: str = "png") -> bytes:
    """Return *picture* as a file that says in its metadata what drew it.

    :param picture: A drawing.
    :param kind: ``"png"``, ``"jpeg"`` or ``"webp"``.
    """
    from PIL.PngImagePlugin import PngInfo

    out = io.BytesIO()
    says = PngInfo()
    says.add_text("Software", "llamabot_images offline/sketch: a drawing routine, not AI")
    exif = picture.getexif()
    exif[0x0131] = "llamabot_images offline/sketch: a drawing routine, not AI"
    about: dict[str, Any] = {"pnginfo": says, "compress_level": 4} if kind == "png" else {"exif": exif, "quality": 90}
    picture.save(out, format=FORMATS[kind], **about)
    return out.getvalue()
