"""What reads a file never runs it: calls that could are not written anywhere in the product."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = {
    "pickle", "cPickle", "_pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal",
    "xmlrpc", "telnetlib", "ftplib", "imp", "pty", "code", "codeop", "tarfile",
    "xml.sax.expatreader", "xml.dom.minidom", "xml.dom.pulldom", "lxml", "yaml",
}  # fmt: skip
# xml.etree and xml.sax.saxutils are there to write; what parses is refused below.
CALLS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.execv", "os.execvp",
    "torch.load", "yaml.load", "pd.read_pickle", "pandas.read_pickle", "pd.read_xml",
    "pandas.read_xml", "pd.read_hdf", "pandas.read_hdf", "pd.read_html", "pd.eval", "pandas.eval",
    "np.fromfile", "tempfile.mktemp", "shutil.unpack_archive", "subprocess.getoutput",
    "hashlib.md5", "hashlib.sha1", "ssl._create_unverified_context",
}  # fmt: skip
METHODS = {
    "extractall", "extract", "parse", "fromstring", "iterparse", "XML", "XMLParser", "parseString",
}  # fmt: skip
"""Names that unpack archives to disk, or that parse XML when the call is one of an XML module."""


def faults(tree: ast.Module) -> list[str]:
    """Return what a module does that no module may."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found += [f"imports {name}" for name in _imported(node) if _forbidden(name)]
        elif isinstance(node, ast.Call):
            found += _of_call(node)
    return found


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    names = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module, *(f"{node.module}.{name}" for name in names)]
    return names if isinstance(node, ast.Import) else []


def _forbidden(name: str) -> bool:
    return name in MODULES or name.split(".")[0] in MODULES


def _of_call(node: ast.Call) -> list[str]:
    name = ast.unparse(node.func)
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
    found = []
    if name in CALLS and not (name.startswith("hashlib") and given.get("usedforsecurity")):
        found.append(f"calls {name}")
    if given.get("allow_pickle", "False") != "False":
        found.append(f"lets {name} unpickle")
    if given.get("shell", "False") != "False":
        found.append(f"gives {name} a shell")
    if given.get("verify") == "False":
        found.append(f"lets {name} believe any certificate")
    last = name.rsplit(".", 1)[-1]
    if last in ("extractall", "extract") and "archive" in name.lower():
        found.append(f"unpacks to disk by {name}")
    if last in METHODS and name.split(".")[0] in ("ET", "ElementTree", "etree", "sax", "minidom"):
        found.append(f"parses XML by {name}")
    return found


@pytest.mark.parametrize("top", ["core", "apps", "pages"])
def test_no_module_can_run_what_it_reads(top):
    for path in sorted(ROOT.glob(f"{top}/**/*.py")):
        found = faults(ast.parse(path.read_text(encoding="utf-8")))
        assert not found, f"{path.relative_to(ROOT).as_posix()} {found[0]}"


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from joblib import load",
        "import xml.dom.minidom",
        "import tarfile",
        "import yaml",
        "from lxml import etree",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=given)",
        "torch.load(path)",
        "yaml.load(text)",
        "eval(text)",
        "exec(text)",
        "subprocess.run(command, shell=True)",
        "archive.extractall(folder)",
        "ET.parse(path)",
        "ET.fromstring(text)",
        "pd.read_pickle(path)",
        "os.system(text)",
        "requests.get(address, verify=False)",
        "hashlib.md5(content)",
    ],
)
def test_what_is_unsafe_is_found(text):
    assert faults(ast.parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "np.load(path, allow_pickle=False)",
        "network.eval()",
        "subprocess.run(['ls'])",
        "ET.SubElement(parent, 'a')",
        "re.compile(text)",
        "frame.extract(x)",
        "from core.tables import parse",
    ],
)
def test_what_is_safe_is_not(text):
    assert faults(ast.parse(text)) == []
