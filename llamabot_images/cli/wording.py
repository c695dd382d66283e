"""The library's messages in the words of the command line."""

import re

__all__ = ["reworded"]

#: What a message says to a program, and what it says to somebody at a shell.
WORDING = (
    (r",? or pass \w+=(?: and \w+=)?(?![\w'])", ""),
    (r"ImageBot\(sidecar=True\)", "--sidecar"),
    (r"call the bot with a prompt", "draw it with a prompt"),
    (r"call the bot with read_provenance\(path\)\.prompt", "give `llamabot-images` the prompt that `info` shows"),
    (r"give that one to bot\.edit\(\) with the prompt", "edit that one with the prompt"),
    (r"\bpass retry_unknown=True\b", "give --retry-unknown"),
    (r"\bin allowed_hosts=", "with --allowed-host"),
    (r"\bin allow_private_hosts\b", "in the variable LLAMABOT_IMAGES_ALLOW_PRIVATE_HOSTS"),
    (r": call the bot with it, or save the result: bot\.save\(result, path\)", ""),
    (r": make another bot with it", ": it belongs to the whole command"),
    (r"\bsame call again\b", "same command again"),
    (r"\bmodel='([^']*)'", r"--model \1"),
    (r"\b(api_base|api_key|route|timeout|steps)='?([^\s';,.]*)'?", r"-p \1=\2"),
    (r" ?(?:Its bytes|The bytes as they came) are in this error's \.data\.", ""),
)


def reworded(text: str) -> str:
    """Return a message of the library as it reads on the command line.

    :param text: With settings as Python has them, such as ``model='offline/sketch'``.
    """
    for pattern, words in WORDING:
        text = re.sub(pattern, words, text)
    return text
