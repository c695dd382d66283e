"""A record goes into a picture without a pixel being touched, and comes out of it as it went in."""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngInfo

from llamabot_images import ImageBot, InvalidImageError, read_provenance
from llamabot_images.payload import verify
from llamabot_images.provenance import embed, marks_of, record_of, write_sidecar

from .pictures import chunks, encode, noisy, sample, variants
from .providers import picture
from .test_marks import A1111, IPTC, RDF, TRAINED, exif_with, png_parameters, with_comment, xmp

RECORD: dict[str, Any] = {
    "text": "a llama",
    "prompt": "a llama",
    "model": "openai/gpt-image-2",
    "provider": "openai",
    "size": "1024x1024",
    "quality": "high",
    "seed": 7,
    "cost": 0.17,
    "request_id": "req_1",
}
WITH_ROOM = [name for name in variants() if name.split()[0] in ("png", "jpeg", "webp")]
WITHOUT_ROOM = [name for name in variants() if name.split()[0] in ("gif", "avif", "heic", "bmp", "tiff", "svg")]
PLAIN = {"PNG": sample("PNG"), "JPEG": sample("JPEG"), "WEBP": sample("WEBP")}
XML_NAMES = {name: f"{{{IPTC}}}{name}" for name in ("AISystemUsed", "AISystemVersionUsed", "AIPromptInformation")}


def pixel_bytes(data: bytes) -> list[bytes]:
    """Return the bytes in which the pixels of a PNG, JPEG or WebP are encoded."""
    if data.startswith(b"\x89PNG"):
        return [body for kind, body in chunks(data) if kind in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"fcTL", b"fdAT")]
    if data.startswith(b"\xff\xd8"):
        return [data[beyond_notes(data) :]]
    return [body for kind, body in riff(data) if kind in (b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF")]


def beyond_notes(jpeg: bytes) -> int:
    """Return where in a JPEG the first segment is that decoding needs."""
    position = 2
    while jpeg[position + 1] in (*range(0xE0, 0xF0), 0xFE):
        position += 2 + int.from_bytes(jpeg[position + 2 : position + 4], "big")
    return position


def riff(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a WebP."""
    position = 12
    while position + 8 <= len(data):
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        yield data[position : position + 4], data[position + 8 : position + 8 + size]
        position += 8 + size + (size & 1)


def frames(data: bytes) -> list[Image.Image]:
    """Return all frames as Pillow decodes them."""
    image = Image.open(BytesIO(data))
    found = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        found.append(image.convert("RGBA"))
    return found


def xmp_of(data: bytes) -> bytes:
    """Return the XMP that Pillow finds in a picture."""
    image = Image.open(BytesIO(data))
    image.load()
    found = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    return found.encode() if isinstance(found, str) else found


def fields_of(data: bytes) -> dict[str, str]:
    """Return what a strict XML parser finds said in a picture's XMP."""
    root = ElementTree.fromstring(xmp_of(data).replace(b"\xef\xbb\xbf", b""))
    found: dict[str, str] = {}
    for description in root.iter(f"{{{RDF}}}Description"):
        for one in description:
            assert one.tag not in found
            found[one.tag.partition("}")[2]] = one.text or ""
    return found


@pytest.mark.parametrize("name", WITH_ROOM)
def test_pixels_are_not_touched(name: str) -> None:
    """The bytes of the pixels stay the same, the file is whole, and Pillow reads equal frames."""
    before = variants()[name]

    after = embed(before, RECORD)

    assert pixel_bytes(before)
    assert pixel_bytes(before) == pixel_bytes(after)
    assert verify(before) == verify(after, strict=True)
    for old, new in zip(frames(before), frames(after), strict=True):
        assert ImageChops.difference(old, new).getbbox(alpha_only=False) is None


@pytest.mark.parametrize("name", WITH_ROOM)
def test_what_was_embedded_is_read(name: str) -> None:
    """Prompt, model, size, quality and seed come out of every kind of picture."""
    found = marks_of(embed(variants()[name], RECORD))

    assert ("iptc", "llamabot_images") == found.marks
    assert ("a llama", "openai/gpt-image-2", "trainedAlgorithmicMedia") == (
        found.prompt,
        found.model,
        found.source_type,
    )
    assert {key: RECORD[key] for key in ("prompt", "model", "size", "quality", "seed")} == {
        key: found.record[key] for key in ("prompt", "model", "size", "quality", "seed")
    }


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP"])
def test_other_programs_find_it(name: str) -> None:
    """Pillow finds the parameters, the four fields of IPTC, the kind of source and the program."""
    data = embed(PLAIN[name], RECORD | {"prompt_writer": "Ada <Lovelace> & co"})
    image = Image.open(BytesIO(data))
    image.load()
    exif = image.getexif()
    comment = exif.get_ifd(0x8769).get(0x9286, b"")

    text = image.info["parameters"] if name == "PNG" else comment.removeprefix(b"UNICODE\0").decode("utf-16-be")
    software = image.info["Software"] if name == "PNG" else exif[0x0131]

    assert re.fullmatch(
        r"a llama\nSize: 48x40, Model: openai/gpt-image-2, Requested size: 1024x1024, Quality: high, Seed: 7, "
        r"Version: llamabot_images [\d.]+",
        text,
    )
    assert software.startswith("llamabot_images ")
    assert {
        "DigitalSourceType": TRAINED,
        "AISystemUsed": "openai",
        "AISystemVersionUsed": "gpt-image-2",
        "AIPromptInformation": "a llama",
        "AIPromptWriterName": "Ada <Lovelace> & co",
    } == {key: value for key, value in fields_of(data).items() if key != "CreatorTool"}


def test_nothing_else_of_the_record_is_embedded() -> None:
    """Cost, request id and the like stay out of a picture that may be shown around."""
    for data in PLAIN.values():
        after = embed(data, RECORD | {"cost": 0.17231})

        assert b"req_1" not in after
        assert b"0.17231" not in after
        assert "req_1".encode("utf-16-be") not in after


def test_an_edit_stays_an_edit(tmp_path: Path) -> None:
    """A picture that was made of another one is not drawn from its words alone, wherever its record is."""
    bot = ImageBot("offline/sketch", save_dir=tmp_path)
    result = bot.generate("a fox").edit("make it night")
    path = tmp_path / "night.png"
    path.write_bytes(embed(result[0].to_bytes(), record_of(result, 0, path.name)))

    with pytest.raises(ValueError, match="was made from another picture"):
        bot.again(path)


def test_a_drawing_routine_is_not_called_ai() -> None:
    """Pictures of the offline model are marked as made by an algorithm that learned nothing."""
    fields = fields_of(embed(PLAIN["PNG"], RECORD | {"model": "offline/sketch", "provider": "offline"}))

    assert {"DigitalSourceType", "CreatorTool"} == fields.keys()
    assert fields["DigitalSourceType"].endswith("/algorithmicMedia")


@settings(max_examples=300, deadline=None)
@given(prompt=st.text(st.characters(), max_size=200), name=st.sampled_from(["PNG", "JPEG", "WEBP"]))
def test_any_prompt_survives(prompt: str, name: str) -> None:
    """Every text, half characters and control characters included, comes back exactly; the file stays readable."""
    after = embed(PLAIN[name], RECORD | {"prompt": prompt})

    assert prompt == marks_of(after).prompt
    assert pixel_bytes(PLAIN[name]) == pixel_bytes(after)
    assert "AISystemUsed" in fields_of(after)


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "\n",
        "a\nSteps: 20, Sampler: x, Version: v1",
        "x\nNegative prompt: y",
        "]]></x:xmpmeta><script>&amp;</rdf:Description>",
        "a\r\nb\0c\x0b\ud800",
        "月" * 3_000,
        '"quoted", and: more',
    ],
)
def test_nasty_prompts_survive(name: str, prompt: str) -> None:
    """Prompts that look like settings, like XML or like nothing come back exactly."""
    after = embed(PLAIN[name], RECORD | {"prompt": prompt})

    assert prompt == marks_of(after).prompt
    assert "gpt-image-2" == fields_of(after)["AISystemVersionUsed"]


@settings(max_examples=40, deadline=None)
@given(st.fixed_dictionaries({name: st.text(st.characters(), max_size=30) for name in ("model", "size", "quality")}))
def test_any_setting_survives(record: dict[str, str]) -> None:
    """Whatever a model, size or quality is called, it is told as it was."""
    found = marks_of(embed(PLAIN["JPEG"], RECORD | record)).record

    assert record == {name: found[name] for name in record}


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP"])
def test_embedding_again_replaces(name: str) -> None:
    """The second record takes the place of the first, of which nothing is left."""
    first = embed(PLAIN[name], RECORD | {"prompt": "SECRET-FIRST"})

    second = embed(first, RECORD | {"prompt": "the second"})

    assert embed(PLAIN[name], RECORD | {"prompt": "the second"}) == second
    assert "the second" == marks_of(second).prompt


@pytest.mark.parametrize("name", ["JPEG", "WEBP"])
def test_exif_of_others_is_kept(name: str) -> None:
    """Orientation, maker and thumbnails stay, and an earlier prompt of ours is blanked out."""
    block = Image.Exif()
    block[0x0112], block[0x010F], block[0x0131] = 6, "Maker", "Painter 7"
    block.get_ifd(0x8769)[0x9003] = "2026:01:02 03:04:05"
    block.get_ifd(0x8825)[1] = "N"
    before = encode(noisy(), name, exif=block.tobytes())

    after = embed(embed(before, RECORD | {"prompt": "SECRET-FIRST"}), RECORD)
    exif = Image.open(BytesIO(after)).getexif()

    assert (6, "Maker", "Painter 7") == (exif[0x0112], exif[0x010F], exif[0x0131])
    assert "2026:01:02 03:04:05" == exif.get_ifd(0x8769)[0x9003]
    assert "N" == exif.get_ifd(0x8825)[1]
    assert "a llama" == marks_of(after).prompt
    assert "SECRET-FIRST".encode("utf-16-be") not in after


def test_little_endian_exif_is_kept() -> None:
    """A block of the other byte order, as some phones write it, is added to as well."""
    block = bytearray(b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0")
    before = encode(noisy(), "JPEG", exif=b"Exif\0\0" + bytes(block))

    after = embed(before, RECORD)

    assert 6 == Image.open(BytesIO(after)).getexif()[0x0112]
    assert "a llama" == marks_of(after).prompt


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP"])
def test_xmp_of_the_provider_is_kept(name: str) -> None:
    """What the provider says of the kind of source stays, and ours is added once, however often."""
    packet = xmp(
        "><Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/"
        "compositeSynthetic</Iptc4xmpExt:DigitalSourceType><Iptc4xmpExt:Contributor>Them"
        "</Iptc4xmpExt:Contributor></rdf:Description>"
    )
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", packet.decode())
    before = encode(noisy(), name, **({"pnginfo": info} if name == "PNG" else {"xmp": packet}))

    after = embed(embed(before, RECORD | {"prompt": "SECRET-FIRST"}), RECORD)
    fields = fields_of(after)

    assert fields["DigitalSourceType"].endswith("/compositeSynthetic")
    assert ("Them", "a llama") == (fields["Contributor"], fields["AIPromptInformation"])
    assert b"SECRET-FIRST" not in after


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
def test_a_c2pa_manifest_is_not_made_invalid(format: str) -> None:
    """A signed picture is refused; force changes it, and leaves the manifest in it."""
    before = picture(format, (64, 64), c2pa=True)

    with pytest.raises(ValueError, match="signature invalid.*write_sidecar.*force=True"):
        embed(before, RECORD)

    after = embed(before, RECORD, force=True)
    assert ("c2pa", "iptc", "llamabot_images") == marks_of(after).marks


@pytest.mark.parametrize(
    "before",
    [png_parameters(A1111), with_comment("JPEG", b"ASCII\0\0\0Summer: the beach")],
    ids=["parameters", "comment"],
)
def test_what_others_wrote_is_not_replaced(before: bytes) -> None:
    """Parameters and comments of others are replaced only by force."""
    with pytest.raises(ValueError, match="already.*force=True"):
        embed(before, RECORD)

    assert "a llama" == marks_of(embed(before, RECORD, force=True)).prompt


@pytest.mark.parametrize(
    "before",
    [
        encode(noisy(), "JPEG", exif=b"Exif\0\0nonsense"),
        encode(noisy(), "JPEG", xmp=b"<nonsense"),
        encode(noisy(), "WEBP", xmp=b"\xff\xfe\0<"),
    ],
    ids=["exif", "xmp", "not utf-8"],
)
def test_what_cannot_be_read_is_not_replaced(before: bytes) -> None:
    """A broken block of metadata is left alone, unless force says otherwise."""
    with pytest.raises(ValueError, match="force=True"):
        embed(before, RECORD)

    assert "a llama" == marks_of(embed(before, RECORD, force=True)).prompt


@pytest.mark.parametrize("name", WITHOUT_ROOM)
def test_formats_without_room_say_so(name: str) -> None:
    """The error names the type and the way out."""
    with pytest.raises(ValueError, match=r"image/.*write_sidecar"):
        embed(variants()[name], RECORD)


def test_a_long_prompt_fits_where_the_format_has_room() -> None:
    """100,000 characters go into PNG and WebP; a JPEG refuses them with the limit."""
    record = RECORD | {"prompt": "llama " * 16_667}

    for name in ("PNG", "WEBP"):
        assert record["prompt"] == marks_of(embed(PLAIN[name], record)).prompt
    with pytest.raises(ValueError, match=r"65,533 bytes.*write_sidecar"):
        embed(PLAIN["JPEG"], record)
    assert "l" * 32_000 == marks_of(embed(PLAIN["JPEG"], RECORD | {"prompt": "l" * 32_000})).prompt


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP"])
def test_there_is_an_end_to_length(name: str) -> None:
    """A text that readers would not read is refused."""
    for prompt in ("llama " * 200_000, "<" * 300_000):
        with pytest.raises(ValueError, match="write_sidecar"):
            embed(PLAIN[name], RECORD | {"prompt": prompt})


def test_what_is_no_picture_is_refused() -> None:
    """Half a picture is an error that keeps its bytes."""
    with pytest.raises(InvalidImageError) as caught:
        embed(PLAIN["PNG"][:100], RECORD)

    assert PLAIN["PNG"][:100] == caught.value.data


def test_bytes_after_the_end_are_kept() -> None:
    """What a program has appended to a picture is still there."""
    for data in PLAIN.values():
        assert embed(data + b"appended", RECORD) == embed(data, RECORD) + b"appended"


def test_two_pictures_in_one_jpeg_are_both_read() -> None:
    """A second picture is found by its distance from the first, which must not change."""
    before = variants()["jpeg of two"]

    after = embed(before, RECORD)

    assert 2 == len(frames(after))


def test_a_file_is_replaced(tmp_path: Path) -> None:
    """Given a path, the file has the record, the path comes back and nothing else is left in the folder."""
    path = tmp_path / "llama.png"
    path.write_bytes(PLAIN["PNG"])

    made = embed(str(path), RECORD)
    found = read_provenance(path)

    assert path == made
    assert found is not None
    assert ("a llama", False) == (found.prompt, found.changed)
    assert ["llama.png"] == [one.name for one in tmp_path.iterdir()]


def test_a_refusal_leaves_the_file_alone(tmp_path: Path) -> None:
    """What cannot be embedded changes nothing."""
    path = tmp_path / "llama.gif"
    path.write_bytes(sample("GIF"))

    with pytest.raises(ValueError, match="image/gif"):
        embed(path, RECORD)

    assert sample("GIF") == path.read_bytes()


def test_a_sidecar_stays_right(tmp_path: Path) -> None:
    """The record beside the picture is of the new bytes afterwards; one of other bytes is left as it is."""
    path, other = tmp_path / "llama.png", tmp_path / "other.png"
    for one, record in ((path, {"sha256": sha256(PLAIN["PNG"]).hexdigest()}), (other, {"sha256": "0" * 64})):
        one.write_bytes(PLAIN["PNG"])
        write_sidecar(one, RECORD | {"schema_version": 1} | record)
        embed(one, RECORD)

    beside = json.loads((tmp_path / "llama.png.json").read_text("utf-8"))
    found, found_other = read_provenance(path), read_provenance(other)

    assert sha256(path.read_bytes()).hexdigest() == beside["sha256"]
    assert path.stat().st_size == beside["bytes"]
    assert found is not None
    assert (("iptc", "llamabot_images", "sidecar"), 0.17, False) == (found.marks, found.record["cost"], found.changed)
    assert found_other is not None
    assert "cost" not in found_other.record
    assert "0" * 64 == json.loads((tmp_path / "other.png.json").read_text("utf-8"))["sha256"]


def test_exif_software_of_others_in_a_simple_block_is_kept() -> None:
    """A block that names only the program keeps that name."""
    before = encode(noisy(), "JPEG", exif=exif_with(0x0131, "Painter 7"))

    assert "Painter 7" == marks_of(embed(before, RECORD)).software
