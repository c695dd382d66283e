"""Where a picture of each format ends, and what a hostile file cannot make of that."""

import zlib

import pytest

from llamabot_images.formats.layout import MAX_PARTS, Broken, Layout, check_size

from .pictures import chunks, encode, noisy, png_of, sample


@pytest.mark.parametrize(
    ("size", "fine"),
    [((1, 1, 1), True), ((10_000, 5_000, 1), True), ((10_001, 5_000, 1), False), ((0, 5, 1), False)]
    + [((1024, 1024, 16), True), ((5_000, 5_000, 20), True), ((5_000, 5_000, 21), False)],
)
def test_pixels_are_bounded_in_one_picture_and_in_all_frames(size, fine):
    """Empty pictures and pixel bombs are refused at the documented limits, neither below nor above."""
    width, height, frames = size

    if fine:
        assert Layout(width, height) == check_size(width, height, frames=frames)
    else:
        with pytest.raises(Broken):
            check_size(width, height, frames=frames)


def _with_chunk_before_pixels(kind: bytes, body: bytes, times: int = 1) -> bytes:
    parts = list(chunks(sample("PNG")))
    return png_of([parts[0], *[(kind, body)] * times, *parts[1:]])


@pytest.mark.parametrize(
    ("kind", "head"),
    [(b"zTXt", b"Comment\0\0"), (b"iTXt", b"Comment\0\1\0\0\0"), (b"iCCP", b"profile\0\0")],
)
def test_a_bomb_in_a_text_chunk_is_refused(kind, head):
    """A text chunk that unpacks to more than readers accept is refused, a large legal one is not."""
    from llamabot_images.formats.png import read

    legal = _with_chunk_before_pixels(kind, head + zlib.compress(bytes(2**20)))
    bomb = _with_chunk_before_pixels(kind, head + zlib.compress(bytes(2**20 + 1)))

    assert Layout(48, 40) == read(legal)
    with pytest.raises(Broken, match="bomb"):
        read(bomb)


def test_many_legal_text_chunks_make_a_bomb():
    """All text chunks together are bounded too."""
    from llamabot_images.formats.png import read

    bomb = _with_chunk_before_pixels(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(2**20)), times=65)

    with pytest.raises(Broken, match="bomb"):
        read(bomb)


def test_a_text_chunk_that_cannot_be_unpacked_is_no_reason_to_refuse():
    """Readers skip such a chunk and show the picture; so does the check."""
    from llamabot_images.formats.png import read

    assert Layout(48, 40) == read(_with_chunk_before_pixels(b"zTXt", b"Comment\0\0not deflate"))


def test_endless_chunks_are_refused_quickly():
    """A file of nothing but tiny chunks is given up on."""
    from llamabot_images.formats.png import read

    with pytest.raises(Broken, match="chunks"):
        read(_with_chunk_before_pixels(b"teSt", b"", times=MAX_PARTS))


PNG_DAMAGE = {
    "pixels end early": lambda body: zlib.compress(zlib.decompress(body)[:-1]),
    "stream cut": lambda body: body[: len(body) // 2],
    "stream garbage": lambda body: b"\x78\x9c" + bytes(range(200)),
    "no stream": lambda body: b"",
}


@pytest.mark.parametrize("damage", PNG_DAMAGE)
def test_wrong_pixels_under_right_checksums_are_seen(damage):
    """The pixel stream of a PNG has to hold what its header demands."""
    from llamabot_images.formats.png import read

    parts = [(kind, PNG_DAMAGE[damage](body) if kind == b"IDAT" else body) for kind, body in chunks(sample("PNG"))]

    with pytest.raises(Broken):
        read(png_of(parts))


def test_the_beginning_of_a_large_pixel_stream_is_sampled():
    """Over 1 MiB the pixels are not all unpacked, but garbage at their beginning is seen."""
    from llamabot_images.formats.png import read

    large = encode(noisy(800, 800), "PNG", compress_level=1)
    garbled = [(kind, bytes(len(body)) if kind == b"IDAT" else body) for kind, body in chunks(large)]

    assert Layout(800, 800) == read(large)
    with pytest.raises(Broken):
        read(png_of(garbled))


def test_interlaced_pixels_are_counted_pass_by_pass():
    """Each of the seven passes of an interlaced PNG begins its rows anew."""
    from llamabot_images.formats.png import read

    passes = [(1, 1), (1, 1), (2, 1), (1, 2), (3, 1), (3, 3), (6, 3)]
    pixels = b"".join(bytes(rows * (1 + columns)) for columns, rows in passes)
    header = b"\0\0\0\6\0\0\0\6\x08\0\0\0\1"
    whole = png_of([(b"IHDR", header), (b"IDAT", zlib.compress(pixels)), (b"IEND", b"")])
    short = png_of([(b"IHDR", header), (b"IDAT", zlib.compress(pixels[:-1])), (b"IEND", b"")])

    assert Layout(6, 6) == read(whole)
    with pytest.raises(Broken):
        read(short)


HEADERS = {
    "not 13 bytes": [(b"IHDR", b"\0\0\0\1")],
    "not first": [(b"tEXt", b"a\0b")],
    "depth": [(b"IHDR", b"\0\0\0\1\0\0\0\1\x03\0\0\0\0")],
    "no palette": [(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\3\0\0\0")],
    "no pixels": [(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0")],
    "torn": [(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0"), (b"IDAT", b"x"), (b"tEXt", b"a\0b"), (b"IDAT", b"x")],
    "huge": [(b"IHDR", b"\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\0\0\0\0"), (b"IDAT", b"x")],
    "implausible": [(b"IHDR", b"\0\0\x10\0\0\0\x10\0\x08\0\0\0\0"), (b"IDAT", zlib.compress(b""))],
}


@pytest.mark.parametrize("case", HEADERS)
def test_a_png_that_makes_no_sense_is_refused(case):
    """Right checksums do not help a file whose header or order is wrong."""
    from llamabot_images.formats.png import read

    with pytest.raises(Broken):
        read(png_of([*HEADERS[case], (b"IEND", b"")]))


def test_an_interlaced_picture_of_one_pixel_has_one_pass():
    """Passes without a pixel take no bytes."""
    from llamabot_images.formats.png import read

    parts = [(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\1"), (b"IDAT", zlib.compress(b"\0\7")), (b"IEND", b"")]

    assert Layout(1, 1) == read(png_of(parts))


def test_a_pixel_stream_in_many_pieces_is_one_stream():
    """Pieces of one byte, empty pieces and text chunks that are no text make no difference."""
    from llamabot_images.formats.png import read

    header, *rest = chunks(encode(noisy(6, 5), "PNG"))
    pixels = b"".join(body for kind, body in rest if kind == b"IDAT")
    pieces = [(b"IDAT", pixels[at : at + 1]) for at in range(len(pixels))]
    plain_text = (b"iTXt", b"Comment\0\0\0\0\0plain")

    whole = png_of([header, plain_text, (b"IDAT", b""), *pieces, (b"IDAT", b""), (b"IEND", b"")])
    short = png_of([header, *pieces[:-12], (b"IEND", b"")])

    assert Layout(6, 5) == read(whole)
    with pytest.raises(Broken, match="end early"):
        read(short)


def test_a_flat_picture_is_unpacked_in_bounded_steps():
    """A small file that unpacks to megabytes is followed to its end."""
    from llamabot_images.formats.png import read

    flat = encode(noisy(1, 1).resize((1500, 1500)), "PNG")

    assert Layout(1500, 1500) == read(flat)


def test_a_jpeg_of_endless_segments_is_given_up_on():
    """So is one without a picture in it, and one whose scan comes before its size."""
    from llamabot_images.formats.jpeg import read

    scan = b"\xff\xda\0\x02\x01\xff\xd9"
    comments = b"\xff\xfe\0\x02" * MAX_PARTS

    for broken in (comments, b"\xff\xd9", scan, b"\xff\xfe\0\x01", b"\xff\x05", b"\x01"):
        with pytest.raises(Broken):
            read(b"\xff\xd8" + broken)


def test_a_gif_of_endless_or_no_frames_is_refused():
    """Blocks of one byte without end, blocks of no kind, and no frame at all are seen."""
    from llamabot_images.formats.gif import read

    head = b"GIF89a\1\0\1\0\0\0\0"

    for broken in (b"!\xfe" + b"\1a" * 400_000 + b"\0;", b"\x99;", b";"):
        with pytest.raises(Broken):
            read(head + broken)


def test_a_webp_without_a_picture_is_refused():
    """A container of other chunks, or of endless ones, is no picture."""
    from llamabot_images.formats.webp import read

    for body in (b"EXIF\0\0\0\0", b"VP8X\x0a\0\0\0" + bytes(10), b"ABCD\0\0\0\0" * (MAX_PARTS + 1)):
        with pytest.raises(Broken):
            read(b"RIFF" + (4 + len(body)).to_bytes(4, "little") + b"WEBP" + body)


def test_bitmaps_of_both_headers_and_packed_ones_are_measured():
    """The short header of old bitmaps and run-length coding, with or without a stated size, are understood."""
    from llamabot_images.formats.bmp import read

    old = b"BM\x1e\0\0\0" + bytes(4) + b"\x1a\0\0\0\x0c\0\0\0\1\0\1\0\1\0\x18\0" + bytes(4)
    head = b"BM\x40\0\0\0" + bytes(4) + b"\x36\0\0\0\x28\0\0\0\2\0\0\0\xff\xff\xff\xff\1\0\x08\0\1\0\0\0"

    for size in (b"\x0a\0\0\0", b"\0\0\0\0"):
        packed = head + size + bytes(16) + bytes(10)
        assert Layout(2, 1) == read(packed)
        with pytest.raises(Broken):
            read(packed[:-1])
    assert Layout(1, 1) == read(old)
    with pytest.raises(Broken):
        read(old[:-1])


def _box(kind: bytes, body: bytes, *, long: bool = False) -> bytes:
    if long:
        return b"\0\0\0\1" + kind + (16 + len(body)).to_bytes(8, "big") + body
    return (8 + len(body)).to_bytes(4, "big") + kind + body


FTYP = _box(b"ftyp", b"avif\0\0\0\0avif")


def test_boxes_of_a_sequence_and_long_boxes_are_understood():
    """A file with nothing but a sequence has no size by its boxes; a box may state its length in 64 bits."""
    from llamabot_images.formats.boxes import read

    sequence = FTYP + _box(b"moov", b"") + _box(b"mdat", b"pixels", long=True)

    assert Layout(None, None) == read(sequence)
    with pytest.raises(Broken):
        read(sequence[:-1])


ISPE = _box(b"ispe", bytes(4) + b"\0\0\0\x09\0\0\0\x08")


IPRP = _box(b"iprp", _box(b"ipco", ISPE))


METAS = {
    "nothing": b"",
    "no sizes": _box(b"iloc", bytes(8)) + _box(b"iprp", b""),
    "no places": IPRP,
    "boxes too long": _box(b"iloc", bytes(8)) + b"\0\0\xff\xffiprp",
    "boxes too short": b"\0\0\0\2iloc" + IPRP,
    "billions of pieces": _box(b"iloc", bytes(6) + b"\xff\xff" + (bytes(4) + b"\xff\xff") * 9) + IPRP,
    "table cut": _box(b"iloc", bytes(6) + b"\xff\xff"),
}


@pytest.mark.parametrize("case", METAS)
def test_boxes_that_make_no_sense_are_refused(case):
    """Missing, overlong and endless boxes are seen, in no time."""
    from llamabot_images.formats.boxes import read

    with pytest.raises(Broken):
        read(FTYP + _box(b"meta", bytes(4) + METAS[case]) + _box(b"mdat", b""))


def test_endless_boxes_are_given_up_on():
    """A file of nothing but empty boxes is not followed to its end."""
    from llamabot_images.formats.boxes import read

    with pytest.raises(Broken, match="boxes"):
        read(FTYP + _box(b"free", b"") * MAX_PARTS)


@pytest.mark.parametrize("entries", [5000, 1])
def test_tiff_directories_are_bounded(entries):
    """Neither a directory of thousands of entries nor a table of millions of strips costs hours."""
    from struct import pack

    from llamabot_images.formats.tiff import read

    strips = pack("<HHII", 273, 4, 2_000_000, 8)
    head = b"II*\0\x08\0\0\0" + pack("<H", entries)

    with pytest.raises(Broken, match="more than"):
        read(head + strips * entries + bytes(8_100_000))


def test_a_tiff_of_several_pages_and_a_ring_of_pages_are_read():
    """Further pages are looked at, and a chain that bites its tail ends."""
    from llamabot_images.formats.tiff import read

    pages = encode(noisy(), "TIFF", save_all=True, append_images=[noisy(), noisy()])
    start = int.from_bytes(pages[4:8], "little")
    following = start + 2 + 12 * int.from_bytes(pages[start : start + 2], "little")
    ring = pages[:following] + pages[4:8] + pages[following + 4 :]

    assert Layout(48, 40) == read(pages) == read(ring)
