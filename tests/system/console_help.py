# SPDX-License-Identifier: MIT
"""A browser without a page: HTTPS to the console, cookies, and its stream."""

import http.client
import json
import ssl
import time

from kakou_rig import CONSOLE_PORT


class Answer:
    """What came back."""

    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The code of an error, None where there is none."""
        return self.json.get("error", {}).get("code")


class Browser:
    """One browser: its cookie and the second name of its session."""

    def __init__(self, gate, timeout_s=10):
        self.gate = gate
        self.host = f"{gate.slot.net}.1"
        self.timeout_s = timeout_s
        self.context = ssl.create_default_context(cafile=str(gate.certs / "ca.pem"))
        self.context.check_hostname = False
        self.cookie = None
        self.csrf = None

    def connect(self):
        connection = http.client.HTTPSConnection(self.host, CONSOLE_PORT,
                                                 timeout=self.timeout_s, context=self.context)
        connection.connect()
        return connection

    def headers(self, method, extra=None):
        headers = {"Cookie": f"__Host-kakou={self.cookie}"} if self.cookie else {}
        if method != "GET":
            headers["Content-Type"] = "application/json"
            if self.csrf:
                headers["X-CSRF-Token"] = self.csrf
        headers.update(extra or {})
        return {name: value for name, value in headers.items() if value is not None}

    def ask(self, method, path, body=None, headers=None):
        """One request on a connection of its own."""
        connection = self.connect()
        try:
            if body is not None and not isinstance(body, (bytes, str)):
                body = json.dumps(body)
            connection.request(method, path, body, self.headers(method, headers))
            response = connection.getresponse()
            answer = Answer(response, response.read())
        finally:
            connection.close()
        self.take(answer)
        return answer

    def take(self, answer):
        cookie = answer.headers.get("Set-Cookie", "")
        if cookie.startswith("__Host-kakou="):
            self.cookie = cookie.split(";")[0].split("=", 1)[1] or None
        if answer.status == 200 and answer.headers.get("Content-Type") == "application/json":
            told = answer.json
            session = told.get("session", told) if isinstance(told, dict) else {}
            self.csrf = session.get("csrf", self.csrf)

    def get(self, path, **headers):
        return self.ask("GET", f"/api/v1/{path}", headers=headers)

    def post(self, path, body=None, **headers):
        return self.ask("POST", f"/api/v1/{path}", body if body is not None else {}, headers)

    def log_in(self, name="officer", role="officer"):
        """Logs a person of this role in, who is added where they are not there yet."""
        self.gate.log_in(name, role)
        answer = self.post("login", {"name": name, "password": f"password of {name}"})
        assert answer.status == 200, answer.body
        return answer

    def stream(self, after=None):
        return Stream(self, after)


class Stream:
    """Server-sent events of one page, one after the other."""

    def __init__(self, browser, after=None):
        self.connection = browser.connect()
        extra = {"Last-Event-ID": str(after)} if after is not None else {}
        self.connection.request("GET", "/api/v1/stream", headers=browser.headers("GET", extra))
        self.response = self.connection.getresponse()
        assert self.response.status == 200, self.response.read()
        self.last = after

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def next(self):
        """The next message as (name, id or None, data); None at the end of the stream."""
        name, number, data = None, None, None
        while True:
            line = self.response.readline().decode()
            if not line:
                return None
            line = line.rstrip("\n")
            if not line and name:
                if number is not None:
                    self.last = number
                return name, number, data
            key, _, value = line.partition(": ")
            if key == "event":
                name = value
            elif key == "id":
                number = int(value)
            elif key == "data":
                data = json.loads(value)

    def until(self, wanted, within_s=20):
        """The first message for which wanted(name, data) holds; the messages before it are lost."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            message = self.next()
            if message is None:
                raise AssertionError("the stream ended")
            if wanted(message[0], message[2]):
                return message
        raise AssertionError(f"nothing of the kind within {within_s} s")
