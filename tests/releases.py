"""Which LiteLLM the tests run with, and what the older ones that are admitted cannot do."""

from fnmatch import fnmatchcase
from importlib.metadata import version

import pytest

__all__ = ["LITELLM", "SINCE", "UNTIL", "leave_out"]

LITELLM = tuple(int(part) for part in version("litellm").split(".")[:2])

#: From which LiteLLM on the tests hold whose names match, and why not before.
SINCE: dict[str, tuple[tuple[int, int], str]] = {
    # The library works all the same, with a request more that is refused unpaid.
    "*test_any_model.py::*(azure_ai/flux.2-pro)": ((1, 103), "asks FLUX.2 for what it does not know"),
    "*::test_every_refusal_*(azure_ai/flux.2-pro-*)": ((1, 103), "asks FLUX.2 for what it does not know"),
    "*::test_extra_headers_reach_*(azure_ai/flux.2-pro-*)": ((1, 103), "asks FLUX.2 for what it does not know"),
    # The library says that there is no way, before anything is sent.
    "*::test_openais_key_stays_home(hosted_vllm/*)": ((1, 102), "edits nothing by hosted_vllm"),
    "*::test_every_provider_edits(hosted_vllm/*)": ((1, 102), "edits nothing by hosted_vllm"),
    "*::test_pictures_arrive_untouched(*-hosted_vllm/*)": ((1, 102), "edits nothing by hosted_vllm"),
    "*::test_a_programs_own_provider_edits(*)": ((1, 103), "edits nothing by a program's own provider"),
    "*::test_missing_key_names_every_variable(edenai)": ((1, 104), "knows no Eden AI"),
    # LiteLLM's own error says so, before anything is sent.
    "*::test_further_settings_arrive": ((1, 105), "takes no seed for a chat of Gemini's"),
    "*::test_geminis_own_settings_arrive_*": ((1, 105), "takes no seed for a chat of Gemini's"),
    # What comes beside the picture.
    "*::test_price_and_who_says_it(stability)": ((1, 104), "has no price for Stable Diffusion 3.5"),
    "*::test_part_that_may_be_charged_counts": ((1, 104), "has no price for Stable Diffusion 3.5"),
    "*::test_unknown_price_is_none(dall-e-3)": ((1, 104), "has a price for DALL-E 3"),
    "*::test_result_carries_cost_*": ((1, 104), "keeps the headers of a reply with a picture to itself"),
    "*::test_provider_draws_through_the_proxy": ((1, 104), "keeps the headers of a reply with a picture to itself"),
    "*::test_a_watched_picture_costs_as_much": ((1, 104), "keeps the headers of a reply with a picture to itself"),
    "*::test_no_report_is_made_for_nobody": ((1, 106), "reports its successes to nobody"),
    # LiteLLM alone, which is what these servers are tried with.
    "*::test_what_the_real_api_*(azure_ai-*-multiples of 16)": ((1, 103), "sends FLUX.2 an unknown size"),
    "*::test_edits_carry_the_picture_to_the_provider(hosted_vllm)": ((1, 102), "edits nothing by hosted_vllm"),
    "*::test_edits_carry_the_picture_to_the_provider(fal_ai/*)": ((1, 104), "edits nothing by fal"),
    "*::test_nothing_is_dropped_in_silence(fal_ai)": ((1, 104), "edits nothing by fal"),
    "*::test_many_async_calls_are_under_way_after_a_chat": ((1, 106), "adds no callback of its own"),
    "*::test_edits_carry_the_picture_to_the_provider(azure_ai/MAI-Image-2)": ((1, 102), "sends MAI an unknown size"),
    "*::test_litellm_takes_dall_e_for_another_model": ((1, 109), "knows DALL-E's own parameters"),
    "*test_litellm_fixes.py::*": ((1, 106), "errs in ways of its own"),
    "*test_edit_fixes.py::*": ((1, 106), "errs in ways of its own"),
}
#: From which LiteLLM on a fault of its own is gone, and with it the test that shows it.
UNTIL: dict[str, tuple[tuple[int, int], str]] = {
    "*::test_litellms_async_client_sends_again": ((1, 108), "sends again only what has not left"),
}


def leave_out(tests: list[pytest.Item]) -> None:
    """Mark the tests of what this LiteLLM does not do, with the reason."""
    newer = {one: f"LiteLLM before {_shown(since)} {why}" for one, (since, why) in SINCE.items() if since > LITELLM}
    older = {one: f"LiteLLM from {_shown(end)} on {why}" for one, (end, why) in UNTIL.items() if end <= LITELLM}
    for test in tests:
        name = test.nodeid.replace("[", "(").replace("]", ")")  # brackets mean something else in patterns
        for reason in (why for pattern, why in (newer | older).items() if fnmatchcase(name, pattern)):
            test.add_marker(pytest.mark.skip(reason=reason))


def _shown(release: tuple[int, int]) -> str:
    return ".".join(map(str, release))
