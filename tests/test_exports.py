"""The public names."""

import llamabot_images


def test_public_names_are_sorted_and_exist() -> None:
    """__all__ is sorted, complete and every name can be had."""
    names = llamabot_images.__all__

    assert sorted(names) == names
    assert [] == [name for name in names if getattr(llamabot_images, name, None) is None]
    assert set(names) <= set(dir(llamabot_images))


def test_every_error_is_public() -> None:
    """Whatever errors.py defines can be caught by its public name."""
    from llamabot_images import errors

    assert set(errors.__all__) <= set(llamabot_images.__all__)


def test_unknown_name_is_an_attribute_error() -> None:
    """A name that does not exist is reported as such."""
    assert not hasattr(llamabot_images, "NoSuchName")


def test_every_public_name_is_documented() -> None:
    """Each public class says in its docstring what it is."""
    assert [] == [
        name for name in llamabot_images.__all__ if not (getattr(llamabot_images, name).__doc__ or "").strip()
    ]
