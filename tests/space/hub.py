"""A stand-in for the Hub as an identity provider (OpenID Connect): whoever it is told to be signs in.

Real are its signature, nonce and exchange of the code, which authlib checks in the app under test.
"""

import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.space.stand_in import JsonHandler, StandIn

CLIENT = "the-space"


@dataclass
class FakeHub(StandIn):
    """Serves while the `with` lasts. `user`: who signs in next, as the Hub describes them."""

    user: dict[str, Any] = field(default_factory=dict)
    lifetime_seconds: int = 3_600
    access_token: str = "a"
    scope: str = "openid profile"

    def handler(self) -> type[JsonHandler]:
        self._key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
        self._nonces: dict[str, str] = {}
        hub = self

        class Handler(JsonHandler):
            def do_GET(self) -> None:
                place = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(place.query).items()}
                if place.path == "/oauth/authorize":
                    self.send_response(302)
                    self.send_header("Location", hub.authorized(query))
                    self.end_headers()
                else:
                    self.reply(hub.discovery() if place.path.startswith("/.well-known/") else hub.keys())

            def do_POST(self) -> None:
                sent = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
                self.reply(hub.token(sent["code"][0]))

        return Handler

    def environment(self, owner: str) -> dict[str, str]:
        """What a Space of `owner` with `hf_oauth: true` finds."""
        return {
            "SYSTEM": "spaces",
            "SPACE_ID": f"{owner}/ergo-demo",
            "SPACE_AUTHOR_NAME": owner,
            "SPACE_HOST": f"{owner}-ergo-demo.example",
            "OAUTH_CLIENT_ID": CLIENT,
            "OAUTH_CLIENT_SECRET": "a secret",
            "OAUTH_SCOPES": "openid profile",
            "OPENID_PROVIDER_URL": self.url,
        }

    def discovery(self) -> dict[str, Any]:
        """The provider's description of itself."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/oauth/authorize",
            "token_endpoint": f"{self.url}/oauth/token",
            "jwks_uri": f"{self.url}/oauth/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def keys(self) -> dict[str, Any]:
        """The public key of its signatures."""
        return {"keys": [self._key.as_dict(private=False)]}

    def authorized(self, query: dict[str, str]) -> str:
        """Where the browser is sent after the consent."""
        code = f"code-{len(self._nonces)}"
        self._nonces[code] = query["nonce"]
        return f"{query['redirect_uri']}&{urlencode({'code': code, 'state': query['state']})}"

    def token(self, code: str) -> dict[str, Any]:
        """What a code is good for."""
        now = int(time.time())
        claims = {
            "iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 3_600, "sub": "1", "nonce": self._nonces[code],
            "name": "Somebody", "profile": "", "picture": "", **self.user,
        }  # fmt: skip
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self._key)
        seconds = self.lifetime_seconds
        return {
            "access_token": self.access_token, "scope": self.scope, "token_type": "bearer", "expires_in": seconds,
            "id_token": signed,
        }  # fmt: skip
