"""Who may do what: the role that each route asks for, and the keys that hold the roles."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import re
from collections.abc import Collection, Iterable

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route, compile_path

from core.runtime.settings import ROLES, Role, Settings

NEEDS: dict[Role, str] = {
    "read": "looks something up",
    "score": "computes something from what is sent",
    "admin": "changes or reads what is stored",
}


@dataclasses.dataclass(slots=True)
class Address:
    """One address of the API.

    Attributes
    ----------
    template : str
        Its path as declared, such as ``/v1/guardian/rules/{key}``: it holds no value of a caller.
    roles : dict of str to Role
        By method, the role a caller needs.
    """

    template: str
    roles: dict[str, Role]


class Addresses:
    """Every address of the API with its roles, as the routes declare them.

    Looking something up (GET) takes ``read`` and every other method takes ``score``; routes that
    change or read stored records are declared ``admin`` where their router is added.
    """

    def __init__(self) -> None:
        self._plain: dict[str, Address] = {}
        self._patterns: list[tuple[re.Pattern[str], Address]] = []

    def add(self, routes: Iterable[BaseRoute], admin: Collection[str] = ()) -> None:
        """Add routes.

        Parameters
        ----------
        routes : iterable of BaseRoute
            The routes of one router.
        admin : collection of str
            Ends of the paths of those that need the role ``admin``.

        Raises
        ------
        ValueError
            If no route ends like one of these: the declaration has outlived its route.
        """
        added = [one for one in routes if isinstance(one, APIRoute | Route)]
        for end in admin:
            if not any(one.path.endswith(end) for one in added):
                message = f"{end}: no such route"
                raise ValueError(message)
        for one in added:
            stored = any(one.path.endswith(end) for end in admin)
            for method in one.methods or ():
                looks = method in {"GET", "HEAD"}
                self._address(one.path).roles[method] = (
                    "admin" if stored else "read" if looks else "score"
                )

    def find(self, path: str) -> Address | None:
        """Return the address a path belongs to; none if there is nothing at it."""
        # The router's patterns end with $, so a line break behind an address leads there too.
        if found := self._plain.get(path.removesuffix("\n")):
            return found
        return next((one for pattern, one in self._patterns if pattern.match(path)), None)

    def role(self, path: str, method: str) -> Role:
        """Return the role a request needs; ``read`` where there is nothing to protect."""
        found = self.find(path)
        return found.roles.get(method, "read") if found else "read"

    def _address(self, template: str) -> Address:
        known = {one.template: one for _, one in self._patterns} | self._plain
        if template in known:
            return known[template]
        address = Address(template, {})
        if "{" in template:
            self._patterns.append((compile_path(template)[0], address))
        else:
            self._plain[template] = address
        return address


@dataclasses.dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request: the key's number, and its role."""

    key: int
    role: Role

    def may(self, needed: Role) -> bool:
        """Whether this role includes another."""
        return ROLES.index(self.role) >= ROLES.index(needed)


class Keys:
    """The bearer keys of the service; without any, everyone may do everything.

    Parameters
    ----------
    settings : Settings
        The key with every role, and the keys with one role each.
    """

    def __init__(self, settings: Settings) -> None:
        every: list[tuple[Role, str]] = [("admin", settings.api_key)] if settings.api_key else []
        self._known = tuple((digest(key), role) for role, key in (*every, *settings.api_keys))

    @property
    def are_asked_for(self) -> bool:
        """Whether a request needs a key at all."""
        return bool(self._known)

    def caller(self, authorization: str) -> Caller | None:
        """Return who sent this ``Authorization`` header; none for an unknown key.

        Every key is compared whatever the others said, and as digests, which have equal length:
        the time taken tells nothing about any key or about which one it was.
        """
        scheme, _, token = authorization.partition(" ")
        offered = digest(token.strip() if scheme.lower() == "bearer" else "")
        found: Caller | None = None
        for number, (known, role) in enumerate(self._known):
            same = hmac.compare_digest(offered, known)
            found = Caller(number, role) if same else found
        return found


def digest(text: str) -> bytes:
    """Return the SHA-256 of a key."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
