"""What keyboards, screen readers and weak eyes need and Streamlit's own elements lack.

The script gives the navigation its roles and headings their levels, and makes wide formulas and
code reachable. The style takes white letters off the accent colour: in the dark no accent is both
light enough for its own letters on the background and dark enough for white letters on itself. It
lets verdicts and the names of figures break into lines where Streamlit cuts them off. Who is logged
in, and the way out, stay in sight below the navigation; when nothing follows the navigation, no
line ends it.
"""

from __future__ import annotations

import streamlit as st

MARKUP = """\
<script src="./app/static/accessibility.js"></script>
<style>
  .stMultiSelect [data-tag] { background: none; border: 1px solid; }
  .stMultiSelect [data-tag], .stMultiSelect [data-tag] * { color: inherit; }
  [data-testid="stBaseButton-primary"] { background: none; border: 2px solid; color: inherit; }
  .stMarkdownBadge { white-space: normal !important; }
  [data-testid="stMetricLabel"] * { white-space: normal !important; }
  [data-testid="stSidebarNav"]:not(:has(+ [data-testid="stSidebarUserContent"] button))
    [data-testid="stSidebarNavSeparator"] { display: none; }
  [data-testid="stSidebarContent"] { background: inherit; }
  [data-testid="stSidebarUserContent"]:has(button) {
    position: sticky; bottom: 0; padding-bottom: 1rem; background: inherit;
  }
</style>
"""


def mend(*, in_sidebar: bool) -> None:
    """Add script and style to the page that is being drawn.

    Parameters
    ----------
    in_sidebar : bool
        Whether there is a sidebar, where the element takes no room from the page.
    """
    place = st.sidebar if in_sidebar else st
    place.html(MARKUP, unsafe_allow_javascript=True)
