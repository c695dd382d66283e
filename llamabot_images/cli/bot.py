"""The bot of the commands: it says what became of the money when it is stopped by Ctrl-C."""

from pathlib import Path
from typing import Any

from llamabot_images import ImageBot
from llamabot_images.request import ImageRequest
from llamabot_images.results import ImageResult

__all__ = ["CommandBot"]

FREE = frozenset({"offline", "ollama"})
UNSENT = "nothing was sent"
SENT = "a request was sent, or was about to be: its picture is lost, and may be charged"
UNSAVED = "the pictures were drawn and are paid for; those that are not in the folder yet are lost"


class CommandBot(ImageBot):
    """Draws as ever, and puts a note on the ``KeyboardInterrupt`` that ends it."""

    is_paying = False

    @property
    def fate(self) -> str:
        """What became of a request that is ended now."""
        return SENT if self.is_paying else UNSENT

    def build_request(self, prompt: str, **overrides: Any) -> ImageRequest:
        """Note that what comes now may be charged."""
        request = super().build_request(prompt, **overrides)
        self.is_paying = self.is_paying or request.route not in FREE
        return request

    def generate(self, prompt: str, **overrides: Any) -> ImageResult:
        """Draw."""
        try:
            return super().generate(prompt, **overrides)
        except KeyboardInterrupt as error:
            error.add_note(self.fate)
            raise

    def save(self, result: ImageResult, save_path: str | Path | None = None) -> list[Path]:
        """Save."""
        try:
            return super().save(result, save_path)
        except KeyboardInterrupt as error:
            error.add_note(UNSAVED if self.is_paying else UNSENT)
            raise
