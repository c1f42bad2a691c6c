"""Addresses of pages: when two are one page, and what an address of the department tells."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from . import dates

#: Hosts of the department; one page has the same number on each.
OWN_HOSTS = ("idcpc.org.cn", "idcpc.gov.cn")
_ITEM = re.compile(r"/t(\d{8})_(\d+)\.html?$")


def page(url: str) -> str:
    """What stays of an address if scheme, ``www.`` and the department's two hosts do not matter."""
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").removeprefix("www.")
    number = item(url)
    if number and host in OWN_HOSTS:
        return f"{OWN_HOSTS[0]} {number[1]}"
    path = parts.path.rstrip("/")
    return f"{host}{path}?{parts.query}" if parts.query else f"{host}{path}"


def item(url: str) -> tuple[str, str] | None:
    """The day (``2025-07-30``) and the number of an item's address, ``.../tYYYYMMDD_N.html``."""
    match = _ITEM.search(urlsplit(url).path)
    if not match:
        return None
    day = f"{match[1][:4]}-{match[1][4:6]}-{match[1][6:]}"
    try:
        dates.bounds(day)
    except ValueError:
        return None
    return day, match[2]
