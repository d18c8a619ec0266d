# SPDX-License-Identifier: MIT
"""The officers' page in a real Chromium, by WebDriver."""

import pathlib

import pytest

from kakou_rig import CONSOLE_PORT, wait_until

webdriver = pytest.importorskip(
    "selenium.webdriver", reason="python3-selenium is missing; tools/install-deps test installs it")
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402

CHROMIUM = pathlib.Path("/usr/bin/chromium")
DRIVER = pathlib.Path("/usr/bin/chromedriver")
pytestmark_missing = not (CHROMIUM.exists() and DRIVER.exists())


class Page:
    """One browser window, logged in as somebody or not."""

    def __init__(self, gate, width=1024, height=768):
        if pytestmark_missing:
            pytest.skip("chromium or chromium-driver is missing; tools/install-deps test installs them")
        options = webdriver.ChromeOptions()
        options.binary_location = str(CHROMIUM)
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
                         "--ignore-certificate-errors", f"--window-size={width},{height}"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = webdriver.chrome.service.Service(str(DRIVER))
        self.gate = gate
        self.driver = webdriver.Chrome(service=service, options=options)
        self.driver.set_script_timeout(60)
        self.address = f"https://{gate.slot.net}.1:{CONSOLE_PORT}/"
        self.driver.get(self.address)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    @classmethod
    def for_module(cls, **person):
        """A fixture: one window for all tests of a module, in which this person is logged in."""
        @pytest.fixture(scope="module", name="page")
        def page(gate):
            with cls(gate) as page:
                page.log_in(**person)
                yield page
        return page

    def find(self, selector):
        """The elements that match, as they are now."""
        return self.driver.find_elements("css selector", selector)

    def text(self, selector):
        """The text of the first that matches, "" where none does."""
        return self.driver.execute_script(
            "return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def wait(self, selector, within_s=20):
        return wait_until(lambda: (self.find(selector) or [None])[0], within_s, selector)

    def wait_text(self, selector, text, within_s=30):
        return wait_until(lambda: text in self.text(selector), within_s,
                          f"\"{text}\" in {selector}")

    def click(self, selector):
        """The page redraws what changes: the element is looked up where it is clicked."""
        self.wait(selector)
        assert self.driver.execute_script(
            "const e = document.querySelector(arguments[0]); e?.click(); return Boolean(e)", selector)

    def fill(self, selector, text):
        field = self.wait(selector)
        field.clear()
        field.send_keys(text)

    def log_in(self, name="officer", role="officer"):
        self.gate.log_in(name, role)
        self.fill("#login [name=person]", name)
        self.fill("#login [name=secret]", f"password of {name}")
        self.click("#login button")
        self.wait(".lane")

    def log_out(self):
        self.click("#logout")
        self.wait("#login:not([hidden])")

    def act(self, selector, **fields):
        """Opens the act, fills in what it asks for, takes the first ready reason, and confirms it;
        returns once the dialog is gone."""
        self.open(selector)
        for name, value in fields.items():
            self.fill(f"dialog [name={name}]", value)
        self.click("dialog .preset")
        self.confirm()

    def open(self, selector):
        self.click(selector)
        self.wait("dialog[open]")

    def confirm(self):
        self.click("dialog [name=submit_act]")
        wait_until(lambda: not self.find("dialog[open]"), 20,
                   lambda: f"done: {self.text('dialog')}")

    def close(self):
        """The dialog, done with."""
        self.driver.execute_script("document.getElementById('dialog').close()")

    def press(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def focused(self):
        """What a key would go to: its words."""
        return self.driver.execute_script(
            "const e = document.activeElement;"
            "return e === document.body ? '' : (e.ariaLabel || e.innerText || e.name || e.id).trim()")

    def call(self, method, path, body=None):
        """What the page itself is answered, with its session: the value, or the code of its error."""
        return self.driver.execute_async_script(
            "const [method, path, body, done] = arguments;"
            "import('/api.js').then((api) => api.call(method, path, body))"
            ".then(done, (error) => done(error.code));", method, path, body)

    def go(self, view):
        self.driver.execute_script("location.hash = arguments[0]", view)

    def complaints(self):
        """What the browser's console says that is no refused request."""
        return [entry["message"] for entry in self.driver.get_log("browser")
                if "status of 4" not in entry["message"]]

    def untranslated(self):
        return self.driver.execute_script("return document.documentElement.dataset.untranslated ?? null")
