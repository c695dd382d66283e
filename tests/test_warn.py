"""Warnings point at the caller's line, and a switched-off model is mentioned once."""

import sys
import types
import warnings
from pathlib import Path

import pytest

from llamabot_images import warn as module
from llamabot_images.errors import AdjustmentWarning, FewerImagesWarning, ImageBotWarning, ModelRetiredWarning
from llamabot_images.warn import HERE, warn, warn_retired


def inside(depth: int, name: str = "deep.py") -> types.FunctionType:
    """Return a function that warns from *depth* calls within a file of the package."""
    code = "def call(depth): warn('careful', AdjustmentWarning) if depth == 0 else call(depth - 1)\n"
    scope: dict[str, object] = {"warn": warn, "AdjustmentWarning": AdjustmentWarning}
    exec(compile(code, str(Path(HERE) / name), "exec"), scope)
    call = scope["call"]
    assert isinstance(call, types.FunctionType)
    return call


@pytest.mark.parametrize("depth", [0, 1, 7])
def test_the_callers_line_is_named(depth: int) -> None:
    """However deep in the package it is noticed, the warning shows the line that called the package."""
    call = inside(depth)

    line = sys._getframe().f_lineno + 2
    with pytest.warns(AdjustmentWarning, match="careful") as told:
        call(depth)

    assert (__file__, line) == (told[0].filename, told[0].lineno)


def test_called_directly_it_names_the_line_too() -> None:
    """A warning from outside the package points at that line."""
    line = sys._getframe().f_lineno + 2
    with pytest.warns(FewerImagesWarning) as told:
        warn("fewer", FewerImagesWarning)

    assert (__file__, line) == (told[0].filename, told[0].lineno)


def test_a_neighbour_with_a_longer_name_is_not_the_package() -> None:
    """A package whose name begins like this one's is a caller like any other."""
    neighbour = Path(HERE).with_name(Path(HERE).name + "_extra") / "theirs.py"
    scope: dict[str, object] = {"call": inside(2)}
    exec(compile("def use(depth):\n    call(depth)\n", str(neighbour), "exec"), scope)

    with pytest.warns(AdjustmentWarning) as told:
        scope["use"](2)

    assert str(neighbour) == told[0].filename


def test_a_filter_can_make_it_an_error() -> None:
    """Who turns warnings into errors gets an exception of the class."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ImageBotWarning)
        with pytest.raises(AdjustmentWarning, match="careful"):
            warn("careful", AdjustmentWarning)


def test_a_retired_model_is_mentioned_once_per_process() -> None:
    """The same text is given once, another text again once; a filter does not change that."""
    warn_retired.cache_clear()

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for text in ("a is off", "b is off", "a is off", "b is off"):
            warn_retired(text)

    assert ["a is off", "b is off"] == [str(one.message) for one in told]
    assert {ModelRetiredWarning} == {one.category for one in told}


def test_a_mention_that_was_made_an_error_is_made_again() -> None:
    """An exception is no mention: the next call raises too."""
    warn_retired.cache_clear()

    with warnings.catch_warnings():
        warnings.simplefilter("error", ModelRetiredWarning)
        for _ in range(2):
            with pytest.raises(ModelRetiredWarning):
                warn_retired("c is off")


def test_the_package_is_where_it_is() -> None:
    """The place that counts as ours is the folder of the package."""
    assert Path(module.__file__).parent == Path(HERE)
