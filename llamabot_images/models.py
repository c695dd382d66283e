"""What models take: sizes, qualities, pictures per call.

LiteLLM says which parameters it forwards for a model; the rows here say what the provider behind it
does with them. A model without a row gets what was asked. First match wins. Facts as of 2026-11-20,
from the providers' API references and LiteLLM 1.106.2.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from llamabot_images.sizes import AnySize, ListedSizes, Ratios, SizeRule, SteppedSizes

__all__ = ["RULES", "ModelRule", "rule_for"]


@dataclass(frozen=True)
class ModelRule:
    """What one family of models takes.

    :param pattern: Matched against ``provider/name``.
    :param sizes: Sizes on offer.
    :param size_as: The parameter that carries the size; ``""`` where there is none.
    :param qualities: Values of ``quality``; empty where there is no such setting, ``None`` where any
        value goes.
    :param images_per_call: Most pictures one request may ask for; ``None`` for no known limit.
    :param rejects: Parameters that the provider refuses although LiteLLM forwards them.
    :param keeps: Provider parameters that LiteLLM forwards, where it silently drops all others;
        ``None`` where it forwards every one.
    :param forced: Parameters that LiteLLM refuses to forward although the server may take them; sent
        in ``extra_body`` when the caller asks for them.
    :param auto_size: Whether ``size="auto"`` may be sent.
    :param only_base64: The provider never replies by URL.
    :param note: A price or behaviour that callers should be told when they set ``quality``.
    """

    pattern: str
    sizes: SizeRule = AnySize()
    size_as: str = "size"
    qualities: tuple[str, ...] | None = None
    images_per_call: int | None = None
    rejects: frozenset[str] = frozenset()
    keeps: frozenset[str] | None = None
    forced: frozenset[str] = frozenset()
    auto_size: bool = False
    only_base64: bool = False
    note: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the row describes a model, rather than an unknown server."""
        return self.pattern != "*"


GPT_QUALITIES = ("low", "medium", "high", "auto")
GPT_2 = SteppedSizes(step=16, longest=3840, max_ratio=3, min_pixels=655_360, max_pixels=8_294_400)
#: LiteLLM 1.106.2 refuses anything else for these models.
MAI = SteppedSizes(step=1, longest=1376, max_ratio=1376 / 768, min_pixels=768 * 768, max_pixels=1_056_768, shortest=768)
GPT_1 = ListedSizes(("1024x1024", "1536x1024", "1024x1536"))
OFFLINE = SteppedSizes(step=1, longest=4096, max_ratio=64, min_pixels=1, max_pixels=4096 * 4096)
DALLE_3 = ListedSizes(("1024x1024", "1792x1024", "1024x1792"))
DALLE_2 = ListedSizes(("256x256", "512x512", "1024x1024"))
GEMINI = Ratios(("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"))
#: LiteLLM spells these five; it drops ``aspectRatio`` for Vertex AI before 1.100.
IMAGEN = Ratios(
    ("1:1", "3:4", "4:3", "9:16", "16:9"),
    spelled=(
        ("1:1", "1024x1024"),
        ("3:4", "896x1280"),
        ("4:3", "1280x896"),
        ("9:16", "1024x1792"),
        ("16:9", "1792x1024"),
    ),
)
STABILITY = Ratios(("1:1", "2:3", "3:2", "4:5", "5:4", "9:16", "16:9", "9:21", "21:9"))
SDXL = ListedSizes(
    (
        "1024x1024",
        "1152x896",
        "896x1152",
        "1216x832",
        "832x1216",
        "1344x768",
        "768x1344",
        "1536x640",
        "640x1536",
    )
)
RECRAFT = ListedSizes(
    (
        "1024x1024",
        "1365x1024",
        "1024x1365",
        "1536x1024",
        "1024x1536",
        "1820x1024",
        "1024x1820",
        "1024x2048",
        "2048x1024",
        "1434x1024",
        "1024x1434",
        "1024x1280",
        "1280x1024",
        "1024x1707",
        "1707x1024",
    )
)
#: LiteLLM 1.106.2 translates just these for OpenRouter; any other size becomes a square without a word.
OPENROUTER = Ratios(
    ("1:1", "3:2", "2:3", "16:9", "9:16"),
    spelled=(
        ("1:1", "1024x1024"),
        ("3:2", "1536x1024"),
        ("2:3", "1024x1536"),
        ("16:9", "1792x1024"),
        ("9:16", "1024x1792"),
    ),
)
#: LiteLLM 1.106.2 translates just these for Runway; any other size becomes 1920x1080 without a word.
RUNWAY = ListedSizes(("1024x1024", "1920x1080", "1080x1920"))
VERTEX_GEMINI_KEEPS = frozenset({"imageConfig", "aspectRatio", "aspect_ratio", "imageSize", "image_size", "tools"})
STABILITY_KEEPS = frozenset({"negative_prompt", "seed", "output_format", "mode", "strength", "style_preset"})
BFL_KEEPS = frozenset(
    {
        "seed",
        "output_format",
        "safety_tolerance",
        "prompt_upsampling",
        "raw",
        "image_url",
        "image_prompt_strength",
        "aspect_ratio",
    }
)

RULES: tuple[ModelRule, ...] = (
    ModelRule("offline/*", OFFLINE, qualities=GPT_QUALITIES, keeps=frozenset({"seed", "output_format"})),
    ModelRule("openai/dall-e-3", DALLE_3, qualities=("standard", "hd"), images_per_call=1),
    ModelRule("openai/dall-e-2", DALLE_2, qualities=("standard",), images_per_call=10),
    ModelRule(
        "openai/gpt-image-1*",
        GPT_1,
        qualities=GPT_QUALITIES,
        images_per_call=10,
        auto_size=True,
        only_base64=True,
    ),
    ModelRule(
        "openai/chatgpt-image*",
        GPT_1,
        qualities=GPT_QUALITIES,
        images_per_call=10,
        auto_size=True,
        only_base64=True,
    ),
    ModelRule(
        "openai/gpt-image-*",
        GPT_2,
        qualities=GPT_QUALITIES,
        images_per_call=10,
        auto_size=True,
        only_base64=True,
    ),
    ModelRule("azure/*dall-e-3*", DALLE_3, qualities=("standard", "hd"), images_per_call=1),
    ModelRule("azure/*dalle3*", DALLE_3, qualities=("standard", "hd"), images_per_call=1),
    ModelRule(
        "azure/*gpt-image-1*",
        GPT_1,
        qualities=GPT_QUALITIES,
        images_per_call=10,
        auto_size=True,
        only_base64=True,
    ),
    ModelRule(
        "azure/*gpt-image-*",
        GPT_2,
        qualities=GPT_QUALITIES,
        images_per_call=10,
        auto_size=True,
        only_base64=True,
    ),
    ModelRule("azure_ai/MAI-*", MAI, qualities=(), images_per_call=1, rejects=frozenset({"n"})),
    ModelRule("azure_ai/*flux*", AnySize(step=32), qualities=(), images_per_call=1),
    ModelRule("azure_ai/*FLUX*", AnySize(step=32), qualities=(), images_per_call=1),
    ModelRule("gemini/imagen-*", IMAGEN, images_per_call=4, keeps=frozenset({"personGeneration"})),
    ModelRule("gemini/*", GEMINI, images_per_call=1, keeps=frozenset({"imageConfig", "tools", "web_search_options"})),
    ModelRule("vertex_ai/gemini*", IMAGEN, images_per_call=1, keeps=VERTEX_GEMINI_KEEPS),
    ModelRule("vertex_ai/*", IMAGEN, images_per_call=4),
    ModelRule(
        "openrouter/*",
        OPENROUTER,
        qualities=("low", "standard", "medium", "high", "hd", "auto"),
        images_per_call=1,
        note="LiteLLM makes image_size of it, 'medium' 2K and 'high' 4K, at a multiple of the price of 1K",
    ),
    ModelRule("bedrock/*stable-diffusion-xl*", SDXL, images_per_call=1),
    ModelRule("bedrock/*stability.*", STABILITY, "aspect_ratio", images_per_call=1),
    ModelRule("bedrock/*amazon.*", AnySize(), qualities=("standard", "premium"), images_per_call=5),
    ModelRule("recraft/*", RECRAFT, images_per_call=6),
    ModelRule("stability/*", STABILITY, "aspect_ratio", images_per_call=1, keeps=STABILITY_KEEPS),
    ModelRule("black_forest_labs/*", AnySize(step=32), qualities=(), images_per_call=1, keeps=BFL_KEEPS),
    ModelRule("xai/*", AnySize(), qualities=(), images_per_call=10, rejects=frozenset({"size", "style"})),
    ModelRule("together_ai/*", AnySize(), qualities=(), images_per_call=4, rejects=frozenset({"style", "user"})),
    ModelRule("fal_ai/*", AnySize(), qualities=(), images_per_call=4),
    ModelRule(
        "runwayml/*",
        RUNWAY,
        images_per_call=1,
    ),
    ModelRule("*", forced=frozenset({"response_format", "style"})),
)


@lru_cache(maxsize=256)
def rule_for(provider: str, name: str) -> ModelRule:
    """Return the row for a model.

    :param provider: LiteLLM's provider name.
    :param name: The model without the provider's prefix.
    :return: The first matching row; the last row matches everything.
    """
    return next(rule for rule in RULES if fnmatchcase(f"{provider}/{name}", rule.pattern))
