"""Another library verifies the access tokens by the published keys, while algorithms and keys change under a client that notices nothing."""
import json
import subprocess

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from support.client import Client, said
from support.processes import EXECUTABLE, ROOT

ALGORITHMS = ["EdDSA", "ES256", "RS256"]
OWN_KEYS = {
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
}


def connect(client: Client, token: str) -> None:
    client.discover()
    client.register()
    consent = client.open_consent("read")
    consent.decide("approve", token)
    client.keep(client.exchange(client.code(consent.callback)))


def keys(bridge) -> dict[str, dict]:
    answer = httpx.get(bridge.url + "/.well-known/jwks.json", trust_env=False)
    assert "max-age" in answer.headers["cache-control"]
    return {key["kid"]: key for key in answer.json()["keys"]}


def verified(client: Client, published: dict[str, dict]) -> dict:
    """The token's header, once PyJWT has verified it by the key of that name."""
    header = jwt.get_unverified_header(client.access_token)
    key = published[header["kid"]]
    claims = jwt.decode(client.access_token, jwt.PyJWK(key), algorithms=[key["alg"]], audience=client.resource, issuer=client.metadata["issuer"])
    assert header["typ"] == "at+jwt" and header["alg"] == key["alg"] and claims["client_id"] == client.client_id
    return header


def command(bridge, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([EXECUTABLE, *arguments], cwd=ROOT, env=bridge.environment, capture_output=True, text=True, timeout=30)


def pem(key, private: bool) -> str:
    if private:
        raw = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    else:
        raw = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return raw.decode()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_another_library_verifies_tokens_by_the_published_key(fresh_bridge, sandbox, algorithm):
    bridge = fresh_bridge(signing_alg=algorithm)
    client = Client(bridge.url)
    connect(client, sandbox.tokens["full"])
    published = keys(bridge)
    assert [key["alg"] for key in published.values()] == [algorithm]
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set().union(*published.values())
    verified(client, published)
    assert sandbox.tokens["username"] in said(client.call("get-my-info"))


def test_a_client_notices_neither_a_new_algorithm_nor_a_rotation(fresh_bridge, sandbox):
    bridge = fresh_bridge()
    client = Client(bridge.url)
    connect(client, sandbox.tokens["full"])
    used = [verified(client, keys(bridge))["kid"]]

    for algorithm, rotates in [("RS256", False), ("ES256", False), ("ES256", True)]:
        bridge.stop()
        bridge.environment["DRAWBRIDGE_SIGNING_ALG"] = algorithm
        assert json.loads(command(bridge, "keys", "list", "--json").stdout)["keys"][0]["id"] == used[-1], "the one that signs comes first"
        if rotates:
            assert command(bridge, "keys", "rotate").returncode == 0
        bridge.start()
        assert sandbox.tokens["username"] in said(client.call("get-my-info")), "the token of the key before"
        assert used[-1] in keys(bridge), "and its key is still published"
        client.keep(client.renew(client.refresh_token))
        header = verified(client, keys(bridge))
        assert header["alg"] == algorithm and header["kid"] not in used
        used.append(header["kid"])

    running = command(bridge, "keys", "rotate")
    assert running.returncode == 1 and "stopped" in running.stderr


def test_a_retired_key_ends_its_tokens_and_not_the_connection(fresh_bridge, sandbox):
    bridge = fresh_bridge()
    client = Client(bridge.url)
    connect(client, sandbox.tokens["full"])
    key = verified(client, keys(bridge))["kid"]
    bridge.stop()
    assert command(bridge, "keys", "retire", key, "--yes").returncode == 0
    bridge.start()
    assert key not in keys(bridge)
    assert client.post_mcp("tools/list").status_code == 401
    client.keep(client.renew(client.refresh_token))
    assert sandbox.tokens["username"] in said(client.call("get-my-info"))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_own_key_signs_and_is_not_kept(fresh_bridge, sandbox, algorithm):
    key = OWN_KEYS[algorithm]()
    private = pem(key, private=True)
    bridge = fresh_bridge()
    bridge.stop()
    bridge.environment["OAUTH_JWT_PRIVATE_KEY"] = private.replace("\n", "\\n")
    bridge.environment["OAUTH_JWT_PUBLIC_KEY"] = pem(key, private=False)
    bridge.start()
    client = Client(bridge.url)
    connect(client, sandbox.tokens["full"])
    jwt.decode(client.access_token, key.public_key(), algorithms=[algorithm], audience=client.resource)
    verified(client, keys(bridge))
    bridge.stop()
    refused = command(bridge, "keys", "rotate")
    assert refused.returncode == 1 and "your own" in refused.stderr
    assert private.splitlines()[1] not in bridge.tail(100_000)
    del bridge.environment["OAUTH_JWT_PRIVATE_KEY"], bridge.environment["OAUTH_JWT_PUBLIC_KEY"]
    bridge.start()
    assert sandbox.tokens["username"] in said(client.call("get-my-info")), "its tokens live to their end"
    client.keep(client.renew(client.refresh_token))
    header = verified(client, keys(bridge))
    assert header["alg"] == algorithm, "of a key that was made here"
    assert next(iter(keys(bridge))) == header["kid"]
