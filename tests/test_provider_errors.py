"""What a provider's error answer says, in the words of many vendors, and in words that only sound alike."""

import json
from typing import Any

import pytest

from llamabot_images.provider_errors import Complaint, read


def openai(message: str, code: str | None = None, param: str | None = None) -> str:
    """Return an error in OpenAI's shape."""
    return json.dumps({"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}})


def google(message: str, status: str = "INVALID_ARGUMENT", code: int = 400) -> str:
    """Return an error in Google's shape."""
    return json.dumps([{"error": {"code": code, "message": message, "status": status}}])


REFUSED = [
    openai("Your request was rejected by the safety system. safety_violations=[violence].", "moderation_blocked"),
    openai("Your request was rejected as a result of our safety system. Your prompt may contain text"),
    openai("Your prompt may contain text that is not allowed by our safety system."),
    openai("This request has been blocked by our content filters.", "contentFilter"),
    openai("The response was filtered due to the prompt triggering Azure OpenAI's content management policy."),
    openai("odd words", "content_policy_violation"),
    openai("odd words", "CONTENT_FILTER"),
    openai("Invalid prompt: your prompt was flagged as potentially violating our usage policy.", "invalid_prompt"),
    openai("Generated image rejected by content moderation."),
    openai("The input was flagged by moderation"),
    openai("The prompt violates OpenAI's usage policies"),
    openai("This violates the content policy"),
    google("Your prompt may violate our policies. Support codes: 58061214"),
    google("This prompt contains sensitive words that violate Google's Responsible AI practices."),
    google("All images were filtered out because they violated the usage guidelines."),
    google("The request was blocked: PROHIBITED CONTENT"),
    json.dumps({"code": "prompt_moderation_failed", "message": "odd words"}),
    json.dumps({"code": "x", "message": "prompt did not pass moderation"}),
    json.dumps({"error": {"code": 403, "message": "requires moderation and your input was flagged"}}),
    json.dumps({"errors": ["Your request was flagged by our content moderation system"], "name": "content_moderation"}),
    json.dumps({"errors": ["odd words"], "name": "content_moderation"}),
    json.dumps(
        {
            "detail": [
                {
                    "loc": ["body", "prompt"],
                    "msg": "it contained material flagged by a content checker.",
                    "type": "content_policy_violation",
                }
            ]
        }
    ),
    json.dumps({"message": "This request has been blocked by our content filters. AWS Responsible AI Policy."}),
    json.dumps({"detail": "NSFW content detected in the prompt"}),
    json.dumps({"error": {"message": "odd words", "inner_error": {"code": "ResponsibleAIPolicyViolation"}}}),
    json.dumps(
        {
            "error": {
                "message": "Provider returned error",
                "code": 400,
                "metadata": {"raw": openai("no", "moderation_blocked")},
            }
        }
    ),
    "Image generation failed: Content Moderated",
]

NO_DEPLOYMENT = "The API deployment for this resource does not exist."
GONE = [
    openai("The model `dall-e-3` does not exist.", "model_not_found"),
    openai("odd words", "model_not_found"),
    openai("The model `dall-e-3` has been deprecated, learn more here: https://example.com"),
    openai("The model 'x' does not exist or you do not have access to it."),
    openai("The model: `x` does not exist"),
    openai("The model gpt-image-1 was retired on 2026-10-23"),
    openai("Model x/y-1:free not found"),
    openai("The model `x` is no longer available"),
    openai("This model has been shut down"),
    openai("Model Not Exist"),
    openai("Unable to access model x. Please visit the list of supported models."),
    openai("/images: Invalid model name passed in model=x."),
    json.dumps({"error": {"code": "DeploymentNotFound", "message": NO_DEPLOYMENT}}),
    json.dumps({"error": {"code": "404", "message": NO_DEPLOYMENT}}),
    google("models/x is not found for API version v1beta, or is not supported for generateContent.", "NOT_FOUND", 404),
    google(
        "Publisher Model `projects/p/models/x` was not found or your project does not have access", "NOT_FOUND", 404
    ),
    json.dumps({"message": "This model version has reached the end of its life."}),
    json.dumps({"message": "The provided model identifier is invalid."}),
    json.dumps({"error": {"message": "No endpoints found for google/x.", "code": 404}}),
    json.dumps({"error": {"message": "google/x is not a valid model ID", "code": 400}}),
    json.dumps({"code": "invalid_request_parameters", "message": "unknown model: x"}),
    json.dumps({"detail": "Application 'flux' not found"}),
    json.dumps({"error": "model 'x' not found, try pulling it first"}),
    json.dumps({"object": "error", "message": "The model `x` does not exist.", "type": "NotFoundError", "code": 404}),
    "model x-1 not found",
]

UNKNOWN_PARAMETER = [
    (openai("Unknown parameter: 'style'.", "unknown_parameter", "style"), "style"),
    (openai("odd words", "unknown_parameter", "style"), "style"),
    (openai("odd words", "unsupported_parameter", "image_config.style"), "style"),
    (openai("Unknown parameter: 'image_config.style'."), "style"),
    (openai("Unrecognized request argument supplied: style"), "style"),
    (openai("Unsupported parameter: 'style' is not supported with this model."), "style"),
    (openai("The parameter 'style' is not supported with this model."), "style"),
    (openai("'style' is not supported."), "style"),
    (openai("generate() got an unexpected keyword argument 'style'"), "style"),
    (google("Invalid JSON payload. Unknown name \"colour\" at 'generation_config': Cannot find field."), "colour"),
    (google("`seed` isn't supported by this model. Please remove it."), "seed"),
    (json.dumps({"message": "Malformed input request: #: extraneous key [width] is not permitted"}), "width"),
    (json.dumps({"error": {"message": "Unrecognized key(s) in object: 'style'", "code": 400}}), "style"),
    (json.dumps({"error": {"message": 'Unrecognized key: "style"', "code": 400}}), "style"),
    (json.dumps({"code": "bad", "message": 'unknown parameter "block_nsfw"'}), "block_nsfw"),
    (json.dumps({"error": "Argument not supported: size"}), "size"),
    (
        json.dumps(
            {
                "detail": [
                    {
                        "type": "extra_forbidden",
                        "loc": ["body", "style"],
                        "msg": "Extra inputs are not permitted",
                        "input": "x",
                    }
                ]
            }
        ),
        "style",
    ),
    (
        openai("[{'type': 'extra_forbidden', 'loc': ('body', 'style'), 'msg': 'Extra inputs are not permitted'}]"),
        "style",
    ),
    (openai("Unknown parameter: 'content_filter'."), "content_filter"),
    (openai("Unknown parameter: 'moderation'. See our content policy violation page"), "moderation"),
]

QUOTA = [
    openai("You exceeded your current quota, please check your plan and billing details.", "insufficient_quota"),
    openai("Billing hard limit has been reached", "billing_hard_limit_reached"),
    openai("Billing hard limit has been reached"),
    json.dumps({"code": "not_enough_credits", "message": "no"}),
    json.dumps({"detail": "User is locked. Reason: Exhausted balance. Top up your balance."}),
    json.dumps({"error": "Your team has run out of credits"}),
    json.dumps({"detail": "Insufficient credits. Add more."}),
]

UNAUTHORIZED = [
    google("API key not valid. Please pass a valid API key."),
    google("API key expired. Please renew the API key."),
    openai("Incorrect API key provided: xa***yz."),
    openai("odd words", "invalid_api_key"),
]

#: Answers that say none of these things, although words of theirs occur.
NEITHER: list[Any] = [
    openai("Invalid value: 'blocked by moderation'. Supported values are: 'low'.", "invalid_value", "quality"),
    openai("Invalid size 'content policy violation'.", "invalid_value", "size"),
    openai("Invalid type for 'n': expected an integer.", "invalid_type", "n"),
    openai("Invalid 'prompt': string too long: 'the model `x` does not exist'", "string_above_max_length", "prompt"),
    openai("See our usage policies at https://example.com/policies"),
    openai("This request violates the organization's data retention policy"),
    openai("Access denied by network policy"),
    openai("Your account has been flagged for unusual activity"),
    openai("blocked by the firewall"),
    openai("The content-type header is not application/json"),
    openai("Invalid value for 'moderation': expected 'low' or 'auto'"),
    openai("prompt: a flagged nsfw model with deprecated policy, not found"),
    openai("The safety_tolerance must be from 0 to 6"),
    openai("The size '1024x1024' is not supported by this model"),
    openai("Invalid quality: 'hd' is not allowed"),
    openai("Unsupported value: 'quality' does not support 'hd' with this model."),
    openai("The input image for the model was not found"),
    openai("The LoRA file was not found"),
    openai("The parameter of this model is deprecated"),
    openai("Your request could not be read."),
    google("Multiple candidates is not enabled for this model"),
    google("Request is prohibited by organization's policy.", "PERMISSION_DENIED", 403),
    google("You exceeded your current quota, please check your plan and billing details.", "RESOURCE_EXHAUSTED", 429),
    json.dumps({"error": {"message": "No endpoints found matching your data policy", "code": 404}}),
    json.dumps({"error": {"message": "No endpoints found that support image output", "code": 404}}),
    json.dumps(
        {
            "detail": [
                {
                    "type": "int_parsing",
                    "loc": ["body", "n"],
                    "msg": "Input should be a valid integer",
                    "input": {"prompt": "our content policy violation: the model `x` does not exist"},
                }
            ]
        }
    ),
    "<html><head><title>404 Not Found</title></head><body>model `x` not found; blocked by our content filter</body>",
    "<!DOCTYPE html><h1>Sorry, you have been blocked</h1>flagged by security; violates our policies",
    "<html><title>Unknown parameter: 'style'</title></html>",
    "404 page not found",
    "upstream connect error or disconnect/reset before headers",
    "",
    "{",
    "{}",
    "[]",
    "null",
    '{"error": null}',
    '{"error": []}',
    '{"error": {"message": null, "code": null}}',
]


@pytest.mark.parametrize("answer", REFUSED)
def test_refusals(answer: str) -> None:
    """Every vendor's way of refusing a prompt or a picture is understood."""
    assert "refused" == read(answer).meaning


@pytest.mark.parametrize("answer", GONE)
def test_models_that_are_gone(answer: str) -> None:
    """Every vendor's way of not knowing a model is understood."""
    assert "gone" == read(answer).meaning


@pytest.mark.parametrize(("answer", "parameter"), UNKNOWN_PARAMETER)
def test_unknown_parameters(answer: str, parameter: str) -> None:
    """The parameter is named by its last part, and no word of its name is taken for a refusal."""
    said = read(answer)

    assert ("unknown_parameter", parameter) == (said.meaning, said.parameter)


@pytest.mark.parametrize("answer", QUOTA)
def test_exhausted_accounts(answer: str) -> None:
    """An account without money is no provider that is busy."""
    assert "quota" == read(answer).meaning


@pytest.mark.parametrize("answer", UNAUTHORIZED)
def test_wrong_keys(answer: str) -> None:
    """A wrong key is known as such where the status is a plain 400."""
    assert "unauthorized" == read(answer).meaning


@pytest.mark.parametrize("answer", NEITHER)
def test_near_misses(answer: str) -> None:
    """Echoed values, pages of gateways and talk of policies mean nothing."""
    said = read(answer)

    assert said.meaning in (None, "rejected")
    assert said.parameter is None


# -- text, code and categories ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "text", "code"),
    [
        (openai("No.", "moderation_blocked"), "No.", "moderation_blocked"),
        (openai("No."), "No.", None),
        (google("No.", "NOT_FOUND", 404), "No.", "NOT_FOUND"),
        (json.dumps({"error": {"message": "No.", "code": 404, "type": "NotFoundError"}}), "No.", "NotFoundError"),
        (json.dumps({"error": {"message": "No.", "code": 404}}), "No.", "404"),
        (json.dumps({"error": "No."}), "No.", None),
        (json.dumps({"code": "bad", "message": "No."}), "No.", "bad"),
        (json.dumps({"detail": "No."}), "No.", None),
        (json.dumps({"errors": ["No.", "Never."], "name": "bad_request"}), "No.; Never.", "bad_request"),
        (
            json.dumps({"detail": [{"loc": ["body", "n"], "msg": "No.", "type": "int", "input": "secret"}]}),
            "n: No.",
            "int",
        ),
        (
            json.dumps({"error": {"message": "Provider returned error", "metadata": {"raw": "slow down"}}}),
            "Provider returned error: slow down",
            None,
        ),
        (json.dumps({"error": {"message": {"odd": 1}}}), '{"odd": 1}', None),
        ('data: {"error": {"message": "No."}}\n\n', "No.", None),
        ("no\n  such   thing", "no such thing", None),
        ("<html><head><title>\n502 Bad\nGateway</title></head><body>nginx</body></html>", "502 Bad Gateway", None),
        ("<html><style>b {}</style><body><b>Sorry</b>, no.<script>x()</script></body></html>", "Sorry , no.", None),
        ("", "", None),
    ],
)
def test_text_and_code(answer: str, text: str, code: str | None) -> None:
    """The provider's own sentence and code are found in every shape, without what it echoes of the request."""
    said = read(answer)

    assert (text, code) == (said.text, said.code)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (openai("No. safety_violations=[violence, 'self-harm']."), ("violence", "self-harm")),
        (openai("No. safety_violations=[]."), ()),
        (
            json.dumps(
                {
                    "error": {
                        "inner_error": {
                            "content_filter_results": {"hate": {"filtered": True}, "sexual": {"filtered": False}}
                        }
                    }
                }
            ),
            ("hate",),
        ),
        (json.dumps({"error": {"innererror": {"content_filter_result": {"hate": {"filtered": True}}}}}), ("hate",)),
        (json.dumps({"error": {"metadata": {"reasons": ["violence"]}}}), ("violence",)),
        (json.dumps({"error": {"inner_error": "no"}}), ()),
        (json.dumps({"error": {"inner_error": {"content_filter_results": ["hate"]}}}), ()),
        (json.dumps({"error": {"inner_error": {"content_filter_results": {"hate": "bad"}}}}), ()),
    ],
)
def test_categories(answer: str, expected: tuple[str, ...]) -> None:
    """What the prompt or the picture touched is found where each vendor says it."""
    assert expected == read(answer).categories


@pytest.mark.parametrize(
    "answer", ["{" * 99_999, '{"a":' * 9_999 + "1" + "}" * 9_999, "<script>" * 50_000, "model " * 99_999]
)
def test_hostile_answers_are_read_in_no_time(answer: str) -> None:
    """Deep, long and repetitive answers neither fail nor take long."""
    assert isinstance(read(answer), Complaint)
