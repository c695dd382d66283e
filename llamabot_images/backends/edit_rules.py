"""What models take when they edit: how many pictures, which kinds, and masks in which form.

LiteLLM takes the first of several pictures, leaves out a mask, or drops a setting without a word where a provider
has no place for it; the rows here say where. First match wins. Facts as of 2026-11-21, from LiteLLM 1.106.2 and the
providers' API references.
"""

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from llamabot_images.models import ModelRule, rule_for

__all__ = ["EditRule", "edit_rule_for", "model_rule_for"]

ANYTHING = frozenset({"image/png", "image/jpeg", "image/webp"})
BFL_KEEPS = frozenset({"seed", "output_format", "safety_tolerance", "prompt_upsampling", "aspect_ratio", "steps"})
BFL_KEEPS |= {"guidance", "grow_mask", "top", "bottom", "left", "right"}


@dataclass(frozen=True)
class EditRule:
    """What one family of models takes.

    :param pattern: Matched against ``provider/name``.
    :param mask: The form of a mask, see ``masks.mask_as``; ``""`` where there is none.
    :param most: Most pictures of one request; ``None`` for no known limit.
    :param mime_types: Kinds of picture that may be sent; others become PNG.
    :param needs_mask: Whether a mask, or a picture with transparency, must say where to paint.
    :param rejects: Parameters that the provider has not, although LiteLLM or its image call forwards them.
    :param keeps: Provider parameters that LiteLLM forwards, where it drops all others and ``extra_body``.
    :param adds: Whether LiteLLM drops form fields that the provider has, so that they must be added.
    """

    pattern: str
    mask: str = ""
    most: int | None = None
    mime_types: frozenset[str] = ANYTHING
    needs_mask: bool = False
    rejects: frozenset[str] = frozenset()
    keeps: frozenset[str] | None = None
    adds: bool = False


SIZE = frozenset({"size"})
#: OpenAI's parameters that would go out in a form of Stability's.
STABILITY_REJECTS = SIZE | {"moderation", "output_compression"}
#: Stability's settings on Bedrock.
STABLE_KEEPS = frozenset({"negative_prompt", "aspect_ratio", "output_format", "mode", "style_preset", "seed"})
STABLE_KEEPS |= {"select_prompt", "search_prompt", "left", "right", "up", "down", "strength", "control_strength"}
STABLE_KEEPS |= {"creativity", "grow_mask", "fidelity", "composition_fidelity", "style_strength", "change_strength"}
STABLE_KEEPS |= {"init_image", "style_image"}
FLUX_2_REJECTS = frozenset({"background", "moderation", "user", "output_compression"})
FLUX_2_KEEPS = frozenset({"aspect_ratio", "width", "height", "num_images", "guidance", "steps", "seed"})
FLUX_2_KEEPS |= {"output_format", "safety_tolerance"}
NOVA_KEEPS = frozenset({"cfgScale", "imageGenerationConfig", "maskPrompt", "negativeText", "outPaintingMode", "seed"})
NOVA_KEEPS |= {"similarityStrength", "taskType"}
#: Stability's edits that find out by themselves, or from a prompt, where to paint.
MASKLESS = (
    "search-and-", "background", "outpaint", "fast", "conservative", "creative", "sketch", "structure", "style",
)  # fmt: skip

RULES: tuple[EditRule, ...] = (
    EditRule("openai/dall-e-2", "alpha", 1, frozenset({"image/png"})),
    EditRule("openai/*", "alpha", 16),
    EditRule("azure/*", "alpha", 16),
    EditRule("azure_ai/MAI-*", most=1),
    EditRule("azure_ai/*[fF][lL][uU][xX]?2*", rejects=FLUX_2_REJECTS, keeps=FLUX_2_KEEPS),
    EditRule("azure_ai/*", "alpha"),
    EditRule("litellm_proxy/*", "alpha"),
    EditRule("fal_ai/*", "alpha", keeps=frozenset()),
    EditRule("gemini/*", keeps=frozenset({"imageConfig"})),
    EditRule("vertex_ai/gemini*", keeps=frozenset()),
    EditRule("vertex_ai/*", "white", 1, keeps=frozenset()),
    EditRule("openrouter/*", keeps=frozenset()),
    EditRule("recraft/*", most=1, rejects=frozenset({"moderation", "output_format", "output_compression"}), adds=True),
    *(EditRule(f"stability/*{name}*", most=1, rejects=STABILITY_REJECTS, adds=True) for name in MASKLESS),
    EditRule("stability/*", "white", 1, needs_mask=True, rejects=STABILITY_REJECTS, adds=True),
    EditRule("bedrock/*stability.*inpaint*", "white", 1, needs_mask=True, rejects=SIZE, keeps=STABLE_KEEPS),
    EditRule("bedrock/*stability.*erase*", "white", 1, needs_mask=True, rejects=SIZE, keeps=STABLE_KEEPS),
    EditRule("bedrock/*stability.*", most=1, rejects=SIZE, keeps=STABLE_KEEPS),
    EditRule("bedrock/*", "black", 1, frozenset({"image/png", "image/jpeg"}), keeps=NOVA_KEEPS),
    EditRule("black_forest_labs/*", most=1, keeps=BFL_KEEPS),
    EditRule("*"),
)


def edit_rule_for(provider: str, name: str) -> EditRule:
    """Return the row for a model.

    :param provider: LiteLLM's provider name.
    :param name: The model without the provider's prefix.
    :return: The first matching row; the last row matches everything.
    """
    return next(rule for rule in RULES if fnmatchcase(f"{provider}/{name}", rule.pattern))


def model_rule_for(provider: str, name: str) -> ModelRule:
    """Return what is known of a model's sizes and settings when it edits."""
    drawing, editing = rule_for(provider, name), edit_rule_for(provider, name)
    lost = frozenset() if editing.keeps is None else frozenset({"extra_body"})
    return replace(
        drawing,
        size_as="size",
        rejects=drawing.rejects | editing.rejects | lost,
        keeps=None if editing.adds else editing.keeps if editing.keeps is not None else drawing.keeps,
    )
