"""Somebody at a real browser: opens pages, clicks what it says, types into labelled fields, looks, prints."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from tests.admin.visitor import PASSWORD

AXE = (Path(__file__).parent / "axe.min.js").read_text()
CONTROLS = ("a", "button", "summary")
WIDE, NARROW = (1280, 900), (320, 640)
PATIENCE_SECONDS = 60


class Reader:
    """One person at one window."""

    def __init__(self, driver: Chrome, url: str, screenshots: Path, name: str) -> None:
        self.driver = driver
        self.url = url
        self.screenshots = screenshots
        self.name = name
        self.taken = 0

    def begins(self) -> None:
        """With a clean browser."""
        self.driver.get(f"{self.url}/health")
        self.driver.delete_all_cookies()
        self.driver.get_log("browser")
        self.resizes(*WIDE)

    def resizes(self, width: int, height: int) -> None:
        """Look through a window of this size, whatever the smallest window of the system is."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def opens(self, path: str) -> None:
        self.driver.get(self.url + path)

    @property
    def path(self) -> str:
        return self.driver.current_url.removeprefix(self.url)

    @property
    def text(self) -> str:
        """All that is shown."""
        return self.driver.find_element(By.TAG_NAME, "body").text

    def signs_in(self, name: str = "admin") -> None:
        self.opens("/admin/sign-in")
        self.driver.find_element(By.ID, "name").send_keys(name)
        self.driver.find_element(By.ID, "password").send_keys(PASSWORD, Keys.ENTER)
        self.waits(lambda: "/sign-in" not in self.path)

    def types(self, label: str, text: str) -> None:
        """Into the field with this label, in place of what it holds."""
        field = self.field(label)
        field.clear()
        field.send_keys(text)

    def chooses(self, label: str, option: str) -> None:
        Select(self.field(label)).select_by_visible_text(option)

    def field(self, label: str) -> WebElement:
        """What a label belongs to, as a screen reader would say."""
        for found in self.driver.find_elements(By.TAG_NAME, "label"):
            if found.get_attribute("textContent").strip() == label:
                target = found.get_attribute("for")
                return self.driver.find_element(By.ID, target) if target else found.find_element(By.TAG_NAME, "input")
        raise AssertionError(f"no field is called {label!r}")

    def clicks(self, name: str, within: str = "body") -> None:
        """The one link or button with this accessible name."""
        self.waits(lambda: len(self._named(name, within)) == 1)
        self._named(name, within)[0].click()

    def _named(self, name: str, within: str) -> list[WebElement]:
        controls = self.driver.find_elements(By.CSS_SELECTOR, ", ".join(f"{within} {tag}" for tag in CONTROLS))
        return [one for one in controls if one.is_displayed() and one.accessible_name == name]

    def presses(self, *keys: str) -> None:
        """Keys, wherever the focus is."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def selects_all(self) -> None:
        """All that the field holds, with the keyboard."""
        ActionChains(self.driver).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).perform()

    def tabs_to(self, name: str) -> None:
        """With the tab key alone, to a control or field of this accessible name."""
        for _ in range(80):
            self.presses(Keys.TAB)
            focused = self.driver.switch_to.active_element
            if focused.accessible_name == name:
                assert self.shows_focus(focused), name
                return
        raise AssertionError(f"the tab key does not lead to {name!r}")

    def shows_focus(self, element: WebElement) -> bool:
        """Whether one sees that the focus is here."""
        style = self.driver.execute_script("return getComputedStyle(arguments[0]).outlineStyle", element)
        return str(style) != "none"

    def waits(self, until: Any) -> None:
        changing = (StaleElementReferenceException, NoSuchElementException)
        WebDriverWait(self.driver, PATIENCE_SECONDS, 0.05, changing).until(lambda _: until())

    def sees(self, *words: str) -> None:
        """All of these words, sooner or later."""
        self.waits(lambda: all(word in self.text for word in words))

    def looks(self, what: str = "") -> None:
        """Keep a picture of the whole page."""
        self.screenshots.mkdir(parents=True, exist_ok=True)
        self.taken += 1
        shot = self.driver.execute_cdp_cmd(
            "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": not self.popup_is_open}
        )
        path = self.screenshots / f"{self.name}-{self.taken:02}{'-' + what if what else ''}.png"
        path.write_bytes(base64.b64decode(shot["data"]))

    @property
    def popup_is_open(self) -> bool:
        return bool(self.driver.execute_script("return !!document.querySelector('dialog[open]')"))

    def prints(self) -> bytes:
        """The page as a PDF."""
        return base64.b64decode(self.driver.print_page())

    def violations(self) -> list[str]:
        """What axe-core finds wrong with the page, and where."""
        self.driver.execute_script(AXE)
        found = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run(document).then((result) => done(result.violations),"
            " (error) => done([{id: String(error), nodes: []}]));"
        )
        return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"] or [{"html": "?"}]]

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        width = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.driver.execute_script(width))

    def complaints(self) -> list[str]:
        """What the browser's console says: scripts and styles refused, errors; not the 4xx that tests ask for."""
        return [
            entry["message"]
            for entry in self.driver.get_log("browser")
            if entry["level"] in ("SEVERE", "WARNING")
            and "the server responded with a status of 4" not in entry["message"]
        ]
