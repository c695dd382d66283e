"""A user's program, for type checkers only; it is never run."""

from pathlib import Path

from llamabot_images import ImageBot, ImageReference, ImageRequest, ImageResult


class Poster(ImageBot):
    """A subclass as a host framework writes it."""

    def build_request(self, prompt: str, **overrides: object) -> ImageRequest:
        """Change the prompt of every request."""
        return super().build_request(f"a poster of {prompt}", **overrides)

    def filename_for(self, prompt: str) -> str:
        """Name every file alike."""
        return "poster"


bot = Poster(model="offline/sketch", size=(1792, 1024), save_dir=Path("album"), strict=True, max_cost=1.5)
made: ImageReference | Path = bot("a llama")
saved: ImageReference | Path = bot("a llama", save_path="llama.png")
result: ImageResult = bot.generate("a llama", n=2, seed=7)
first: ImageReference = result[0]
some: tuple[ImageReference, ...] = result[:1]
paths: list[Path] = result.save("album")
data: bytes = first.to_bytes()
text: str = first
price: float | None = result.cost
spent: float = bot.cost
likely: tuple[float, float] | None = bot.estimate("a llama")


async def later() -> Path | ImageReference:
    """Use the async verbs."""
    more: ImageResult = await bot.agenerate("a llama")
    print(len(more))
    return await bot.acall("a llama", return_url=True)
