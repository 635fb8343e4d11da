"""A browser that is there: pages are looked at as a person does."""

import os
import pathlib
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium, for all tests."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no browser is installed: none of {', '.join(NAMES)}")
    # in a container there is little shared memory; its sandbox refuses root, who is alone there
    arguments = ["--disable-dev-shm-usage"]
    arguments += ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=found, args=arguments)
        yield started
        started.close()


class Opened:
    """A page in the browser.

    Attributes:
        view: of the browser.
        told: what it wrote to its console, every error and every dialog.
        asked: addresses that it asked for, but for its own.
    """

    def __init__(self, browser, file, fragment="", **context):
        self.told, self.asked = [], []
        self._context = browser.new_context(
            **{"viewport": {"width": 1200, "height": 900}} | context
        )
        self.view = self._context.new_page()
        self.view.on("console", lambda message: self.told.append(message.text))
        self.view.on("pageerror", lambda error: self.told.append(str(error)))
        self.view.on("dialog", lambda dialog: (self.told.append(dialog.message), dialog.dismiss()))
        address = pathlib.Path(file).resolve().as_uri()
        self.view.on(
            "request",
            lambda request: (
                self.asked.append(request.url)
                if request.url.partition("#")[0] != address and not request.url.startswith("data:")
                else None
            ),
        )
        self.view.goto(address + fragment)
        self.view.wait_for_selector("body[data-ready]")

    def drag(self, by, start, end):
        """Drags what is at a place of the window to another, by "mouse" or "finger"."""
        if by == "finger":
            self._drag_by_finger(start, end)
            return
        self.view.mouse.move(*start)
        self.view.mouse.down()
        self.view.mouse.move(*end, steps=5)
        self.view.mouse.up()

    def _drag_by_finger(self, start, end):
        # playwright itself can only tap
        session = self._context.new_cdp_session(self.view)
        for step, kind in enumerate(["touchStart", *["touchMove"] * 5]):
            x, y = (a + (b - a) * step / 5 for a, b in zip(start, end, strict=True))
            touched = [{"x": x, "y": y}]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def dot(self, name):
        """A network in the plot of fronts."""
        return self.view.locator(f'#front [aria-label^="{name}, "]')

    def shown(self):
        """Keys of the networks that are to be seen."""
        places = self.view.locator("[data-network]:visible")
        return places.evaluate_all("all => all.map(one => one.dataset.network)")

    def close(self):
        self._context.close()


@pytest.fixture
def opened(browser):
    """Opens pages, and closes them."""
    every = []

    def open_page(file, fragment="", **context):
        every.append(Opened(browser, file, fragment, **context))
        return every[-1]

    yield open_page
    for one in every:
        one.close()
