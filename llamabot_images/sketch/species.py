"""What each animal looks like from the front: colours, and the kinds of its ears, markings and tail."""

from dataclasses import dataclass, replace

from llamabot_images.sketch.colours import RGB, brightness, mix, recolour, rgb

__all__ = ["SPECIES", "Species"]


@dataclass(frozen=True, slots=True)
class Species:
    """One kind of animal.

    :param coat: The main colour.
    :param dark: Ear tips and markings.
    :param pale: Muzzle and other light parts.
    :param belly: The colour of the chest.
    :param limb: The colour of arms and feet.
    :param ears: A key of ``ears.EARS``.
    :param marking: A key of ``markings.MARKINGS``.
    :param tail: A key of ``tails.TAILS``.
    :param nose: A key of ``muzzles.MUZZLES``.
    :param head: Half width and half height of the head, in heights of the figure.
    :param cheeks: How far the cheeks stand out in tufts, 0 to 1.
    :param rig: Which body: ``"sitting"``, ``"bird"`` or ``"llama"``.
    """

    coat: RGB
    dark: RGB
    pale: RGB
    belly: RGB
    limb: RGB
    ears: str
    marking: str
    tail: str
    nose: str = "small"
    head: tuple[float, float] = (0.29, 0.235)
    cheeks: float = 0.0
    rig: str = "sitting"

    def tinted(self, like: RGB) -> "Species":
        """Return this animal in the colour *like*."""
        bright = brightness(like)
        if bright > 0.88 or bright < 0.2:
            return replace(
                self,
                coat=mix(self.coat, like, 0.88),
                dark=mix(self.dark, like, 0.6),
                belly=mix(self.belly, like, 0.7),
                limb=mix(self.limb, like, 0.85),
            )
        return replace(
            self,
            coat=mix(recolour(self.coat, like, 0.9), like, 0.5),
            dark=recolour(self.dark, like, 0.7),
            belly=recolour(self.belly, like, 0.35),
            limb=mix(recolour(self.limb, like, 0.9), like, 0.35),
        )


def _kind(
    colours: str, looks: str, head: tuple[float, float] = (0.29, 0.235), cheeks: float = 0.0, rig: str = "sitting"
) -> Species:
    coat, dark, pale, belly, limb = (rgb(word) for word in colours.split())
    ears, marking, tail, nose = looks.split()
    return Species(coat, dark, pale, belly, limb, ears, marking, tail, nose, head, cheeks, rig)


_BIRD = (0.27, 0.24)

# Colours: coat, dark, pale, belly, limb. Looks: ears, marking, tail, nose.
SPECIES: dict[str, Species] = {
    "red panda": _kind("c8572b 4a1f1a fff4e4 3a1a18 43201c", "tufted redpanda ringed small", (0.31, 0.235), 0.9),
    "panda": _kind("f7f3ec 26222b ffffff f2ede4 2b2730", "round panda none small", (0.3, 0.25), 0.2),
    "cat": _kind("e9a05b b8622f fff3e2 f8e3c8 e39a56", "cat tabby thin pink", (0.29, 0.225), 0.5),
    "kitten": _kind("a7a3ab 6b6672 f6f1ee e4dfe0 9f9aa4", "cat tabby thin pink", (0.3, 0.235), 0.6),
    "dog": _kind("d9a066 7c4a2d fff3e0 f3dcb9 cf9459", "floppy patch wag big", (0.27, 0.24)),
    "corgi": _kind("e2a35c b9713a fff8ec fff3e2 fff1de", "fox blaze none big", (0.28, 0.23), 0.4),
    "fox": _kind("e57b35 47261f fff3e4 fbe9d3 47261f", "fox fox bushy small", (0.3, 0.215), 1.0),
    "wolf": _kind("8b93a3 4b5263 eef0f2 d9dde3 7a8292", "fox fox bushy small", (0.29, 0.23), 0.9),
    "bear": _kind("96623f 5f3a26 e3bd93 b9835a 865436", "round muzzle none big", (0.28, 0.235)),
    "polar bear": _kind("f4f3ee c7ccd2 ffffff fbfaf6 ebeae6", "round muzzle none big", (0.28, 0.235)),
    "koala": _kind("9fa3ad 6c707c f3f1ee e8e6e4 92969f", "koala none none koala", (0.27, 0.235)),
    "raccoon": _kind("8d8b93 35323b f4f1ec b9b5b8 4a4650", "round raccoon greyrings small", (0.3, 0.22), 0.8),
    "badger": _kind("7f8289 23222a fbfaf6 55555e 2b2a31", "round badger none small", (0.27, 0.23)),
    "rabbit": _kind("d9c3ad a88a74 fffaf3 fff3e6 d2bba4", "long muzzle puff pink", (0.25, 0.225), 0.2),
    "hare": _kind("b98d63 7e5a3c fbeedd f0dcc2 ae8259", "long muzzle puff pink", (0.25, 0.225), 0.2),
    "mouse": _kind("b5b1b8 86808c f8eef0 ece6ea aca7af", "mouse none thin pink", (0.25, 0.22)),
    "hamster": _kind("e8b878 b67f45 fff6ea fff1de f0c9a0", "small blaze none pink", (0.29, 0.23), 0.5),
    "otter": _kind("8a5f45 5a3b2c ecd7b8 d9bd98 7d553d", "small otter thick big", (0.275, 0.225)),
    "beaver": _kind("8a5b3b 55361f d9b78e b98a60 7b4f33", "small beaver paddle big", (0.275, 0.23)),
    "squirrel": _kind("c56f3a 7f4122 fff0dc fbe4c8 b9652f", "squirrel muzzle plume small", (0.255, 0.22), 0.3),
    "tiger": _kind("f0963c 2c211f fff6ea fdeed8 ea8d35", "round tiger striped pink", (0.29, 0.235), 0.5),
    "lion": _kind("eeb65c a9602a fff0d6 f9dca6 e8ad52", "mane muzzle tuft big", (0.24, 0.215)),
    "leopard": _kind("efc06a 5c3a22 fff3df fbe6c0 e9b860", "round spots thin pink", (0.28, 0.23), 0.3),
    "pig": _kind("f6b4b4 d98089 fcd0cc fac6c3 f0a7a9", "pig none curl pig", (0.28, 0.235)),
    "cow": _kind("f7f2ea 3d3236 f3b9ae fbf7f0 efe8de", "cow cow tuft cow", (0.25, 0.24)),
    "sheep": _kind("f6f0e4 4a4048 564a52 f6f0e4 4f454d", "sheep fleece none plain", (0.24, 0.22)),
    "goat": _kind("e9e2d6 8c7a66 fbf7ef f5efe4 d8cfc0", "goat muzzle none small", (0.235, 0.235)),
    "deer": _kind("c98a55 7a4a2a f8e6cc f3d9b5 b97b49", "deer fawn puff big", (0.235, 0.235)),
    "monkey": _kind("8a5a3c 553524 f0cba4 d9ab80 7d5036", "mouse heart longtail plain", (0.26, 0.225)),
    "sloth": _kind("a58b6d 5d4734 efe0c4 b79c7d 97805f", "none sloth none big", (0.275, 0.225)),
    "hedgehog": _kind("e8cda6 6a4a36 f8e8cf f5e2c4 d9b98f", "quills none none small", (0.255, 0.215)),
    "elephant": _kind("9fa9ba 717b8e b9c2d0 b3bcca 94a0b1", "elephant none tuft trunk", (0.25, 0.235)),
    "frog": _kind("79b554 3f7a3a d9eda8 d3e8a0 6ca94a", "frogeyes none none wide", (0.29, 0.2)),
    "dragon": _kind("5fae8a 2f6f63 f3e3a6 f0dc95 55a07e", "horns dragon spiked plain", (0.27, 0.225), 0.2),
    "owl": _kind("9a6a45 5d3c28 f5e3c6 e9cfa6 7d5236", "owl owl none beak", (0.29, 0.235), 0.0, "bird"),
    "penguin": _kind("2e3747 1c2330 fffaf2 fffaf2 242c3a", "none penguin none beak", (0.26, 0.235), 0.0, "bird"),
    "chick": _kind("fbd75f e0a53a fdeaa0 fce58c f3c64a", "crest none none beak", _BIRD, 0.0, "bird"),
    "duck": _kind("fbe08a d9a441 fff3c9 fdeeb4 f2cd62", "none none none bill", _BIRD, 0.0, "bird"),
    "bird": _kind("5d93c9 33588c f7e6d2 ef9a6b 4a7db4", "crest robin fan beak", _BIRD, 0.0, "bird"),
    "robin": _kind("8a6a50 5a4232 f3e6d6 e2673a 785a42", "none robin fan beak", _BIRD, 0.0, "bird"),
    "parrot": _kind("3fae6a 2a6fb0 fdf0d2 f3c84b d8433f", "crest parrot fan hook", _BIRD, 0.0, "bird"),
    "crow": _kind("343744 1d1f29 5a5f70 3f4351 2a2c37", "none none fan beak", _BIRD, 0.0, "bird"),
    "llama": _kind("f3e7d3 b98d63 fff8ec efe0c8 e2d0b4", "banana none none llama", (0.18, 0.18), 0.0, "llama"),
    "alpaca": _kind("d9a878 8e5d39 f8e6cf d39f6c c4915f", "banana none none llama", (0.185, 0.18), 0.0, "llama"),
}  # fmt: skip
