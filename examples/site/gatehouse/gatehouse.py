"""The gatehouse: an app without logins and sessions of its own, since the gateway in front of it has both.

The gateway says who it is in X-Remote-User, what is in the session in Session, and the id of the session, signed, in
X-Signed-Session. What the gatehouse answers in X-Signed-Session goes into the session, which the shop has as well.
"""

import hmac
import html
import json
import os
import platform
import re
import time
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode

HERE = Path(__file__).parent
PAGE = (HERE / "page.html").read_text("utf-8")
WORDS = json.loads((HERE / "words.json").read_text("utf-8"))
KEY = bytes.fromhex(os.environ["SESSION_KEY"])


def signed_id(header):
    """The id of the session; None unless the gateway has signed it within the last five minutes."""
    match = re.fullmatch(r"([\w-]{22,80})\.(\d{1,12})\.([\w-]{43})", header or "", re.ASCII)
    if match is None:
        return None
    digest = hmac.digest(KEY, f"{match[1]}.{match[2]}".encode(), "sha256")
    mine = urlsafe_b64encode(digest).decode().rstrip("=")
    is_fresh = -30 <= time.time() - int(match[2]) <= 300
    return match[1] if hmac.compare_digest(mine, match[3]) and is_fresh else None


class Gatehouse(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        id = signed_id(self.headers["X-Signed-Session"])
        if id is None or self.path != "/gatehouse/":
            return self.send(403 if id is None else 404)
        session = dict(parse_qsl(self.headers.get("Session", "")))
        wish = "ja" if self.headers.get("Accept-Language", "").startswith("ja") else "en"
        lang = session.get("language", wish)
        lang = lang if lang in WORDS else "en"
        values = {
            **WORDS[lang],
            "lead": WORDS[lang]["lead"].replace("{language}", f"Python {platform.python_version()}"),
            "lang": lang,
            "is_ja": str(lang == "ja").lower(),
            "is_en": str(lang == "en").lower(),
            "user": self.headers.get("X-Remote-User", "").encode("latin-1").decode(),
            "count": sum(json.loads(session.get("cart", "{}")).values()),
            "id": id,
        }
        page = re.sub(r"\{(\w+)\}", lambda gap: html.escape(str(values[gap[1]])), PAGE)
        self.send(200, page.encode(), {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        is_own = self.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
        if signed_id(self.headers["X-Signed-Session"]) is None or not is_own:
            return self.send(403)
        session = dict(parse_qsl(self.headers.get("Session", "")))
        changes = {}
        form = parse_qs(body.decode())
        if form.get("language", [""])[0] in WORDS:
            changes["language"] = form["language"][0]
        if form.get("add") == ["pass"]:
            cart = json.loads(session.get("cart", "{}"))
            changes["cart"] = json.dumps({**cart, "pass": min(cart.get("pass", 0) + 1, 20)})
        self.send(303, b"", {"Location": "/gatehouse/", "X-Signed-Session": urlencode(changes)})

    def send(self, status, body=b"", headers={}):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": len(body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Gatehouse).serve_forever()
