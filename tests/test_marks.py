"""Marks of origin are seen in every format by the structure of the file, whatever state it is in."""

import base64
import json
import random
import struct
import time
import zlib
from collections.abc import Callable
from functools import cache

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from llamabot_images.provenance import Provenance, marks_of

from .pictures import SVG, as_heic, chunk, damaged, encode, noisy, sample, variants
from .providers import picture

C2PA_TYPE = b"c2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"
JUMD = struct.pack(">I", 30) + b"jumd" + C2PA_TYPE + b"\x03c2pa\0"
STORE = struct.pack(">I", len(JUMD) + 8 + 400) + b"jumb" + JUMD + bytes(400)
OTHER_STORE = STORE.replace(C2PA_TYPE, b"json" + C2PA_TYPE[4:])
C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
A1111 = (
    'a llama, <lora:fluffy:0.8>, "quoted"\non a hill\nNegative prompt: blurry\nugly\n'
    'Steps: 20, Sampler: Euler a, Seed: 7, Size: 512x768, Lora hashes: "fluffy: 1a2b, other: 3c4d", Model: dream, '
    "Version: v1.10"
)
GRAPH = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 5, "positive": ["6", 0], "negative": ["7", 0]}},
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "dream.safetensors"}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a llama in the sun", "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["4", 1]}},
}


def xmp(inner: str) -> bytes:
    """Return a packet with one description."""
    description = f'<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="{IPTC}" xmlns:dcterms="http://purl.org/dc/terms/"'
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">{description}{inner}</rdf:RDF></x:xmpmeta>'
    ).encode()


def png_with(kind: bytes, body: bytes) -> bytes:
    """Return a PNG with a further chunk after its header."""
    plain = sample("PNG")
    return plain[:33] + chunk(kind, body) + plain[33:]


def jpeg_with(store: bytes, pieces: int = 1) -> bytes:
    """Return a JPEG with a JUMBF box in as many segments as are wanted."""
    step = -(-len(store) // pieces)
    segments = b""
    for number in range(pieces):
        part = store[number * step : (number + 1) * step]
        body = b"JP" + struct.pack(">HI", 1, number + 1) + (part if number == 0 else store[:8] + part)
        segments += b"\xff\xeb" + struct.pack(">H", len(body) + 2) + body
    plain = sample("JPEG")
    return plain[:20] + segments + plain[20:]


def webp_with(kind: bytes, body: bytes) -> bytes:
    """Return a WebP with a further chunk at its end."""
    inner = sample("WEBP")[8:] + kind + struct.pack("<I", len(body)) + body + bytes(len(body) & 1)
    return b"RIFF" + struct.pack("<I", len(inner)) + inner


def gif_with(name: bytes, body: bytes) -> bytes:
    """Return a GIF with an application extension before its picture."""
    plain = sample("GIF")
    start = 13 + (6 << (plain[10] & 7))
    return plain[:start] + b"\x21\xff\x0b" + name + body + plain[start:]


def blocks(body: bytes) -> bytes:
    """Return bytes as GIF's blocks."""
    pieces = [body[start : start + 255] for start in range(0, len(body), 255)]
    return b"".join(bytes([len(one)]) + one for one in pieces) + b"\0"


def box(kind: bytes, body: bytes) -> bytes:
    """Return a box of AVIF and HEIC."""
    return struct.pack(">I", len(body) + 8) + kind + body


def avif_with(further: bytes) -> bytes:
    """Return an AVIF with a further box at its end."""
    return sample("AVIF") + further


def svg_with(further: bytes) -> bytes:
    """Return an SVG with further metadata."""
    return SVG.replace(b"<rect", b"<metadata>" + further + b"</metadata><rect", 1)


def exif_with(tag: int, value: str | bytes) -> bytes:
    """Return an EXIF block with one entry."""
    block = Image.Exif()
    block[tag] = value
    return block.tobytes()


C2PA_PICTURES = {
    "png": png_with(b"caBX", STORE),
    "jpeg": jpeg_with(STORE),
    "jpeg in pieces": jpeg_with(STORE, 3),
    "webp": webp_with(b"C2PA", STORE),
    "gif": gif_with(b"C2PA_GIF\x01\0\0", blocks(STORE)),
    "avif": avif_with(box(b"uuid", C2PA_UUID + b"\0\0\0\0manifest\0" + bytes(8) + STORE)),
    "avif box": avif_with(STORE),
    "heic": as_heic(avif_with(box(b"uuid", C2PA_UUID + b"\0\0\0\0manifest\0" + bytes(8) + STORE))),
    "svg": svg_with(b'<c2pa:manifest xmlns:c2pa="http://c2pa.org/manifest">QUJD</c2pa:manifest>'),
    "svg undeclared": svg_with(b"<c2pa:manifest>QUJD</c2pa:manifest>"),
    "tiff": encode(noisy(), "TIFF", tiffinfo={0xCD41: STORE}),
    "kept elsewhere": encode(noisy(), "JPEG", xmp=xmp(' dcterms:provenance="https://c2pa.example/1.c2pa"/>')),
}
LIKE_C2PA = {
    "png text": png_with(b"tEXt", b"Comment\0caBX jumb c2pa " + STORE),
    "jpeg of another kind": jpeg_with(OTHER_STORE),
    "webp of another kind": webp_with(b"XTRA", STORE),
    "gif of another program": gif_with(b"OTHER   1.0", blocks(STORE)),
    "avif of another kind": avif_with(box(b"uuid", bytes(16) + STORE)),
    "avif box of another kind": avif_with(OTHER_STORE),
    "svg text": svg_with(b"<desc>c2pa:manifest &lt;c2pa:manifest&gt;</desc><!-- <c2pa:manifest/> -->"),
}


@pytest.mark.parametrize("name", C2PA_PICTURES)
def test_a_c2pa_manifest_is_seen(name: str) -> None:
    """It is found in the place where each format has it."""
    found = marks_of(C2PA_PICTURES[name])

    assert ("c2pa",) == found.marks
    assert found.c2pa


@pytest.mark.parametrize("format", ["png", "jpeg", "webp"])
def test_pictures_of_the_test_provider_are_seen_as_marked(format: str) -> None:
    """The marked pictures that the loopback providers send are marked, and the others are not."""
    assert marks_of(picture(format, (64, 64), c2pa=True)).c2pa
    assert not marks_of(picture(format, (64, 64)))


@pytest.mark.parametrize("name", LIKE_C2PA)
def test_what_only_looks_like_a_manifest_is_none(name: str) -> None:
    """The same bytes in another place of the file are no mark."""
    assert () == marks_of(LIKE_C2PA[name]).marks


@pytest.mark.parametrize("name", variants())
def test_plain_pictures_have_no_mark(name: str) -> None:
    """A picture of any kind that says nothing is false."""
    found = marks_of(variants()[name])

    assert Provenance() == found
    assert not found


def gif_xmp(packet: bytes) -> bytes:
    """Return a GIF with XMP the way it stands there: unpacked, with a tail that readers of blocks end in."""
    return gif_with(b"XMP DataXMP", packet + b"\x01" + bytes(range(255, -1, -1)) + b"\0")


def png_itxt(word: bytes, text: bytes, *, packed: bool = False) -> bytes:
    """Return a PNG with an international text."""
    body = word + (b"\0\1\0\0\0" + zlib.compress(text) if packed else b"\0\0\0\0\0" + text)
    return png_with(b"iTXt", body)


XMP_PLACES: dict[str, Callable[[bytes], bytes]] = {
    "png": lambda packet: png_itxt(b"XML:com.adobe.xmp", packet),
    "png packed": lambda packet: png_itxt(b"XML:com.adobe.xmp", packet, packed=True),
    "jpeg": lambda packet: encode(noisy(), "JPEG", xmp=packet),
    "webp": lambda packet: encode(noisy(), "WEBP", xmp=packet),
    "avif": lambda packet: encode(noisy(), "AVIF", xmp=packet),
    "heic": lambda packet: as_heic(encode(noisy(), "AVIF", xmp=packet)),
    "tiff": lambda packet: encode(noisy(), "TIFF", tiffinfo={700: packet}),
    "gif": gif_xmp,
    "svg": svg_with,
}
SAYS_IPTC = {
    "attribute": f' Iptc4xmpExt:DigitalSourceType="{TRAINED}"/>',
    "element": f"><Iptc4xmpExt:DigitalSourceType>{TRAINED}</Iptc4xmpExt:DigitalSourceType></rdf:Description>",
    "resource": f'><Iptc4xmpExt:DigitalSourceType rdf:resource="{TRAINED}"/></rdf:Description>',
}


@pytest.mark.parametrize("form", SAYS_IPTC)
@pytest.mark.parametrize("place", XMP_PLACES)
def test_the_kind_of_source_is_read_from_xmp(place: str, form: str) -> None:
    """IPTC's word is found wherever a format has XMP, in each form that RDF has for it."""
    found = marks_of(XMP_PLACES[place](xmp(SAYS_IPTC[form])))

    assert (("iptc",), "trainedAlgorithmicMedia") == (found.marks, found.source_type)


def test_iptc_fields_on_ai_are_read() -> None:
    """Prompt and system come from IPTC's fields where nothing else says them; markup in them is text."""
    fields = {"AISystemUsed": "Gemini", "AISystemVersionUsed": "3 &lt;Pro&gt;", "AIPromptInformation": "a &amp; b"}
    inner = "".join(f"<Iptc4xmpExt:{name}>{text}</Iptc4xmpExt:{name}>" for name, text in fields.items())

    found = marks_of(encode(noisy(), "JPEG", xmp=xmp(f">{inner}</rdf:Description>")))

    assert (("iptc",), "a & b", "Gemini 3 <Pro>") == (found.marks, found.prompt, found.model)


def test_entities_are_not_expanded() -> None:
    """A bomb of entities in XMP says nothing, and at once."""
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + step, b"&%c;" % (97 + step) * 10) for step in range(9)
    )
    packet = bomb + b"]>" + xmp(SAYS_IPTC["element"]).replace(b"http://cv", b"&j;")
    began = time.thread_time()

    found = marks_of(encode(noisy(), "JPEG", xmp=packet))

    assert not found
    assert time.thread_time() - began < 1


def png_parameters(text: str) -> bytes:
    """Return a PNG as A1111's web UI writes it."""
    info = PngInfo()
    info.add_text("parameters", text)
    return encode(noisy(), "PNG", pnginfo=info)


def with_comment(format: str, comment: bytes) -> bytes:
    """Return a picture with EXIF's UserComment."""
    block = Image.Exif()
    block.get_ifd(0x8769)[0x9286] = comment
    return encode(noisy(), format, exif=block.tobytes())


PARAMETER_PLACES: dict[str, Callable[[str], bytes]] = {
    "png": png_parameters,
    "png packed": lambda text: png_itxt(b"parameters", text.encode(), packed=True),
    "jpeg": lambda text: with_comment("JPEG", b"UNICODE\0" + text.encode("utf-16-be")),
    "jpeg little": lambda text: with_comment("JPEG", b"UNICODE\0" + text.encode("utf-16-le")),
    "jpeg plain": lambda text: with_comment("JPEG", b"ASCII\0\0\0" + text.encode()),
    "webp": lambda text: with_comment("WEBP", b"UNICODE\0" + text.encode("utf-16-be")),
    "avif": lambda text: with_comment("AVIF", b"UNICODE\0" + text.encode("utf-16-be")),
}


@pytest.mark.parametrize("place", PARAMETER_PLACES)
def test_generation_parameters_are_read(place: str) -> None:
    """Prompt, model and settings come out of the text that A1111's web UI and its kin write."""
    found = marks_of(PARAMETER_PLACES[place](A1111))

    assert ("a1111",) == found.marks
    assert ('a llama, <lora:fluffy:0.8>, "quoted"\non a hill', "dream") == (found.prompt, found.model)
    assert ("512x768", "fluffy: 1a2b, other: 3c4d", "7") == tuple(
        found.settings[name] for name in ("Size", "Lora hashes", "Seed")
    )
    assert {} == found.record


def test_a_comment_that_is_no_parameters_is_no_mark() -> None:
    """What a person noted in a photo says nothing of its origin."""
    assert not marks_of(with_comment("JPEG", b"ASCII\0\0\0Summer: the beach"))


def test_comfyui_graphs_are_read() -> None:
    """The prompt is the one that leads to the sampler's positive input."""
    info = PngInfo()
    info.add_text("prompt", json.dumps(GRAPH))
    info.add_text("workflow", json.dumps({"nodes": []}))

    found = marks_of(encode(noisy(), "PNG", pnginfo=info))

    assert ("comfyui",) == found.marks
    assert ("a llama in the sun", "dream.safetensors", GRAPH) == (found.prompt, found.model, found.workflow)


@pytest.mark.parametrize("tag", [0x010F, 0x0110, 0x010E])
def test_comfyui_graphs_in_webp_are_read(tag: int) -> None:
    """ComfyUI's WebP holds the graph in entries that EXIF has for the camera."""
    data = encode(noisy(), "WEBP", exif=exif_with(tag, f"prompt:{json.dumps(GRAPH)}"))

    found = marks_of(data)

    assert (("comfyui",), "a llama in the sun") == (found.marks, found.prompt)


@pytest.mark.parametrize("graph", ["{", "[]", '{"1": 7}', '{"1": {"inputs": {"positive": ["1", 0]}}}', "[" * 100_000])
def test_broken_graphs_do_no_harm(graph: str) -> None:
    """JSON that is cut, of another shape, running in a circle or endlessly nested is no error."""
    info = PngInfo()
    info.add_text("prompt", graph)

    assert marks_of(encode(noisy(), "PNG", pnginfo=info)).prompt is None


def test_software_is_told_and_is_no_mark() -> None:
    """The name of a program says something, but not that a machine drew the picture."""
    info = PngInfo()
    info.add_text("Software", "Painter 7")

    for data in (encode(noisy(), "PNG", pnginfo=info), encode(noisy(), "JPEG", exif=exif_with(0x0131, "Painter 7"))):
        assert ("Painter 7", ()) == (marks_of(data).software, marks_of(data).marks)


def test_what_stands_before_a_broken_place_is_read() -> None:
    """A picture that is cut short still says what it said before the cut."""
    for name in ("png", "jpeg", "webp", "gif"):
        data = C2PA_PICTURES[name]
        half = data[: data.index(C2PA_TYPE) + len(STORE)]

        assert marks_of(half).c2pa, name


def test_any_damage_is_survived() -> None:
    """Thousands of broken pictures are read without an error."""
    dice = random.Random(3)
    marked = [place(xmp(SAYS_IPTC["element"])) for place in XMP_PLACES.values()]
    marked += [place(A1111) for place in PARAMETER_PLACES.values()] + [*C2PA_PICTURES.values()]

    for data in marked:
        for _ in range(120):
            assert isinstance(marks_of(damaged(data, dice)), Provenance)


def test_nonsense_is_no_picture() -> None:
    """Empty and unknown bytes say nothing."""
    dice = random.Random(4)

    for data in (b"", b"\x89PNG", b"\xff\xd8", b"GIF89a", b"RIFF....WEBP", dice.randbytes(5_000), b"<svg"):
        assert not marks_of(data)


@cache
def hostile() -> dict[str, bytes]:
    """Return large files that ask for as much work as they can."""
    packed = zlib.compress(bytes(2**20))
    bomb = chunk(b"zTXt", b"parameters\0\0" + packed)
    items = b"\0\0\0\0" + b"\xff\xff" + box(b"infe", b"\2\0\0\0\0\1\0\0Exif\0") * 20_000
    places = b"\1\0\0\0\x44\0" + b"\xff\xff" + (b"\0\1\0\0\0\0\xff\xff" + (bytes(4) + b"\0\x0f\xff\xff") * 65_535)
    return {
        "png of bombs": sample("PNG")[:33] + bomb * 3_000,
        "png of chunks": sample("PNG")[:33] + chunk(b"prVt", b"") * 300_000,
        "jpeg of nothing": b"\xff\xd8" + b"\xff" * 8_000_000,
        "jpeg of segments": b"\xff\xd8" + b"\xff\xeb\0\2" * 1_000_000,
        "gif of blocks": sample("GIF")[:10] + b"\0\0\0\x21\xfe" + b"\1a" * 4_000_000,
        "avif of places": box(b"ftyp", b"avif\0\0\0\0avif")
        + box(b"meta", bytes(4) + box(b"iinf", items) + box(b"iloc", places)),
        "line of settings": png_itxt(b"parameters", b"p\n" + b"a: b, " * 150_000),
        "line of a word": png_itxt(b"parameters", b"p\n" + b"a" * 1_000_000),
        "exif of entries": encode(noisy(), "TIFF")[:4] + b"\x08\0\0\0" + b"\xff\xff" + b"\0\1\2\0" * 200_000,
    }


@pytest.mark.parametrize("name", hostile())
def test_work_is_bounded(name: str) -> None:
    """A file made to waste time is read in a moment."""
    data = hostile()[name]
    began = time.process_time()

    marks_of(data)

    assert time.process_time() - began < 2


def test_a_reference_tells_of_its_marks() -> None:
    """A picture in memory is asked in the same way, and a copy of it says the same."""
    from llamabot_images import ImageReference

    marked = ImageReference.from_base64(base64.b64encode(C2PA_PICTURES["png"]))
    plain = ImageReference.from_base64(base64.b64encode(sample("PNG")))

    assert marked.provenance.c2pa
    assert not plain.provenance
