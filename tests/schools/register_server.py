"""A register on this machine: it answers in the register's form, or does whatever a test tells it to instead."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Deed = Callable[[BaseHTTPRequestHandler, threading.Event], None]


class RegisterServer(ThreadingHTTPServer):
    """Answers by path; ``asked`` keeps each path with its query and the key that came with it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, str], str]] = []
        self.closing = threading.Event()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v2"

    @property
    def paths(self) -> list[str]:
        return [path for path, _query, _key in self.asked]


class _Handler(BaseHTTPRequestHandler):
    server: RegisterServer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path = parts.path.removeprefix("/v2")
        query = {name: several[0] for name, several in parse_qs(parts.query).items()}
        self.server.asked.append((path, query, self.headers.get("Authorization", "")))
        answer = self.server.answers.get(path)
        if isinstance(answer, list):  # one answer a page
            answer = answer[int(query.get("pageToken", "0"))]
        if callable(answer):
            answer(self, self.server.closing)
        else:
            send(self, 404 if answer is None else 200, json.dumps(answer or {"message": "-"}).encode())

    def log_message(self, *args: Any) -> None:
        pass


def send(to: BaseHTTPRequestHandler, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
    to.send_response(status)
    to.send_header("Content-Type", kind)
    to.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        to.send_header(name, value)
    to.end_headers()
    to.wfile.write(body)


def status(code: int, **headers: str) -> Deed:
    return lambda to, closing: send(to, code, b"{}", **headers)


def body(content: bytes, kind: str = "application/json") -> Deed:
    return lambda to, closing: send(to, 200, content, kind)


def cut_off(to: BaseHTTPRequestHandler, closing: threading.Event) -> None:
    """Promises more than it sends, then hangs up."""
    to.send_response(200)
    to.send_header("Content-Type", "application/json")
    to.send_header("Content-Length", "1000")
    to.end_headers()
    to.wfile.write(b'{"data": {"attributes": [')


def silent(to: BaseHTTPRequestHandler, closing: threading.Event) -> None:
    """Never answers."""
    closing.wait(120)


def dripping(to: BaseHTTPRequestHandler, closing: threading.Event) -> None:
    """A byte now and then, each soon enough, all of it never."""
    to.send_response(200)
    to.send_header("Content-Type", "application/json")
    to.end_headers()
    try:
        while not closing.wait(0.02):
            to.wfile.write(b" ")
            to.wfile.flush()
    except OSError:
        pass  # the reader has given up


@contextmanager
def a_register() -> Iterator[RegisterServer]:
    server = RegisterServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def listed(*units: tuple[str, str]) -> dict[str, Any]:
    """The register's list."""
    rows = [{"schoolUnitCode": code, "name": name, "status": "AKTIV"} for code, name in units]
    return {
        "meta": {"extractDate": "2026-09-01T00:06:10.19+02:00"},
        "data": {"type": "schoolunit", "attributes": rows},
    }


def single(code: str, name: str, **changed: Any) -> dict[str, Any]:
    """The register's answer about one unit, with its head."""
    attributes = {
        "displayName": name,
        "status": "AKTIV",
        "url": None,
        "email": None,
        "headMaster": "Rut Rektor",
        "municipalityCode": "0127",
        "schoolUnitType": "SKOLENHET",
        "schoolTypes": ["FKLASS", "GR", "FTH"],
        "schoolTypeProperties": {"gr": {"grades": ["1", "2", "3", "4", "5", "6"]}},
        "startdate": "2022-11-08",
        "endDate": None,
        "addresses": [{"type": "BESOKSADRESS", "streetAddress": "Skolgatan 1", "locality": "NORRA"}],
    }
    return {
        "meta": {},
        "links": {},
        "data": {"type": "schoolunit", "schoolUnitCode": code, "attributes": attributes | changed},
        "included": {"type": "organization", "attributes": {"displayName": "Kommunen", "organizerType": "KOMMUN"}},
    }
