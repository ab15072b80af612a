"""A headless Chromium, driven through a pipe by its DevTools protocol: no port, no library. It looks at a page as a person does, and
tells what is hard to read or to press.
"""

import contextlib
import itertools
import json
import os
import re
import select
import shutil
import subprocess
import tempfile
import time

from servers import DEADLINE

PROGRAMS = ("chromium-headless-shell", "chromium", "google-chrome", "chromium-browser")

# WCAG 2.2: 1.4.3 for text, 2.5.5 for what is pressed.
LEAST_CONTRAST = 4.5
LEAST_HEIGHT = 44
LEAST_FONT = 16


def program():
    """The browser, or None where there is none."""
    wanted = os.environ.get("CALLSHEET_CHROMIUM")
    return wanted or next(filter(None, map(shutil.which, PROGRAMS)), None)


class Browser:
    """One page in a browser of its own, with an empty profile."""

    def __init__(self, binary):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._width = 800
        self._numbers = itertools.count(1)
        self._left = b""
        self._session = None
        self.events = []
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        # The browser reads from descriptor 3 and writes to 4.
        script = f'exec "$0" "$@" 3<&{to_read} 4>&{to_write}'
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe"]
        flags += ["--disable-background-networking", "--disable-dev-shm-usage", f"--user-data-dir={self._profile.name}"]
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", script, binary, *flags, "about:blank"],
            env={"PATH": "/usr/bin:/bin", "HOME": self._profile.name, "LANG": "C.UTF-8"},
            pass_fds=(to_read, to_write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)

    def __enter__(self):
        try:
            return self._begin()
        except BaseException:
            self.__exit__()
            raise

    def _begin(self):
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "DOM", "CSS", "Accessibility"):
            self.ask(f"{domain}.enable")
        return self

    def __exit__(self, *_):
        # Its own processes end with it, after it: what they still write into the profile is theirs.
        self._session = None
        with contextlib.suppress(BrokenPipeError):
            os.write(self._write, json.dumps({"id": 0, "method": "Browser.close"}).encode() + b"\0")
        try:
            self._process.wait(DEADLINE)
        finally:
            self._process.kill()
        os.close(self._read)
        os.close(self._write)
        self._profile.cleanup()

    def ask(self, method, **parameters):
        """Asks the browser and returns its answer; what happens meanwhile is kept in `events`."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        answer = self._wait(lambda message: message.get("id") == number, method)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def open(self, url):
        """Opens an address and waits until everything of it is there."""
        self._loading(lambda: self.ask("Page.navigate", url=url))

    def press(self):
        """Goes to the first thing that can be pressed, by keyboard, presses it, and waits for the page after it."""
        self._key("Tab", "", 9)
        self._loading(lambda: self._key("Enter", "\r", 13))

    def phone(self, width=320, height=1600, dark=False):
        """A narrow phone, so high that the whole page is seen at once: what is not seen has no ground to be judged on."""
        self._width = width
        size = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": True}
        self.ask("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])

    def without_scripts(self):
        self.ask("Emulation.setScriptExecutionDisabled", value=True)

    def tree(self):
        """What a screen reader is told: role, name, properties, in the order of reading."""
        found = []
        for node in self.ask("Accessibility.getFullAXTree")["nodes"]:
            if not node.get("ignored"):
                properties = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
                name = node.get("name", {}).get("value", "")
                properties["description"] = node.get("description", {}).get("value", "")
                found.append((node["role"]["value"], name, properties))
        return found

    def heading(self):
        return next((name for role, name, _ in self.tree() if role == "heading"), None)

    def requests(self):
        """Method and address of everything that was fetched."""
        sent = (event["params"]["request"] for event in self.events if event["method"] == "Network.requestWillBeSent")
        return [(request["method"], request["url"]) for request in sent]

    def complaints(self):
        """What the browser has complained of: blocked by the policy, not found, not understood."""
        return [event["params"]["entry"]["text"] for event in self.events if event["method"] == "Log.entryAdded"]

    def faults(self):
        """Everything that makes the page hard to read or to press as it stands."""
        return [*self._structure(), *self._texts(), *self._size()]

    def _structure(self):
        tree = self.tree()
        roles = [role for role, _, _ in tree]
        for role in ("RootWebArea", "main", "heading"):
            if roles.count(role) != 1:
                yield f"{role} is there {roles.count(role)} times"
        for role, name, properties in tree:
            if role in ("RootWebArea", "heading", "button", "link", "textbox") and not name.strip():
                yield f"{role} without a name"
            if role == "heading" and properties.get("level") != 1:
                yield f"the heading has level {properties.get('level')}"
        document = self.ask("DOM.getDocument")["root"]
        (html,) = self._nodes(document["nodeId"], "html")
        attributes = self.ask("DOM.getAttributes", nodeId=html)["attributes"]
        if dict(zip(attributes[::2], attributes[1::2])).get("lang") not in ("en", "zh-CN"):
            yield f"the language of the page is not said: {attributes}"

    def _texts(self):
        root = self.ask("DOM.getDocument")["root"]["nodeId"]
        for node in self._nodes(root, "h1, p, strong, button"):
            computed = self.ask("CSS.getComputedStyleForNode", nodeId=node)["computedStyle"]
            style = {one["name"]: one["value"] for one in computed}
            name = self.ask("DOM.describeNode", nodeId=node)["node"]["nodeName"].lower()
            # None for what holds no text.
            grounds = self.ask("CSS.getBackgroundColors", nodeId=node).get("backgroundColors")
            if grounds is None:
                continue
            if len(grounds) != 1:
                yield f"{name} has {len(grounds)} grounds"
                continue
            found = contrast(style["color"], grounds[0])
            if found < LEAST_CONTRAST:
                yield f"{name}: {style['color']} on {grounds[0]} is {found:.2f}"
            if float(style["font-size"].removesuffix("px")) < LEAST_FONT:
                yield f"{name} is {style['font-size']} high"

    def _size(self):
        width = self.ask("Page.getLayoutMetrics")["cssContentSize"]["width"]
        if width > self._width:
            yield f"the page is {width} wide where {self._width} are seen"
        root = self.ask("DOM.getDocument")["root"]["nodeId"]
        for node in self._nodes(root, "button"):
            box = self.ask("DOM.getBoxModel", nodeId=node)["model"]
            if box["height"] < LEAST_HEIGHT or box["width"] < LEAST_HEIGHT:
                yield f"the button is {box['width']}×{box['height']}"

    def _nodes(self, root, selector):
        return self.ask("DOM.querySelectorAll", nodeId=root, selector=selector)["nodeIds"]

    def _key(self, key, text, code):
        common = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.ask("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **common)

    def _loading(self, act):
        seen = sum(event["method"] == "Page.loadEventFired" for event in self.events)
        act()
        loaded = lambda: sum(event["method"] == "Page.loadEventFired" for event in self.events) > seen
        while not loaded():
            self._wait(lambda message: message.get("method") == "Page.loadEventFired", "the page")

    def _wait(self, wanted, what):
        end = time.monotonic() + DEADLINE
        while True:
            while b"\0" in self._left:
                first, self._left = self._left.split(b"\0", 1)
                message = json.loads(first)
                if "method" in message:
                    self.events.append(message)
                if wanted(message):
                    return message
            if not select.select([self._read], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f"the browser did not answer: {what}")
            data = os.read(self._read, 1 << 16)
            if not data:
                raise AssertionError(f"the browser has ended: {what}")
            self._left += data


def contrast(text, ground):
    """The ratio of two colours as a browser writes them, `rgb(1, 2, 3)`."""
    lighter, darker = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color):
    match = re.fullmatch(r"rgba?\((\d+), (\d+), (\d+)(?:, 1(?:\.0)?)?\)", color)
    if not match:
        raise AssertionError(f"a colour that is not opaque: {color}")
    parts = [int(part) / 255 for part in match.groups()]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
