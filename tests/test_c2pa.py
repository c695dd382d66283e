"""Signed content credentials outlive this library: c2pa's own reader finds the saved file as valid as it was sent."""

import datetime
import importlib
import json
import os
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from llamabot_images import ImageBot
from llamabot_images.errors import ProvenanceLostWarning
from llamabot_images.formats import KNOWN_FORMATS
from llamabot_images.payload import sniff
from llamabot_images.provenance import embed, read_provenance

from .pictures import variants
from .providers import Pictures, ProviderServer

if os.environ.get("REQUIRE_C2PA") == "1":
    c2pa = importlib.import_module("c2pa")
else:
    c2pa = pytest.importorskip("c2pa", reason="c2pa-python is not installed")

FORMATS = ["png", "jpeg", "webp", "gif", "avif", "heic", "tiff", "svg"]
EMBEDDABLE = ["png", "jpeg", "webp"]
#: What is left to complain of: nobody vouches for a certificate that a test has made.
UNTRUSTED = ("Valid", ("signingCredential.untrusted",))
MANIFEST = {
    "claim_generator_info": [{"name": "a provider", "version": "1"}],
    "assertions": [
        {
            "label": "c2pa.actions",
            "data": {
                "actions": [
                    {
                        "action": "c2pa.created",
                        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
                    }
                ]
            },
        }
    ],
}
every_format = pytest.mark.parametrize("kind", FORMATS)


def certificate(name: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """Return a certificate as C2PA wants it: an authority's when it is signed by its own key."""
    is_authority, now = key is by, datetime.datetime.now(datetime.UTC)
    uses = {use: False for use in ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement")}
    uses |= {"crl_sign": False, "encipher_only": False, "decipher_only": False}
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named("authority"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(x509.KeyUsage(not is_authority, key_cert_sign=is_authority, **uses), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if not is_authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(by, hashes.SHA256())


def named(name: str) -> x509.Name:
    """Return a name with the parts that C2PA wants."""
    parts = ((NameOID.ORGANIZATION_NAME, "A test"), (NameOID.COMMON_NAME, name))
    return x509.Name([x509.NameAttribute(*part) for part in parts])


@cache
def signer() -> Any:
    """Return what signs, with keys made for this run."""
    authority, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    pem = serialization.Encoding.PEM
    chain = (certificate("signer", own, authority), certificate("authority", authority, authority))
    key = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return c2pa.Signer.from_info(
        c2pa.C2paSignerInfo(b"es256", b"".join(one.public_bytes(pem) for one in chain), key, None)
    )


@cache
def signed(kind: str) -> bytes:
    """Return a picture with a signed manifest."""
    plain, output = variants()[kind], BytesIO()
    with c2pa.Builder(json.dumps(MANIFEST)) as builder:
        builder.sign(signer(), sniff(plain), BytesIO(plain), output)
    return output.getvalue()


def state_of(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Return what c2pa's reader says of a picture: its state, and what it complains of."""
    with c2pa.Reader(sniff(data), BytesIO(data)) as reader:
        told = json.loads(reader.json())
    return told["validation_state"], tuple(one["code"] for one in told["validation_status"])


def serve(provider: ProviderServer, kind: str, route: str = "gpt-image-2", **settings: Any) -> ImageBot:
    """Return a bot whose provider sends a signed picture."""
    provider.always(Pictures(files=(signed(kind),)))
    return ImageBot(**provider.kwargs_for(route), **settings)


@every_format
@pytest.mark.parametrize("route", ["gpt-image-2", "recraft"])
@pytest.mark.parametrize("sidecar", [False, True], ids=["alone", "sidecar"])
def test_saved_picture_is_as_valid_as_it_was(provider: ProviderServer, kind: str, route: str, sidecar: bool) -> None:
    """From base64 or a URL, with a sidecar or without, the manifest's state is the same in the file."""
    path = Path(str(serve(provider, kind, route, sidecar=sidecar)("a fox")))

    assert UNTRUSTED == state_of(signed(kind)) == state_of(path.read_bytes())
    assert sidecar == Path(f"{path}.json").is_file()


@every_format
def test_reference_and_file_tell_of_the_manifest(provider: ProviderServer, kind: str) -> None:
    """``provenance`` and ``read_provenance`` see the manifest that a real signer has written."""
    result = serve(provider, kind).generate("a fox")
    path = result[0].save("fox")

    found = read_provenance(path)

    assert result[0].provenance.c2pa
    assert found is not None
    assert found.c2pa


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind not in ("heic", "svg")])
def test_converting_warns_and_the_manifest_is_gone(provider: ProviderServer, kind: str) -> None:
    """A conversion, which ends a manifest, says so; none of it stays that would be invalid."""
    result = serve(provider, kind).generate("a fox")
    suffix = ".png" if kind != "png" else ".webp"

    with pytest.warns(ProvenanceLostWarning):
        path = result[0].save(f"fox{suffix}")

    assert KNOWN_FORMATS[sniff(path.read_bytes()) or ""].suffix == suffix
    assert read_provenance(path) is None
    with pytest.raises(c2pa.C2paError):
        state_of(path.read_bytes())


@pytest.mark.parametrize("kind", EMBEDDABLE)
def test_embedding_refuses_a_signed_picture(provider: ProviderServer, kind: str) -> None:
    """The file stays as it was; only ``force`` changes it, and then c2pa's reader says that it is invalid."""
    path = Path(str(serve(provider, kind)("a fox")))

    with pytest.raises(ValueError, match="C2PA"):
        embed(path, {"prompt": "a fox"})
    refused = state_of(path.read_bytes())
    embed(path, {"prompt": "a fox"}, force=True)

    assert UNTRUSTED == refused
    assert "Invalid" == state_of(path.read_bytes())[0]
