"""Where somebody or something is at home when a prompt names no place."""

from functools import cache

__all__ = ["homes_of"]

# One place a line, with who and what is met there.
_HOMES = """
underwater: fish, jellyfish, octopus, turtle
sea: turtle, whale, crab, lighthouse, boat, palm, ice cream, sunglasses, moon, sun
winter: penguin, polar bear, snowman, deer, aurora, santa hat, beanie, scarf
desert: camel, cactus, cowboy hat
space: astronaut, robot, rocket, planet
city: robot, car, bicycle, fireworks, camera, umbrella
poster: robot, balloon, sunglasses
meadow: dinosaur, bicycle, castle, hot air balloon, apple, guitar, balloon, bouquet, flower, rainbow, moon,
 star, sun, flowers, unicorn, rabbit, bee, butterfly, tree, house, pumpkin, windmill, fence
mountains: dinosaur, tent, campfire, train, aurora, castle, hot air balloon, camera, rainbow, moon, star,
 sun, unicorn, house
forest: wand, owl, deer, tent, campfire, mushroom, lantern, unicorn
lake: house, duck, bridge, rainbow, moon, star, frog
room: book, cup, laptop, cake, gift, pizza, paints, apple, guitar, chef hat
"""


@cache
def _table() -> dict[str, tuple[str, ...]]:
    homes: dict[str, tuple[str, ...]] = {}
    for line in _HOMES.replace("\n ", " ").strip().splitlines():
        place, _, names = line.partition(":")
        for name in names.split(","):
            homes[name.strip()] = (*homes.get(name.strip(), ()), place)
    return homes


def homes_of(name: str) -> tuple[str, ...]:
    """Return the places of *name*, none when it is at home everywhere."""
    return _table().get(name, ())
