"""Put on PYTHONPATH, this makes every connection of a program fail loudly."""

import socket


def _refuse(*_: object) -> None:
    raise OSError("a connection was tried, though everything must work offline")


socket.socket.connect = _refuse  # type: ignore[assignment,method-assign]
socket.socket.connect_ex = _refuse  # type: ignore[assignment,method-assign]
socket.getaddrinfo = _refuse  # type: ignore[assignment]
