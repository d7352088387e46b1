"""Forty replies that want to be more than text: each is shown letter by letter, and nothing else happens."""

import pytest

from tests.browser.conftest import AskPage, Serving

pytestmark = pytest.mark.browser

LONG = "never ending " * 200

HOSTILE = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    '<img src="https://evil.example/pixel.png">',
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)></iframe>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<style>@import 'https://evil.example/x.css'; * { display: none }</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/>",
    "<a href=javascript:alert(1)>click</a>",
    "<form action=https://evil.example><button>OK</button></form>",
    "<object data=https://evil.example></object>",
    "<!--<img src=x onerror=alert(1)>-->",
    "</div></section><h1>I own this page</h1>",
    "</textarea></script><script>alert(1)</script>",
    "<<img src=x onerror=alert(1)//",
    "<img src=x onerror=alert`1`",
    "<p unclosed",
    "&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp; &#60;",
    "![pixel](https://evil.example/pixel.png)",
    "[click me](javascript:alert(1)) <https://evil.example>",
    "# Heading\n* list\n`code` **bold** | a | b |",
    "${alert(1)} ${document.cookie}",
    "`${alert(1)}`",
    "{{constructor.constructor('alert(1)')()}}",
    "{{#each this}}{{@root}}{{/each}} {{{this}}}",
    "%s %d %(name)s {0} {name} \\u003cscript\\u003e",
    "\u202eEvil\u202c a\u0000b \ufeff\u200b\u200d \U0001f469\u200d\U0001f680 Z\u0351\u036b\u0343\u036a\u0302",
    '{"__type__": "update", "visible": false}',
    "data:text/html,<script>alert(1)</script>",
    f"<b>{LONG}</b>",
    "'\"><img src=x onerror=alert(1)><\"' \\x3cimg src=x\\x3e",
)


def test_forty_replies_stay_text(visitor: AskPage, serving: Serving) -> None:
    assert len(HOSTILE) == 40
    visitor.page.locator("[data-example]").first.click()
    visitor.wait_for("ready")
    for number, hostile in enumerate(HOSTILE):
        question = f"Hostile {number}? {hostile[:60]}"
        first = f"<think>{hostile}</think><zoom>[28, 28, 112, 112]</zoom>"
        serving.answer(question.strip(), first, f"<think>{hostile}</think><answer>{hostile}</answer>")
        visitor.ask(question.strip())
        answer = visitor.part("answer").evaluate("(part) => [part.textContent, part.children.length]")
        assert answer == [hostile.strip()[:8_000], 0], hostile
        thoughts = (
            visitor.part("thought")
            .locator("p")
            .evaluate_all(
                "(all) => all.map((p) => [p.textContent, [...p.children].map((child) => child.tagName).join()])"
            )
        )
        shown = hostile.strip()[:8_000]
        assert thoughts == [[f"First look {shown}", "B"], [f"Second look {shown}", "B"]], hostile
    assert visitor.page.locator("h1").all_inner_texts() == ["ERGO Demo"]
