"""Every text seeded with payloads at once, each page opened once per role: nothing runs, nothing tries to."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import Browser, ConsoleMessage, Page
from werkzeug.serving import make_server

from app import create_app
from app.domain.access import Action, Role
from app.exams import papers
from app.exams.models import Exam
from app.people.models import Person
from app.web import clock, static
from app.web.db import db
from tests import factories
from tests.attack.payloads import corpus
from tests.attack.routes import Caller, Route, may, reviewed
from tests.attack.seeding import seed
from tests.attack.things import things_for
from tests.attack.world import World, build_world, client_of
from tests.browser.conftest import DESK, sign_in
from tests.conftest import START, Client, Clock, settings

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HOOK = """
  window.ran = [];
  window.pwn = (n) => { window.ran.push("pwn " + n); };
  for (const name of ["alert", "confirm", "prompt"]) window[name] = () => { window.ran.push(name); };
  document.addEventListener("securitypolicyviolation", (e) => {
    window.ran.push(`${e.violatedDirective} ${e.blockedURI}`);
  });
"""
# What the browser's own parser made of the page: handlers, addresses that run, elements that we never write.
STRANGE = """() => {
  const never = "IFRAME OBJECT EMBED BASE MARQUEE MATH STYLE PLAINTEXT VIDEO ANIMATE".split(" ");
  const address = /^(href|src|action|formaction|data|xlink:href)$/;
  const runs = /^[\\s\\x00]*(javascript|vbscript|data:text)/i;
  const bad = (a) => /^on|^style$|^srcdoc$/.test(a.name) || (address.test(a.name) && runs.test(a.value));
  const inline = (e) => e.tagName === "SCRIPT" && !e.src && !e.nonce && e.type !== "application/json";
  return [...document.querySelectorAll("*")]
    .filter((e) => never.includes(e.tagName.toUpperCase()) || [...e.attributes].some(bad) || inline(e))
    .map((e) => e.outerHTML.slice(0, 200));
}"""


@dataclass
class Hostile:
    app: Flask
    world: World
    exam: Exam
    sitting: int  # an attempt at it


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    folder = tmp_path_factory.mktemp("hostile")
    app = create_app(settings(f"sqlite:///{folder / 'test.db'}", folder, TESTING=False))
    app.test_client_class = Client
    clock.set_source(lambda: START)
    papers.forget()
    with app.app_context():
        upgrade()
        world = build_world(app, Clock())
        exam = seed(world, Clock())
        sitting = client_of(app, world.caller).post(f"/exams/{exam.id}/attempts").json["attempt"]
        app.config["WTF_CSRF_ENABLED"] = True
        static.build(app)
        http = make_server("127.0.0.1", 0, app, threaded=True)
        app.config["PUBLIC_URL"] = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        yield Hostile(app, world, exam, sitting)
        http.shutdown()
        thread.join()
        db.session.rollback()
        db.engine.dispose()
    clock.set_source(None)
    papers.forget()


class Watch:
    """A page that notes whatever ran, asked, or was stopped by the policy."""

    def __init__(self, hostile: Hostile, chromium: Browser, person: Person | None) -> None:
        clock.set_source(lambda: START)
        context = chromium.new_context(base_url=hostile.app.config["PUBLIC_URL"], viewport=DESK)
        context.add_init_script(HOOK)
        if person is not None:
            sign_in(hostile.app, context, person)
        self.page: Page = context.new_page()
        self.faults: list[tuple[str, object]] = []
        self.seen, self.at = 0, ""
        self.page.on("dialog", lambda dialog: (self.faults.append((self.at, "dialog")), dialog.dismiss()))
        self.page.on("console", self._console)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.faults.append((self.at, message.text))

    def open(self, address: str) -> None:
        self.at = address
        answer = self.page.goto(address)
        if answer is None or answer.status >= 500:
            self.faults.append((address, answer and answer.status))
        found = self.page.evaluate("window.ran") + self.page.evaluate(STRANGE)
        self.faults += [(address, fault) for fault in found]
        self.seen += 1
        text = self.page.content()
        assert "Traceback" not in text


FILES = {"static", "pictures.picture"}


def _pages(route: Route, world: World) -> list[str]:
    """The route's addresses for one object, and the further pages of a list."""
    thing = things_for(world, route.rule, route.endpoint, route.arguments)[0]
    url = route.url(thing.values)
    file = url.endswith((".xlsx", ".pdf", ".png", ".json")) or route.endpoint in FILES
    return [] if file else [url]


SEARCHES = (
    "/manage/people?q=", "/manage/units?q=", "/manage/exams/?q=", "/manage/audit/?q=", "/manage/roles?q=",
    "/manage/certificates/?q=", "/manage/bank/questions?text=", "/verify?code=", "/sign-in?next=/",
)  # fmt: skip
LISTS = {
    Role.ADMIN: ("/manage/people", "/manage/bank/questions", "/manage/roles"),
    Role.AUDITOR: ("/manage/audit/",),
}


def test_no_text_runs_in_any_page_of_any_role(hostile: Hostile, chromium: Browser) -> None:
    world, reached = hostile.world, {}
    for role in (None, *Role):
        person = world.caller if role is None else factories.person(f"{corpus()[3]}{role}", world.root)
        caller = Caller(True, role, world.root.path, of_the_school=True)
        if role is not None:
            factories.grant(person, role, world.root)
        watch = Watch(hostile, chromium, person)
        for route in reviewed():
            learner = route.action in {"learn", "public"}
            wanted = learner if role is None else not learner and may(caller, Action(route.action))
            if "GET" in route.methods and wanted and not route.wire:
                for url in _pages(route, world):
                    watch.open(url)
        if role is None:
            watch.open(f"/sit/{hostile.sitting}")
            watch.page.locator("textarea").first.fill(corpus()[7])
            watch.page.click("#submit")
            watch.page.click("#ask-submit-yes")
            watch.page.wait_for_url("**/result")
            watch.open(f"/attempts/{hostile.sitting}/result")
            assert watch.page.locator(".recital del").count() > 0
        for base in LISTS.get(role, ()):
            for page in range(2, 9):
                watch.open(f"{base}?page={page}")
        assert watch.faults == [], watch.faults[:5]
        reached[role] = watch.seen
        watch.page.context.close()
    assert reached[None] > 25 and reached[Role.ADMIN] > 60


def test_what_the_address_says_is_shown_as_text(hostile: Hostile, chromium: Browser) -> None:
    """Searches, filters and unknown codes come back in the page."""
    world = hostile.world
    admin = factories.person("管理", world.root)
    for role in Role:
        factories.grant(admin, role, world.root)
    watch = Watch(hostile, chromium, admin)
    joined = quote(" ".join(corpus()[::4])[:1500])
    for base in SEARCHES:
        for payload in (joined, *map(quote, corpus()[225:285:6])):
            watch.open(base + payload)
    for payload in corpus()[225:285:4]:
        watch.open(f"/verify/{quote(payload, safe='')}")
        watch.open(f"/rules/{quote(payload, safe='')}")
    assert watch.faults == [], watch.faults[:5]
    watch.page.context.close()
