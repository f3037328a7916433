"""Ways to write `next` that have fooled one parser or another."""

TARGETS = (
    "//evil.example", "///evil.example", "////evil.example", "http://evil.example", "https://evil.example/",
    "HTTPS://EVIL.EXAMPLE", "http:evil.example", "https:/evil.example", "http:///evil.example",
    "\\\\evil.example", "\\/evil.example", "/\\evil.example", "/\\/evil.example", "\\/\\/evil.example",
    "/\t/evil.example", "/\n/evil.example", "/\r/evil.example", "\t//evil.example", "\n//evil.example",
    " //evil.example", "/ /evil.example", "\x00//evil.example", "\x0b//evil.example", "\u00a0//evil.example",
    "/\u2028/evil.example", "\ufeff//evil.example", "\u3000//evil.example", "／／evil.example",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)", "blob:https://evil.example/1",
    "//evil.example@127.0.0.1", "http://127.0.0.1@evil.example", "http://127.0.0.1:80\\@evil.example",
    "//127.0.0.1.evil.example", "http://[::1]@evil.example", "//evil.example\\@127.0.0.1", "//%65vil.example",
    "/%2f%2fevil.example", "/%5cevil.example", "/..//evil.example", "/.//evil.example",
    "/%2e%2e//evil.example",
    "?next=//evil.example", "#//evil.example", ".//evil.example", "evil.example", "@evil.example",
    "//", "/\\", "//;@evil.example", "http://evil.example#@127.0.0.1", "file:///etc/passwd",
    "ftp://evil.example", "mailto:a@evil.example", "/x\r\nSet-Cookie: a=b", "//evil。example",
    "/x\r\n\r\n<script>alert(1)</script>",
)  # fmt: skip
