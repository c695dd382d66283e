"""Fuzz a target: ``python -m tests.fuzz payload -max_total_time=60``; the options are libFuzzer's.

What was learnt is kept in ``.fuzz/<target>/corpus`` and what failed beside it. Given files, it runs just these:
``python -m tests.fuzz payload .fuzz/payload/crash-…``.
"""

import os
import sys
from hashlib import sha1
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType

TARGETS = ("payload", "replies", "provenance")
#: Readers that are loaded when they are first needed, which is too late to follow what they do.
LOADED_LATE = (
    "llamabot_images.formats",
    "llamabot_images.provenance",
    *(f"PIL.{name}ImagePlugin" for name in ("Png", "Jpeg", "WebP", "Gif", "Avif", "Bmp", "Tiff")),
)
LIMITS = ("-timeout=20", "-rss_limit_mb=1500", "-max_len=20000", "-print_final_stats=1")


def main(arguments: list[str]) -> None:
    """Fuzz until the time, the runs or a promise is up."""
    if not arguments or arguments[0] not in TARGETS:
        sys.exit(f"usage: python -m tests.fuzz {{{','.join(TARGETS)}}} [libFuzzer's options] [files to replay]")
    import atheris

    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # its price map comes from the package, not from the network
    name, *options = arguments
    with atheris.instrument_imports(include=["llamabot_images", "PIL"]):
        load()
        target = import_module(f"tests.fuzz.fuzz_{name}")
    folder = Path(".fuzz", name)
    files = [] if any(not one.startswith("-") for one in options) else [str(seeded(folder / "corpus", target))]
    atheris.Setup(["fuzz", *LIMITS, f"-artifact_prefix={folder}/", *options, *files], target.one_input)
    atheris.Fuzz()


def load() -> None:
    """Import what is to be followed."""
    for name in LOADED_LATE:
        module = import_module(name)
        for found in walk_packages(getattr(module, "__path__", ()), f"{name}."):
            import_module(found.name)


def seeded(corpus: Path, target: ModuleType) -> Path:
    """Write a target's first inputs where the fuzzer begins."""
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        (corpus / sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
    return corpus


if __name__ == "__main__":
    main(sys.argv[1:])
