"""How the program set up LiteLLM's connections counts for ours: certificates, sessions, clients."""

import json
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import httpx
import litellm
import openai
import pytest

from llamabot_images import ImageBot

from .calls import bot_for, both_ways, draw
from .providers import ProviderServer, picture
from .providers.pictures import encode


@pytest.fixture
def own_authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Give a certificate for 127.0.0.1 that no authority has signed, and its key, as files."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("authority")
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(*plain))
    return str(folder / "certificate.pem"), str(folder / "key.pem")


class Drawing(BaseHTTPRequestHandler):
    """Answers every request with one picture."""

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers["content-length"]))
        body = json.dumps({"created": 1, "data": [{"b64_json": encode(picture("png", (64, 64)))}]}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def https(own_authority: tuple[str, str]) -> Iterator[str]:
    """Give the address of a server that speaks TLS with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*own_authority)
    with ThreadingHTTPServer(("127.0.0.1", 0), Drawing) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


def test_litellms_certificates_count(
    https: str, own_authority: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SSL_CERT_FILE, which LiteLLM reads, makes a company's own authority trusted; without it nothing is sent."""
    with pytest.raises(openai.OpenAIError) as caught:
        ImageBot("openai/my-model", api_base=https).generate("a red panda")
    assert "Nothing was sent" in " ".join(caught.value.__notes__)
    monkeypatch.setenv("SSL_CERT_FILE", own_authority[0])

    result = ImageBot("openai/my-model", api_base=https).generate("a red panda")

    assert 1 == len(result)


def test_litellms_switch_for_certificates_counts(https: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """litellm.ssl_verify = False is kept."""
    monkeypatch.setattr(litellm, "ssl_verify", False)

    assert 1 == len(ImageBot("openai/my-model", api_base=https).generate("a red panda"))


@both_ways
def test_litellms_client_session_is_used(
    provider: ProviderServer, monkeypatch: pytest.MonkeyPatch, is_async: bool
) -> None:
    """A client that the program gave LiteLLM carries our requests too, and stays open."""
    seen: list[str] = []
    with httpx.Client(event_hooks={"request": [lambda request: seen.append(str(request.url))]}) as session:
        monkeypatch.setattr(litellm, "client_session", session)
        bot = bot_for(provider, "gpt-image-2")

        draw(bot, is_async)
        bot.close()

        assert 1 == len(seen)
        assert not session.is_closed


def test_own_client_is_used(provider: ProviderServer) -> None:
    """A client of the caller's is passed to LiteLLM as it is."""
    settings = provider.kwargs_for("gpt-image-2")
    seen: list[str] = []
    with httpx.Client(event_hooks={"request": [lambda request: seen.append(str(request.url))]}) as http:
        client = openai.OpenAI(api_key=settings["api_key"], base_url=settings["api_base"], http_client=http)

        ImageBot(**settings, client=client).generate("a red panda")

    assert 1 == len(seen)
