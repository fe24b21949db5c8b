"""Who may see the pages: a login with the operator's OpenID Connect provider, off by default.

Streamlit leads through the login and keeps who it was in a signed cookie; here it is decided what
that is worth. Everything that is not certain keeps the door shut.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import json
import time
from collections.abc import Mapping
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import streamlit as st

from core.errors import SuiteError
from core.runtime.settings import Settings, settings
from pages._shared.page_def import SUITE_NAME

TITLE = "Log in"
HOURS = 12
"""How long a login lasts; Streamlit's cookie alone would be good for thirty days."""
LEEWAY_S = 120
"""How far the provider's clock may be ahead of this one's."""
LEAST_SECRET = 32
INSTALL = "python -m pip install -r requirements-server.txt"
EXAMPLE = ".streamlit/secrets.toml.example"
NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
CALLBACK = "/oauth2callback"


def check_start(chosen: Settings) -> None:
    """Refuse to start a server whose login would not hold.

    Raises
    ------
    SuiteError
        If the login is on and Authlib, a part of ``[auth]`` in ``.streamlit/secrets.toml`` or the
        API key is missing, or Streamlit is told to believe other proofs of who somebody is.
    """
    if chosen.login == "off":
        return
    absent = [name for name in ("authlib", "httpx") if importlib.util.find_spec(name) is None]
    if absent:
        raise SuiteError(f"SUITE_LOGIN is oidc, which needs {', '.join(absent)}: {INSTALL}")
    if not (chosen.api_key or chosen.api_keys):
        raise SuiteError(
            "SUITE_LOGIN is oidc, but the REST API under /api has no key: everybody could ask it "
            "for what the pages hide. Set SUITE_API_KEY or SUITE_API_KEYS."
        )
    _check_secrets(_auth_section())
    _check_streamlit()
    _know_no_unsigned_tokens()


def ask(chosen: Settings) -> bool:
    """Return whether the visitor may see the pages; otherwise show the card that says how.

    Called by the router before anything of a page runs.
    """
    if chosen.login == "off":
        return True
    person = st.user.to_dict()
    refusal = reason_against(person, chosen.login_allowed, time.time())
    if refusal is None:
        _signed_in(shown(person))
        return True
    return False


def card() -> None:
    """Show who may log in, or why the visitor may not enter, with the button that helps."""
    chosen = settings()
    person = st.user.to_dict()
    st.title(SUITE_NAME)
    with st.container(border=True, width=480):
        refusal = reason_against(person, chosen.login_allowed, time.time())
        if person.get("is_logged_in") is True and refusal:
            st.error(f"You are logged in as {shown(person)}. {refusal}", icon=":material/block:")
            st.button("Log out", on_click=st.logout, type="primary")
        else:
            st.markdown(f"**Log in to go on.** {_who(chosen.login_allowed)}")
            st.button("Log in", on_click=st.login, type="primary")
    _lead_on("card")


def reason_against(person: Mapping[str, Any], allowed: tuple[str, ...], now: float) -> str | None:
    """Return why somebody may not enter, ``None`` if they may.

    Parameters
    ----------
    person : mapping
        The claims of the provider's token, with ``is_logged_in``.
    allowed : tuple of str
        Addresses and domains that may enter; empty for everyone the provider knows.
    now : float
        Seconds since the epoch.
    """
    if person.get("is_logged_in") is not True:
        return "Nobody is logged in."
    issued = person.get("iat")
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        return "The provider did not say when the login took place; log out and in again."
    if not now - HOURS * 3600 < issued <= now + LEEWAY_S:
        return f"A login lasts {HOURS} hours; log out and in again."
    if not allowed:
        return None
    if person.get("email_verified") is not True:
        return "The provider has not verified your e-mail address, so it proves nothing here."
    if not _listed(person.get("email"), allowed):
        return "This address is not on the list of those who may enter. Ask the operator."
    return None


def enters(cookies: Mapping[str, str]) -> bool:
    """Say whether the sender of these cookies may enter, for requests that are not pages."""
    from streamlit.auth_util import get_cookie_with_chunks
    from streamlit.web.server.server_util import get_cookie_secret
    from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
    from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

    secret = get_cookie_secret()
    kept = get_cookie_with_chunks(
        lambda name: decode_signed_value(secret, name, cookies.get(name, "")), USER_COOKIE_NAME
    )
    if kept is None:
        return False
    try:
        person = json.loads(kept)
    except ValueError:
        return False
    allowed = settings().login_allowed
    return isinstance(person, dict) and reason_against(person, allowed, time.time()) is None


def shown(person: Mapping[str, Any]) -> str:
    """Return what somebody is called on the page: address, name or number, as plain text."""
    named = next((person[key] for key in ("email", "name", "sub") if person.get(key)), "somebody")
    text = "".join(c for c in str(named)[:100] if c.isprintable())
    return f"`{text.replace('`', '')}`"


def _listed(email: Any, allowed: tuple[str, ...]) -> bool:
    # ASCII only: some letters of other scripts become an ASCII letter when the case is ignored.
    if not (isinstance(email, str) and email.isascii() and email.count("@") == 1):
        return False
    address = email.lower()
    return address in allowed or address[address.index("@") :] in allowed


def _who(allowed: tuple[str, ...]) -> str:
    """Say who may log in; people are counted, because strangers read this too."""
    if not allowed:
        return "Everyone whom the provider of this organisation knows may."
    named = [f"everyone at `{one}`" for one in allowed if one.startswith("@")]
    people = len(allowed) - len(named)
    if people:
        named.append(f"{people} {'person' if people == 1 else 'people'} on the operator's list")
    return f"Open to {' and '.join(named)}."


def _signed_in(name: str) -> None:
    with st.sidebar:
        st.caption(f"Signed in as {name}")
        st.button("Log out", on_click=st.logout, key="login.out", type="tertiary")
        _lead_on("page")


def _lead_on(place: Literal["card", "page"]) -> None:
    """Note the address on the card, and go there from the page that a login ends at."""
    script = f'<script src="./app/static/wanted.js" data-shown="{place}"></script>'
    st.html(script, unsafe_allow_javascript=True)


def _auth_section() -> Mapping[str, Any]:
    from streamlit.auth_util import get_secrets_auth_section
    from streamlit.errors import StreamlitSecretNotFoundError

    try:
        section = get_secrets_auth_section()
    except StreamlitSecretNotFoundError:
        raise SuiteError(
            "SUITE_LOGIN is oidc, but .streamlit/secrets.toml is not valid TOML. "
            f"Compare it with {EXAMPLE}."
        ) from None
    return cast("Mapping[str, Any]", section)


def _check_secrets(section: Mapping[str, Any]) -> None:
    missing = [name for name in NEEDED if not str(section.get(name, "")).strip()]
    if missing:
        raise _unusable(f"does not give {', '.join(missing)}")
    if len(str(section["cookie_secret"])) < LEAST_SECRET:
        raise _unusable(f"has a cookie_secret of fewer than {LEAST_SECRET} characters")
    if any("<" in str(section[name]) for name in NEEDED):
        raise _unusable("still holds a placeholder in angle brackets")
    if not str(section["redirect_uri"]).endswith(CALLBACK):
        raise _unusable(f"has a redirect_uri that does not end in {CALLBACK}")
    for name in ("redirect_uri", "server_metadata_url"):
        if not _confidential(str(section[name])):
            raise _unusable(f"has a {name} that is neither https nor on this machine")
    if section.get("expose_tokens"):
        raise _unusable("has expose_tokens, which the suite never needs; remove it")


def _unusable(what: str) -> SuiteError:
    return SuiteError(
        f"SUITE_LOGIN is oidc, but [auth] in .streamlit/secrets.toml {what}. Compare it with "
        f"{EXAMPLE}; until then nobody is let in."
    )


def _confidential(address: str) -> bool:
    parts = urlsplit(address.replace("{port}", "80"))
    return parts.scheme == "https" or (parts.scheme == "http" and _loopback(parts.hostname or ""))


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _know_no_unsigned_tokens() -> None:
    """Forget the algorithm "none": Authlib would accept it of a provider that lists it."""
    from joserfc.jws import JWSRegistry

    JWSRegistry.algorithms.pop("none", None)


def _check_streamlit() -> None:
    for option in ("server.trustedUserHeaders", "server.enableAgentApi"):
        if st.get_option(option):
            raise SuiteError(
                f"SUITE_LOGIN is oidc, but Streamlit's {option} is set, by which anyone could say "
                "who they are. Unset it."
            )
    if st.get_option("server.baseUrlPath"):
        raise SuiteError(
            "SUITE_LOGIN is oidc, but Streamlit's server.baseUrlPath is set, which moves uploads "
            "and pictures away from the addresses that are guarded. Unset it, and serve the suite "
            "under a host name of its own."
        )
    if not st.get_option("server.enableXsrfProtection"):
        raise SuiteError(
            "SUITE_LOGIN is oidc, but Streamlit's server.enableXsrfProtection is off. Turn it on."
        )
