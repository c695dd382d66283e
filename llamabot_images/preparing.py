"""What a bot does before it sends: settings and a prompt become a request, and nothing is spent."""

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from llamabot_images import names, saving
from llamabot_images.asked import CREDENTIALS, DEFAULTS, Asked, asked_from, texts_from
from llamabot_images.attempts import Attempt, first_with_key
from llamabot_images.built import taken
from llamabot_images.credentials import for_other_provider, without_keys
from llamabot_images.reach import reached
from llamabot_images.request import Capabilities, ImageRequest, negotiate
from llamabot_images.settings import BotSettings

__all__ = ["Preparing"]

#: Ways of asking whose key and address the bot settles for LiteLLM; a Router has its own.
BY_LITELLM = frozenset({"images", "edits", "chat"})
#: Providers that LiteLLM is not asked about.
OWN = frozenset({"offline", "ollama"})
#: Seconds for which a request that was built before counts as built now.
FRESH = 1.0


class Preparing(BotSettings):
    """The part of ``ImageBot`` that sends nothing."""

    def build_request(self, prompt: str, **overrides: Any) -> ImageRequest:
        """Return the request that would be sent. Override it to change every verb; sends nothing.

        :param prompt: What to draw.
        :param overrides: Any setting of a request.
        :return: The request, fitted to the model.
        :raises UnsupportedParameterError: For settings that make no sense, or that ``strict`` forbids to adjust.
        :raises MissingKeyError: When no key is found.
        """
        asked = self._asked(overrides)
        backend = self._sender.backends.pick(asked)
        can = backend.capabilities(asked.model, asked.extra)
        if asked.model != self.model and self._is_elsewhere(can.provider):
            asked = for_other_provider(asked, overrides)
        rule, refused = backend.rule(can), self._sender.refused.get(asked.model, frozenset())
        found, where = self._reached(backend.credentials(asked, can), asked, can)
        return negotiate(prompt, asked, can, rule, refused=refused, credentials=found, address=where)

    def estimate(self, prompt: str, **overrides: Any) -> tuple[float, float] | None:
        """Return what a prompt will cost, without sending anything.

        :param prompt: What would be drawn.
        :param overrides: Any setting of a request.
        :return: US dollars, at least and at most; ``None`` where LiteLLM's price map does not say.
        """
        prices = self.build_request(prompt, **overrides).prices
        return (prices.low, prices.high) if prices else None

    def filename_for(self, prompt: str) -> str:
        """Return the file name, without suffix, for a prompt. Override it to name files otherwise.

        :param prompt: What was drawn.
        """
        return names.stem_for(prompt)

    def check_target(self, prompt: str, save_path: str | Path | None = None) -> None:
        """Make sure that a picture could be saved, before it is paid for. Sends nothing.

        :param prompt: What would be drawn.
        :param save_path: As for calling the bot.
        :raises SaveError: When no file can be written there, or no picture converted to what the ending names.
        """
        if save_path is not None:
            further = self.image_generation_kwargs.values()
            saving.check_ending(save_path, (self.model, *self.fallbacks, *(x for x in further if isinstance(x, str))))
        stem = self.filename_for(prompt) if save_path is None and isinstance(prompt, str) else "-"
        self._targets.check(self.save_dir, stem, save_path, self.n)

    def _asked(self, overrides: dict[str, Any]) -> Asked:
        named = ("model", *DEFAULTS, *CREDENTIALS, "timeout", "strict", "route")
        return asked_from({name: getattr(self, name) for name in named}, self.image_generation_kwargs | overrides)

    def _reached(
        self, found: dict[str, Any], asked: Asked, can: Capabilities
    ) -> tuple[dict[str, Any], tuple[str, str]]:
        """Return credentials that can be sent, and the address: LiteLLM's ways alone find theirs by variables."""
        if can.route not in BY_LITELLM:
            return found, ("", "")
        return reached(can.provider, found, asked.credentials, os.environ)

    def _is_elsewhere(self, provider: str) -> bool:
        """Tell whether a provider is another than the bot's; of our own ones the name tells, without LiteLLM."""
        return provider != (self.model.partition("/")[0] if provider in OWN else self._provider(self.model))

    def _provider(self, model: str) -> str:
        return self._sender.backends.provider_of(self._asked({"model": model}))

    def _first_attempt(self, prompt: str, overrides: dict[str, Any]) -> Attempt:
        found: Attempt | None = taken(self, prompt, overrides)
        if found is not None and self._is_fresh(found):
            return replace(found, started=time.monotonic())
        asked = overrides.get("model", self.model)
        others = texts_from("fallbacks", overrides.get("fallbacks", self.fallbacks))
        on_refusal = bool(overrides.get("fallback_on_refusal", self.fallback_on_refusal))

        def build(model: str) -> ImageRequest:
            is_same = model == asked or self._provider(model) == self._provider(asked)
            return self.build_request(prompt, **{**(overrides if is_same else without_keys(overrides)), "model": model})

        may_replace = not overrides.get("api_base", self.api_base)
        model = self._sender.successors.get(asked, asked) if may_replace else asked
        request, fallbacks, trail = first_with_key((model, *others), build)
        return Attempt(request, build, may_replace, fallbacks, on_refusal, trail, started=time.monotonic())

    def _is_fresh(self, attempt: Attempt) -> bool:
        """Tell whether the same would be built now: nothing was learned, and no key can have been renewed since."""
        return not (self._sender.refused or self._sender.successors) and time.monotonic() < attempt.started + FRESH
