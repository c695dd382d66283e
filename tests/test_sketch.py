"""The drawing routine behind the offline model."""

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageStat

from llamabot_images.sketch import draw, retouch, stages
from llamabot_images.sketch.beings_words import BEINGS
from llamabot_images.sketch.gallopers import GALLOPERS
from llamabot_images.sketch.held import IN_FRONT, RAISED
from llamabot_images.sketch.homes import homes_of
from llamabot_images.sketch.palette import COLOURS
from llamabot_images.sketch.people import PEOPLE
from llamabot_images.sketch.places_words import COLOUR_WORDS, MOODS, PLACES, STYLES, TIMES, WEATHER
from llamabot_images.sketch.species import SPECIES
from llamabot_images.sketch.swimmers import SWIMMERS
from llamabot_images.sketch.things_words import HELD, SCENERY, WORN
from llamabot_images.sketch.words import Noun, read_brief
from llamabot_images.sketch.worn import ON_HEAD, ROUND_NECK

PROMPT = "a red panda reading a book under a lamp"


def brightness(picture: Image.Image, box: tuple[int, int, int, int] | None = None) -> float:
    """Return the mean brightness of a picture, or of a part of it."""
    return ImageStat.Stat(picture.convert("L").crop(box or (0, 0, *picture.size))).mean[0]


def differ(first: Image.Image, second: Image.Image) -> bool:
    """Tell whether two pictures of one size differ anywhere."""
    return ImageChops.difference(first, second).getbbox() is not None


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_same_arguments_give_the_same_pixels_in_every_process(hash_seed: str) -> None:
    """The picture depends on nothing but the arguments."""
    wanted = [(PROMPT, 96, 64, None, 0), ("a city in the rain", 80, 80, 7, 2), ("qwerty", 64, 64, None, 1)]
    code = (
        "import hashlib\nfrom llamabot_images.sketch import draw\n"
        f"for p, w, h, s, i in {wanted!r}:\n"
        "    print(hashlib.sha256(draw(p, w, h, seed=s, index=i).tobytes()).hexdigest())"
    )

    there = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
    ).stdout.split()

    here = [hashlib.sha256(draw(p, w, h, seed=s, index=i).tobytes()).hexdigest() for p, w, h, s, i in wanted]
    assert here == there


@pytest.mark.parametrize("size", [(1, 1), (64, 64), (160, 90), (90, 160), (300, 100), (512, 3), (3, 512)])
@pytest.mark.parametrize("prompt", [PROMPT, "a city in the rain", "qwerty"])
def test_picture_has_the_size_asked(prompt: str, size: tuple[int, int]) -> None:
    """Any shape can be drawn, also a strip."""
    picture = draw(prompt, *size)

    assert (size, "RGB") == (picture.size, picture.mode)


@pytest.mark.parametrize("size", [(0, 64), (64, -1), (64, 8193)])
def test_size_out_of_range_is_refused(size: tuple[int, int]) -> None:
    """A size that cannot be drawn raises and names the range."""
    with pytest.raises(ValueError, match="choose 1 to 8192"):
        draw(PROMPT, *size)
    with pytest.raises(ValueError, match="choose 1 to 8192"):
        next(stages(PROMPT, *size))


def test_large_picture_is_drawn_without_supersampling() -> None:
    """A picture beyond the limit of the canvas is drawn, and retouched, at its own size."""
    picture = draw("a whale", 4300, 1000)

    assert (4300, 1000) == picture.size == retouch(picture, "rain").size


@pytest.mark.parametrize("prompt", [PROMPT, "three cats", "mountains", "qwerty"])
def test_the_nth_picture_and_every_seed_differ(prompt: str) -> None:
    """Pictures of one prompt are different pictures."""
    pictures = [draw(prompt, 64, 64, index=index, seed=seed) for seed in (None, 0) for index in range(3)]

    assert 6 == len({picture.tobytes() for picture in pictures})


def test_words_change_the_picture() -> None:
    """What is named can be told apart in the pixels."""
    prompts = ["a cat", "a dog", "a black cat", "a cat in a hat", "a cat at night", "two cats", "a watercolor cat"]

    pictures = {draw(prompt, 64, 64).tobytes() for prompt in prompts}

    assert len(prompts) == len(pictures)


@pytest.mark.parametrize("subject", ["a lighthouse by the sea", "mountains", "a fox in the snow", "a city"])
def test_night_is_darker_than_day(subject: str) -> None:
    """The time of day is seen."""
    day, night = (draw(f"{subject} {time}", 96, 96) for time in ("at noon", "at night"))

    assert brightness(day) > brightness(night) + 30


def test_a_lamp_lights_what_is_below_it() -> None:
    """The middle of a picture under a lamp is brighter than its corners."""
    picture = draw(PROMPT, 256, 256)

    assert brightness(picture, (88, 100, 168, 200)) > brightness(picture, (226, 0, 256, 30)) + 40


@pytest.mark.parametrize(
    ("word", "channel"), [("red", 0), ("green", 1), ("blue", 2), ("rouge", 0), ("grün", 1), ("azul", 2)]
)
def test_colour_words_tilt_the_palette(word: str, channel: int) -> None:
    """A colour named for the picture wins over the others in it."""
    means = ImageStat.Stat(draw(f"{word} mountains at noon", 64, 64)).mean

    assert max(means) == means[channel]


def test_black_and_white_has_no_colour() -> None:
    """The style holds for figures too."""
    red, green, blue = draw("a black and white fox", 64, 64).split()

    assert (False, False) == (differ(red, green), differ(green, blue))


def names(table: str) -> list[str]:
    """Return the names a table of words begins its lines with."""
    return [line.partition(":")[0] for line in table.strip().splitlines() if not line.startswith(" ")]


KNOWN = [
    name for table in (BEINGS, HELD, WORN, SCENERY, PLACES, TIMES, WEATHER, COLOUR_WORDS, STYLES, MOODS)
    for name in names(table)
]  # fmt: skip


@given(parts=st.lists(st.one_of(st.text(max_size=8), st.sampled_from(KNOWN)), max_size=8))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_any_text_can_be_drawn(parts: list[str]) -> None:
    """No text makes drawing fail, whatever words come together."""
    picture = draw(" ".join(parts), 24, 16)

    assert (24, 16) == picture.size


def test_every_known_word_can_be_drawn() -> None:
    """There is no word in the tables that drawing stumbles over."""
    drawn = [name for table in (BEINGS, HELD, WORN, SCENERY, PLACES) for name in names(table)]

    sizes = {name: draw(name, 8, 8).size for name in drawn}

    assert dict.fromkeys(drawn, (8, 8)) == sizes


@pytest.mark.parametrize("word", [*names(STYLES), *names(WEATHER), *names(TIMES)])
def test_styles_weather_and_times_change_a_picture(word: str) -> None:
    """How, when and in which weather can be told apart in the pixels."""
    assert differ(draw("a castle on a hill", 100, 100), draw(f"a castle on a hill, {word}", 100, 100))


@pytest.mark.parametrize("being", ["horse", "crab", "owl", "llama", "person", "robot", "cat"])
@pytest.mark.parametrize(
    "with_things", ["with balloons and a cup", "reading, in a scarf and a hat", "sleeping", "riding a horse", "smiling"]
)
def test_every_kind_of_figure_can_hold_and_wear_things(being: str, with_things: str) -> None:
    """Held and worn things suit every kind of body."""
    picture = draw(f"a red {being} {with_things}", 16, 16)

    assert (16, 16) == picture.size


def test_robots_look_in_more_than_one_way() -> None:
    """Other seeds give other eyes and poses."""
    pictures = {draw("a robot on a poster", 24, 24, seed=seed).tobytes() for seed in range(6)}

    assert 6 == len(pictures)


@pytest.mark.parametrize(
    "prompt",
    [
        "a red panda and a lamp in the city", "a lamp on a table", "a vase of red flowers",
        "a lamp at noon in a park", "octopus in the sea", "neon", "fish at night underwater",
        "a car at night in the city",
        "a heart in the meadow", "a flag in the mountains", "three boats and a fox", "two rockets",
        "two foxes with flags", "a lit tent at night", "fireworks and a planet over a meadow", "a storm over the city",
        "snow over a fir forest", "rain seen from a room", "snow seen from a room", "a moon over the pyramids",
        "flowers in the forest", "a lighthouse at sunset", "a red car at dawn", "the sun over a city in winter",
        "a house at noon",
        "pixel art castle",
    ],
)  # fmt: skip
def test_things_that_meet_can_be_drawn(prompt: str) -> None:
    """Places, weather and things go together in any mixture and shape."""
    pictures = [draw(prompt, *size) for size in ((20, 20), (48, 12))]

    assert [(20, 20), (48, 12)] == [picture.size for picture in pictures]


@pytest.mark.parametrize("seed", range(16))
def test_compositions_without_a_subject_can_be_drawn(seed: int) -> None:
    """Prompts of unknown words get one of several families of shapes."""
    picture = draw("quarterly synergy", 48, 32, seed=seed)

    assert len(picture.getcolors(48 * 32) or ()) > 16


@pytest.mark.parametrize(
    "prompt",
    ["", "   ", "\x00\x1b[31m\x7f", "\ud800", "🦊📖🌙", "👩‍🚀🏽", "a cat " * 17_000, "x" * 100_000, "ﷺ", "red " * 50],
)
def test_odd_text_can_be_drawn_and_retouched(prompt: str) -> None:
    """Empty, huge, broken and unprintable prompts give pictures."""
    picture = draw(prompt, 32, 32)

    assert (32, 32) == retouch(picture, prompt).size


def test_stages_grow_into_the_picture() -> None:
    """The first stage lacks the figure, the last one is the picture."""
    shown = list(stages(PROMPT, 96, 96, seed=3, index=1, count=3))

    assert 3 == len(shown)
    assert 3 == len({picture.tobytes() for picture in shown})
    assert draw(PROMPT, 96, 96, seed=3, index=1).tobytes() == shown[-1].tobytes()


@pytest.mark.parametrize("count", [-1, 0, 1, 2, 7, 12])
@pytest.mark.parametrize("prompt", ["a fox", "qwerty"])
def test_as_many_stages_as_asked(prompt: str, count: int) -> None:
    """At least one picture comes, and the last is always the finished one."""
    shown = list(stages(prompt, 32, 32, count=count))

    assert max(1, count) == len(shown)
    assert draw(prompt, 32, 32).tobytes() == shown[-1].tobytes()


def test_file_is_of_a_usual_size() -> None:
    """A picture of the usual size is neither empty nor heavy as PNG."""
    file = io.BytesIO()

    draw(PROMPT, 1024, 1024).save(file, "PNG", compress_level=4)

    assert 100_000 < len(file.getvalue()) < 1_500_000


CHANGES = [
    "make it night", "at sunset", "at dawn", "on a sunny day", "add snow", "in winter", "rain", "fog", "storm",
    "make it red", "make it blue and golden", "in the desert", "watercolor", "vivid", "dark", "black and white",
    "add a cat with a hat", "add a balloon", "add a crown", "add a house", "add the moon", "add a rainbow",
    "stars", "clouds", "qwerty", "",
]  # fmt: skip


@pytest.mark.parametrize("prompt", CHANGES)
def test_retouch_changes_visibly(prompt: str) -> None:
    """Every prompt, known words or not, gives another picture of the same size."""
    before = draw("a fox in a meadow at noon", 64, 48)

    after = retouch(before, prompt)

    assert (64, 48) == after.size
    assert differ(before, after)
    assert retouch(before, prompt).tobytes() == after.tobytes()


def test_retouch_follows_the_prompt() -> None:
    """Night darkens; another seed turns the colours another way."""
    before = draw("a fox in a meadow at noon", 64, 64)

    assert brightness(retouch(before, "make it night")) < brightness(before) - 30
    assert differ(retouch(before, "qwerty", seed=1), retouch(before, "qwerty", seed=2))


def transparent_mask(box: tuple[int, int, int, int]) -> Image.Image:
    """Return a mask that is transparent inside *box*."""
    mask = Image.new("RGBA", (64, 64), (0, 0, 0, 255))
    ImageDraw.Draw(mask).rectangle(box, fill=(0, 0, 0, 0))
    return mask


def white_mask(box: tuple[int, int, int, int]) -> Image.Image:
    """Return an opaque mask that is white inside *box*."""
    mask = Image.new("RGBA", (64, 64), (0, 0, 0, 255))
    ImageDraw.Draw(mask).rectangle(box, fill=(255, 255, 255, 255))
    return mask


@pytest.mark.parametrize("make_mask", [transparent_mask, white_mask])
@pytest.mark.parametrize("prompt", ["make it night", "add an owl", "qwerty"])
def test_retouch_keeps_what_the_mask_covers(make_mask: Callable[..., Image.Image], prompt: str) -> None:
    """Outside the mask every pixel is as before; inside something changed."""
    before = draw("a fox in a meadow at noon", 64, 64)

    after = retouch(before, prompt, mask=make_mask((8, 8, 39, 39)))

    changed = ImageChops.difference(before, after).getbbox()
    assert changed is not None
    assert (8, 8) <= changed[:2]
    assert max(changed[2:]) <= 40


def test_mask_that_covers_everything_changes_nothing() -> None:
    """A mask without an open part keeps the picture."""
    before = draw("a fox", 64, 64)

    after = retouch(before, "add an owl", mask=Image.new("L", (16, 16)))

    assert before.tobytes() == after.tobytes()


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "CMYK", "1"])
def test_retouch_takes_any_mode(mode: str) -> None:
    """Pictures of other modes come back as RGB; transparent parts become white."""
    before = draw("a fox", 32, 32).convert(mode)

    after = retouch(before, "make it night")

    assert ("RGB", (32, 32)) == (after.mode, after.size)


def test_transparent_parts_become_white() -> None:
    """A clear picture is retouched as a white one."""
    clear = Image.new("RGBA", (32, 32), (0, 0, 0, 0))

    assert retouch(clear, "qwerty").tobytes() == retouch(Image.new("RGB", (32, 32), "white"), "qwerty").tobytes()


BRIEFS = [
    ("a black cat in a red hat", {"beings": ["black cat"], "worn": ["red hat"]}),
    ("un chat noir avec un livre rouge", {"beings": ["black cat"], "held": ["red book"]}),
    (
        "Ein roter Panda liest ein Buch unter einer Lampe",
        {"beings": ["red panda"], "held": ["book"], "scenery": ["lamp"]},
    ),
    ("un panda rojo leyendo un libro", {"beings": ["red panda"], "held": ["book"]}),
    ("レッサーパンダが本を読む、夜", {"beings": ["red panda"], "held": ["book"]}),
    ("小熊猫在灯下看书", {"beings": ["red panda"], "held": ["book"], "scenery": ["lamp"]}),
    ("🦊 📖", {"beings": ["fox"], "held": ["book"]}),
    ("two foxes and three PONIES", {"beings": ["2 fox", "3 horse"]}),
    ("a house without a tree and no moon", {"scenery": ["house"]}),
    ("an astronaut cat", {"beings": ["cat"], "worn": ["helmet"]}),
    ("a fox, a blue fox", {"beings": ["blue fox"]}),
    ("the king and his horse", {"beings": ["king", "horse"]}),
    ("nothing that we know", {}),
]


def told(noun: Noun) -> str:
    """Return a noun in words."""
    return " ".join([str(noun.count)] * (noun.count > 1) + [noun.colour] * (noun.colour is not None) + [noun.name])


@pytest.mark.parametrize(("prompt", "wanted"), BRIEFS)
def test_words_are_read(prompt: str, wanted: dict[str, list[str]]) -> None:
    """Colours and numbers belong to their nouns, in several languages."""
    brief = read_brief(prompt)

    found = {kind: [told(noun) for noun in getattr(brief, kind)] for kind in ("beings", "held", "worn", "scenery")}
    assert {**dict.fromkeys(found, []), **wanted} == found


def test_words_of_the_whole_picture_are_read() -> None:
    """Place, time, weather, colours and style are told apart."""
    brief = read_brief("blue, a very golden evening: rain over the forest, watercolour, a sleeping dog")

    found = (brief.colours, brief.time, brief.weather, brief.place, brief.style, brief.moods)
    assert (("blue", "golden"), "sunset", ("rain",), "forest", "watercolor", ("closed",)) == found


def test_tables_name_only_what_exists() -> None:
    """Every name of the tables has a drawing or a colour, and every home is a place."""
    beings = {*SPECIES, *SWIMMERS, *GALLOPERS, *PEOPLE, "astronaut", "wizard", "king", "queen"}

    assert set(names(BEINGS)) <= beings
    assert set(names(HELD)) == {*IN_FRONT, *RAISED}
    assert set(names(WORN)) == {*ON_HEAD, *ROUND_NECK}
    assert set(names(COLOUR_WORDS)) == set(COLOURS)
    assert {home for name in KNOWN for home in homes_of(name)} <= set(names(PLACES)) | {"winter"}
