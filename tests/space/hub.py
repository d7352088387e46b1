"""A stand-in for the Hub as an identity provider (OpenID Connect): whoever it is told to be signs in.

Real are its signature, nonce and exchange of the code, which authlib checks in the app under test.
"""

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "the-space"


@dataclass
class FakeHub:
    """Serves while the `with` lasts. `user`: who signs in next, as the Hub describes them."""

    user: dict[str, Any] = field(default_factory=dict)
    lifetime_seconds: int = 3_600

    def __enter__(self) -> Self:
        self._key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
        self._nonces: dict[str, str] = {}
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                place = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(place.query).items()}
                if place.path == "/oauth/authorize":
                    self.send_response(302)
                    self.send_header("Location", hub.authorized(query))
                    self.end_headers()
                else:
                    self._answer(hub.discovery() if place.path.startswith("/.well-known/") else hub.keys())

            def do_POST(self) -> None:
                sent = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
                self._answer(hub.token(sent["code"][0]))

            def _answer(self, content: object) -> None:
                body = json.dumps(content).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it is."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

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
        return {"access_token": "a", "token_type": "bearer", "expires_in": seconds, "id_token": signed}
