"""A real Chromium for the tests that need one: the system's own, never a downloaded one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from accounts.models import User

# Playwright runs an event loop in the test's thread, which Django would take for an async view.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# Debian's Chromium without windows comes first: the same pages in half of the processor's time.
NAMES = ("chromium-headless-shell", "chromium", "google-chrome", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
# A window of Chromium's own makes two more pages, for what its address field may show: four times the work of a test's
# page. Of two such lists Chromium reads the last, so Playwright's own is told here, too.
PLAYWRIGHTS = (
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,"
    "LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,"
    "OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch"
)
ADDRESS_FIELD = "WebUIOmniboxPopup,WebUIOmniboxFullPopup,WebUIOmniboxAimPopup"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    f"--disable-features={PLAYWRIGHTS},{ADDRESS_FIELD}",
]
BrowserAs = Callable[..., Page]
# Milliseconds; what is waited for comes at once, or late on a machine that is busy with much else.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
PAGES = pytest.StashKey[list[Page]]()


def _on_a_loaded_page(tap: Callable[..., None]) -> Callable[..., None]:
    """A page that is still being loaded may scroll to its anchor under the finger, and the tap is lost."""

    def tap_then(target: Locator, **how: Any) -> None:
        target.page.wait_for_load_state()
        tap(target, **how)

    return tap_then


Locator.click = _on_a_loaded_page(Locator.click)  # type: ignore[method-assign]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A test that fails in a browser says what was to be seen there."""
    report = yield
    if report.when == "call" and report.failed:
        report.sections += [("What the browser shows", _shown(page)) for page in item.stash.get(PAGES, [])]
    return report


def _shown(page: Page) -> str:
    try:
        return f"{page.url}\n{page.locator('body').inner_text(timeout=1000)}"
    except PlaywrightError as error:
        return f"{page.url}: {error}"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no Chromium; .ci/run installs it.")
        pytest.skip("No Chromium was found.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*QUIET, "--disable-sync", "--no-first-run"], timeout=PATIENCE
        )
        yield browser
        browser.close()


@pytest.fixture
def provoked() -> list[str]:
    """What a test makes the console say on purpose; that the network is away is always said on purpose."""
    return ["net::ERR_INTERNET_DISCONNECTED"]


@pytest.fixture
def browser_as(
    chromium: Browser, live_server, provoked: list[str], request: pytest.FixtureRequest
) -> Iterator[BrowserAs]:
    """``browser_as(elin, width=360)`` gives a page where Elin is signed in. Whatever the console complains of fails
    the test, a breach of the content security policy among it."""
    complaints: list[str] = []
    contexts = []
    pages = request.node.stash[PAGES] = []

    def heard(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and not any(text in said.text for text in provoked):
            complaints.append(said.text)

    def open_page(user: User | None, width: int = 1280) -> Page:
        context = chromium.new_context(
            base_url=live_server.url, locale="sv-SE", viewport={"width": width, "height": 800}
        )
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        page = context.new_page()
        pages.append(page)
        page.set_default_timeout(PATIENCE)
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def what_axe_finds(page: Page) -> list[dict[str, Any]]:
    """The faults on the page as it is shown now. Axe also tells all that is well, which takes most of its time."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_script())
        # It is half a megabyte to send: the pages that follow have it from their beginning.
        page.context.add_init_script(axe_script())
    return page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)")


@cache
def axe_script() -> str:
    return Axe().axe_script
