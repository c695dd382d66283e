"""References and results: values that travel."""

import base64
import copy
import pickle
import threading
from pathlib import Path

import pytest
from PIL import Image

from llamabot_images import DownloadError, ImageBot, ImageReference, InvalidImageError, SaveError, UnsafeURLError
from llamabot_images.download import Downloader

from .providers import Expired, ProviderServer, Status, picture

PNG = picture("png", (64, 48))
SIGNED = "?se=2026-11-20T14%3A00%3A00Z&sig=CANARY-SIGNATURE"


@pytest.fixture
def reference() -> ImageReference:
    """Give a picture in a data URI."""
    return ImageReference.from_base64(base64.b64encode(PNG).decode(), prompt="a <fox>", revised_prompt="a red fox")


def test_value_is_the_data_uri_and_repr_is_short(reference: ImageReference) -> None:
    """The string is the whole URI; its repr says what it is in a few words."""
    assert f"data:image/png;base64,{base64.b64encode(PNG).decode()}" == str(reference)
    assert reference.is_data_uri()
    assert repr(reference).startswith("<ImageReference image/png 64x48 ")
    assert len(repr(reference)) < 60


def test_reference_survives_pickle_and_copy(reference: ImageReference) -> None:
    """Bytes, prompt and type are the same after both."""
    for one in (pickle.loads(pickle.dumps(reference)), copy.copy(reference), copy.deepcopy(reference)):
        assert (PNG, "a <fox>", "a red fox", "image/png") == (
            one.to_bytes(),
            one.prompt,
            one.revised_prompt,
            one.mime_type,
        )
        assert reference == one


def test_url_is_fetched_once_and_kept(provider: ProviderServer) -> None:
    """Many readers in many threads cost one download, and the pickled reference needs none."""
    url = ImageBot(**provider.kwargs_for("recraft"))("a fox", return_url=True)
    assert isinstance(url, ImageReference)

    threads = [threading.Thread(target=url.to_bytes) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    provider.always_images(Status(500))

    assert 1 == len(provider.downloads)
    assert url.to_bytes() == pickle.loads(pickle.dumps(url)).to_bytes()


def test_pickled_url_is_fetched_as_by_its_bot(provider: ProviderServer) -> None:
    """A link to a server of one's own that was not fetched yet can be fetched after a pickle; others still cannot."""
    bot = ImageBot(**provider.kwargs_for("compatible"), n=2)
    result = bot.generate("a fox")
    bot.close()
    found = pickle.loads(pickle.dumps(result))

    assert [] == provider.downloads
    assert provider.pictures.served == [one.to_bytes() for one in found]
    with pytest.raises(UnsafeURLError):
        pickle.loads(pickle.dumps(ImageReference(str(result[0])))).to_bytes()


def test_pickled_reference_stays_strict() -> None:
    """Bytes of an unknown kind are refused after a pickle where they were before."""
    data = bytes(range(256))
    uri = "data:image/x-future;base64," + base64.b64encode(data).decode()
    for one in (ImageReference(uri, strict=True), ImageReference("https://x.example/", data=data, strict=True)):
        with pytest.raises(InvalidImageError):
            pickle.loads(pickle.dumps(one)).to_bytes()


def test_making_and_printing_fetches_nothing() -> None:
    """A reference to a dead host can be made, compared and shown as text."""
    url = ImageReference("https://user:secret@images.example/cat.png" + SIGNED)

    assert "<ImageReference https://images.example/cat.png?…>" == repr(url)
    assert "https://user:secret@images.example/cat.png" + SIGNED == url
    assert url.mime_type is None
    assert url.expires_at is not None
    assert 2026 == url.expires_at.year


def test_dead_link_is_an_error_that_keeps_the_address(provider: ProviderServer) -> None:
    """The error names the address without its signature, and when the link died."""
    provider.always_images(Expired())
    url = ImageReference(provider.image_url + "/cat.png" + SIGNED, downloader=Downloader(allow_hosts=["127.0.0.1"]))

    with pytest.raises(DownloadError) as caught:
        url.to_bytes()

    assert "CANARY" not in str(caught.value) + repr(caught.value) + str(vars(caught.value))
    assert "/cat.png" in caught.value.url
    assert caught.value.expires_at == url.expires_at
    assert caught.value.maybe_charged


def test_failed_download_keeps_the_result(provider: ProviderServer) -> None:
    """The pictures that were paid for are on the error, and can be fetched when the host is back."""
    provider.always_images(Status(404))
    bot = ImageBot(**provider.kwargs_for("recraft"))

    with pytest.raises(DownloadError) as caught:
        bot("a fox")
    provider.always_images(None)
    (path,) = bot.save(caught.value.result)

    assert provider.pictures.served[-1] == path.read_bytes()
    assert 1 == len(provider.posts)


def test_save_honours_the_path_exactly(reference: ImageReference) -> None:
    """The bytes are written untouched; a suffix of the same format is kept."""
    assert Path("x/y.PNG") == reference.save("x/y.PNG")
    assert PNG == Path("x/y.PNG").read_bytes()
    assert Path("plain.png") == reference.save("plain")
    assert PNG == reference.save("odd.v2").read_bytes()


@pytest.mark.parametrize(("suffix", "kind"), [(".jpg", "JPEG"), (".webp", "WEBP"), (".gif", "GIF"), (".tif", "TIFF")])
def test_save_converts_where_the_suffix_asks_for_it(reference: ImageReference, suffix: str, kind: str) -> None:
    """A suffix of another format gets a picture in that format."""
    with Image.open(reference.save(f"fox{suffix}")) as saved:
        assert (kind, (64, 48)) == (saved.format, saved.size)


def test_save_failure_keeps_the_bytes(reference: ImageReference) -> None:
    """A target that cannot be written is a SaveError; a folder there is named."""
    Path("folder").mkdir()

    with pytest.raises(SaveError, match="folder"):
        reference.save("folder")

    assert PNG == reference.to_bytes()


def test_open_gives_a_pil_image(reference: ImageReference) -> None:
    """The picture opens with Pillow."""
    assert (64, 48) == reference.open().size


def test_html_is_escaped(reference: ImageReference) -> None:
    """A prompt cannot break out of the element."""
    assert 'alt="a &lt;fox&gt;"' in reference.to_html()


def test_broken_data_uri_is_an_invalid_image() -> None:
    """A data URI that holds no image is told when its bytes are asked for."""
    with pytest.raises(InvalidImageError):
        ImageReference("data:text/html;base64,PGh0bWw+").to_bytes()


def test_result_is_a_sequence_with_short_repr(bot: ImageBot) -> None:
    """Results can be counted, indexed and sliced, and their repr holds no data."""
    result = bot.generate("a fox", n=3)

    assert (3, result[0], result[1:]) == (len(result), next(iter(result)), (result[1], result[2]))
    assert len(repr(result)) < 100


def test_result_saves_every_picture(bot: ImageBot) -> None:
    """save gives one file per picture, never over another."""
    result = bot.generate("a fox", n=2)

    paths = result.save("album") + result.save("album")

    assert ["a-fox.png", "a-fox-2.png", "a-fox-3.png", "a-fox-4.png"] == [one.name for one in paths]
