"""An HTML page as a program reads it: its one posting form, what it warns of, where it sends the browser on."""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Form:
    action: str
    controls: list[dict[str, str]] = field(default_factory=list)

    def named(self, name: str) -> list[dict[str, str]]:
        return [c for c in self.controls if c.get("name") == name]

    @property
    def scopes(self) -> list[str]:
        return [c["value"] for c in self.named("scope")]

    def answer(self, decision: str, token: str | None = None, scopes: list[str] | None = None) -> list[tuple[str, str]]:
        """What a browser would post: hidden fields, ticked boxes, the required box ticked, the token, and the button."""
        pairs = [(c["name"], c.get("value", "")) for c in self.controls if c.get("type") == "hidden" and "name" in c]
        if self.named("token"):
            pairs.append(("token", token or ""))
        ticked = [c["value"] for c in self.named("scope") if "checked" in c] if scopes is None else scopes
        pairs += [("scope", value) for value in ticked]
        pairs += [("understood", c.get("value", "on")) for c in self.named("understood")]
        return [*pairs, ("decision", decision)]


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.refresh: str | None = None
        self._form: Form | None = None
        self._words: list[str] = []
        self._alert_words: list[str] = []
        self._alert_depth = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attributes}
        if tag == "form" and a.get("method", "").lower() == "post":
            self._form = Form(a.get("action", ""))
            self.forms.append(self._form)
        elif tag in ("input", "button", "select", "textarea") and self._form is not None:
            self._form.controls.append({"tag": tag, **a})
        elif tag == "a" and "href" in a:
            self.links.append(a["href"])
        elif tag == "meta" and a.get("http-equiv", "").lower() == "refresh":
            target = re.match(r"\s*\d+\s*[;,]\s*url\s*=\s*['\"]?(.*?)['\"]?\s*$", a.get("content", ""), re.IGNORECASE)
            self.refresh = target[1] if target else None
        if tag not in VOID and (self._alert_depth or a.get("role") == "alert"):
            self._alert_depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if self._alert_depth and tag not in VOID:
            self._alert_depth -= 1

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        if self._alert_depth:
            self._alert_words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._words).split())

    @property
    def alert(self) -> str:
        """What the page announces as an error."""
        return " ".join(" ".join(self._alert_words).split())

    @property
    def form(self) -> Form:
        assert len(self.forms) == 1, f"{len(self.forms)} posting forms on: {self.text[:200]}"
        return self.forms[0]
