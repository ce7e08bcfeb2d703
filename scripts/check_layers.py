#!/usr/bin/env python3
"""Checks who includes whom: the arrows between the folders, and the headers that stay in .cpp files.

usage: check_layers.py [--root DIR]   checks the tree; one line a violation, exit 1 if there is one
       check_layers.py --self-test    proves that bad samples are caught and good ones are not
"""
import argparse
import os
import re
import sys
import tempfile

# One folder of probes/ a root cause, and what each of them may include.
CAUSES = ("console", "group_policy", "listener_security", "machine_keys", "outside",
          "rdp_certificate", "rdp_port", "services", "symptom", "tls_protocols")
ANY_CAUSE = ("probes/rule.hpp", "probes/collect", "probes/reading", "probes/fix")

# A folder and the folders, or single headers, that it may include besides itself. The longest
# matching path counts; a file below none of them may include anything. The arrows are drawn in
# docs/architecture.md.
MAY_INCLUDE = {
    "core": [],
    "transports": ["core"],
    "probes": ["core"],
    "probes/collect": ["core"],
    "probes/reading": ["core", "probes/rule.hpp", "probes/collect"],
    "probes/fix": ["core", "probes/collect", "probes/reading"],
    # A folder a root cause: what all of them may read, and no other cause's code.
    **{f"probes/{cause}": ["core", *ANY_CAUSE] for cause in CAUSES},
    # Policies and Windows' own certificate ask what other causes have found.
    "probes/group_policy": ["core", *ANY_CAUSE, "probes/listener_security/rules.hpp",
                            "probes/rdp_certificate/rules.hpp", "probes/tls_protocols/rules.hpp"],
    "probes/rdp_certificate": ["core", *ANY_CAUSE, "probes/machine_keys/rules.hpp",
                               "probes/services/rules.hpp"],
    "reports": ["core"],
    "offline": ["core"],
    # main.cpp; then the wings, in the order of who may include whom.
    "scanner": ["core", "transports", "probes", "reports"],
    "scanner/options": ["core"],
    "scanner/system": ["core"],
    "scanner/talk": ["core", "scanner/options"],
    "scanner/credentials": ["core", "transports", "scanner/system"],
    "scanner/store": ["core", "transports", "scanner/system"],
    "scanner/history": ["core", "scanner/store", "scanner/system"],
    "scanner/cli": ["core", "transports", "reports", "scanner/options", "scanner/talk"],
    "scanner/inventory": ["core", "transports", "scanner/credentials", "scanner/system", "scanner/talk"],
    "scanner/azure": ["core", "transports", "scanner/inventory", "scanner/options", "scanner/system",
                      "scanner/talk"],
    "scanner/admission": ["core", "transports", "scanner/inventory"],
    "scanner/scope": ["core", "transports", "scanner/azure", "scanner/cli", "scanner/inventory",
                      "scanner/options", "scanner/store", "scanner/talk"],
    "scanner/engine": ["core", "transports", "probes", "scanner/admission", "scanner/credentials",
                       "scanner/options", "scanner/store"],
    "scanner/run": ["core", "transports", "probes", "reports", "scanner/azure", "scanner/cli",
                    "scanner/credentials", "scanner/engine", "scanner/history", "scanner/inventory",
                    "scanner/options", "scanner/scope", "scanner/store", "scanner/system",
                    "scanner/talk"],
    "scanner/console": ["core", "transports"],
    "scanner/fix": ["core", "transports", "probes", "reports", "scanner/admission",
                    "scanner/engine", "scanner/options", "scanner/run", "scanner/store",
                    "scanner/system", "scanner/talk"],
    "scanner/verbs": ["core", "transports", "probes", "reports", "scanner"],
    # A simulator that shares the client's code cannot find its bugs.
    "tests/simfleet": ["core"],
    "tests/unit/core": ["core", "tests/support"],
    # The simulator's server half is what the client is held against.
    "tests/unit/transports": ["core", "transports", "tests/simfleet", "tests/support"],
    "tests/unit/probes": ["core", "probes", "tests/support"],
    "tests/unit/offline": ["core", "offline", "tests/support"],
    "tests/unit/reports": ["core", "reports", "tests/support"],
    "tests/unit/scanner": ["core", "transports", "probes", "reports", "scanner", "tests/support"],
    # Large sweeps in simulated time, with the transports of the engine's tests.
    "tests/unit/shape": ["core", "transports", "probes", "reports", "scanner", "tests/support",
                         "tests/unit/scanner"],
    "tests/unit/simfleet": ["core", "tests/simfleet", "tests/support"],
    "tests/support": ["core", "transports", "probes", "reports", "offline"],
    "bench": ["core", "transports", "scanner"],
}
# Folders whose own folders all need a row: a new one must not fall to the row of the whole.
DIVIDED = ("probes", "scanner")
PROJECT = ("core", "transports", "probes", "reports", "offline", "scanner", "tests", "bench")

# Headers that cost seconds a file or leak macros: only .cpp files include them. Tests are exempt.
HEAVY = re.compile(
    r"^(boost/beast|openssl/|libssh2|cpprest/|pplx/|gssapi|CLI/|yaml-cpp/|yaml\.h|catch2/|"
    r"nlohmann/json\.hpp|pugixml\.hpp|simdjson\.h|sqlite3\.h)"
)
# Small enough, and the element type of its folder's interfaces.
HEAVY_ALLOWED = [("transports/winrm/", "pugixml.hpp")]
# Headers of ours that wrap a heavy one: they may include it, and only .cpp files (and each other)
# may include them.
HEAVY_OF_OURS = (
    "scanner/options/option_archive.hpp",
    "transports/net/shim_stream.hpp",
    "transports/net/tls_async.hpp",
    "transports/ssh/callbacks.hpp",
    "transports/ssh/libssh2_versions.hpp",
    "transports/azure/fields.hpp",
)
# Boost 1.74 needs an include order that only this file knows.
ASIO_DOOR = "core/asio.hpp"
ASIO_HEADERS = "core/asio_headers.hpp"  # that it is made of

SOURCE = (".cpp", ".hpp")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
EMBED = re.compile(r"\bembed_text\s*\(\s*(\S+)\s+(\S+)\s+(\w+)\s*\)")
LINKED = re.compile(r"\brdpsweep_(core|transports|probes|reports|offline|scanner)\b")


def files_below(root):
    """Every source file and CMakeLists.txt of ours, as paths relative to root."""
    for top in PROJECT:
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith(SOURCE) or name == "CMakeLists.txt":
                    yield os.path.relpath(os.path.join(folder, name), root)


def layer_of(path):
    """The key of MAY_INCLUDE that path lies under, or None."""
    under = [layer for layer in MAY_INCLUDE if path.startswith(layer + "/")]
    return max(under, key=len, default=None)


def may_include(layer, target):
    return any(
        target == allowed or target.startswith(allowed + "/")
        for allowed in [layer] + MAY_INCLUDE[layer]
    )


def has_no_row(path, layer):
    """Whether path lies in a folder of a divided one that MAY_INCLUDE does not name."""
    return layer in DIVIDED and path.count("/") > 1


def includes_of(text):
    """(line number, quote, path) of every include outside block comments."""
    in_comment = False
    for number, line in enumerate(text.splitlines(), 1):
        if in_comment:
            in_comment = "*/" not in line
            continue
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(1), found.group(2)
        after = line.rsplit("/*", 1)[1] if "/*" in line else "*/"
        in_comment = "*/" not in after


def embedded_owners(root, paths):
    """The top-level folder that each embedded text belongs to."""
    owners = {}
    for path in paths:
        if not path.endswith("CMakeLists.txt"):
            continue
        with open(os.path.join(root, path), encoding="utf-8") as file:
            for _, _, symbol in EMBED.findall(file.read()):
                owners[symbol] = path.split("/")[0]
    return owners


def judge_include(path, layer, quote, target, owners):
    """What is wrong with one include, or None."""
    if target.startswith("embedded/"):
        owner = owners.get(target[len("embedded/"):].removesuffix(".hpp"))
        if owner is None:
            return "is embedded by no CMakeLists.txt"
        if path.split("/")[0] != owner:
            return f"belongs to {owner}/"
        return None
    if target.split("/")[0] in PROJECT:
        if quote == "<":
            return "is ours: write it in quotes"
        if layer and not may_include(layer, target):
            allowed = ", ".join([layer] + MAY_INCLUDE[layer])
            return f"crosses the layers: {layer} may include {allowed} only"
        if target in HEAVY_OF_OURS and path.endswith(".hpp") and path not in HEAVY_OF_OURS:
            return "wraps a heavy header: include it in the .cpp"
        return None
    if quote == '"':
        return "is not rooted at the repository"
    if not path.endswith(".hpp") or path.startswith("tests/"):
        return None
    if target.startswith("boost/asio") and path not in (ASIO_DOOR, ASIO_HEADERS):
        return f"comes through {ASIO_DOOR} only"
    if HEAVY.match(target) and path not in HEAVY_OF_OURS:
        if any(path.startswith(where) and target == what for where, what in HEAVY_ALLOWED):
            return None
        return "is a heavy header: include it in the .cpp"
    return None


def linked_layers(text):
    """(line number, folder) of every library of ours that a CMakeLists.txt names."""
    for number, line in enumerate(text.splitlines(), 1):
        for found in LINKED.finditer(line.split("#")[0]):
            yield number, found.group(1)


def judge_file(path, text, owners):
    """The violations of one file, one line each."""
    layer = layer_of(path)
    if path.endswith("CMakeLists.txt"):
        if layer is None:
            return
        for number, linked in linked_layers(text):
            if not may_include(layer, linked + "/"):
                yield f"{path}:{number}: {layer}/ must not link rdpsweep_{linked}"
        return
    if layer is None and path.split("/")[0] in PROJECT and not path.startswith("tests/"):
        yield f"{path}:1: lies in no layer"
    if has_no_row(path, layer):
        yield f"{path}:1: lies in a folder that MAY_INCLUDE does not name"
    for number, quote, target in includes_of(text):
        wrong = judge_include(path, layer, quote, target, owners)
        if wrong:
            yield f"{path}:{number}: {target} {wrong}"


def check(root):
    """Every violation below root, and how many files were looked at."""
    paths = list(files_below(root))
    owners = embedded_owners(root, paths)
    violations = []
    for path in paths:
        with open(os.path.join(root, path), encoding="utf-8") as file:
            violations += judge_file(path, file.read(), owners)
    return violations, len(paths)


# --- self-test ------------------------------------------------------------------------------------

CMAKE = "embed_text(rdpsweep_probes collect/a.ps1 a_script)\n"
GOOD = [
    ("core/a.hpp", '#include "core/b.hpp"\n#include <string>\n'),
    ("core/asio.hpp", "#include <boost/asio/io_context.hpp>\n"),
    ("core/a.cpp", "#include <openssl/ssl.h>\n#include <nlohmann/json.hpp>\n"),
    ("core/b.hpp", "#include <nlohmann/json_fwd.hpp>\n"),
    ("transports/azure/fields.hpp", "#include <nlohmann/json.hpp>\n"),
    ("transports/azure/rows.cpp", '#include "transports/azure/fields.hpp"\n'),
    ("transports/winrm/xml.hpp", '#include "core/a.hpp"\n#include <pugixml.hpp>\n'),
    ("probes/collect/c.cpp", '#include "embedded/a_script.hpp"\n'),
    ("reports/c.cpp", '/*\n#include "probes/rule.hpp"\n*/\n#include "core/a.hpp"\n'),
    ("scanner/main.cpp", '#include "scanner/verbs/verbs.hpp"\n'),
    ("scanner/run/d.cpp", '#include "scanner/engine/sweep.hpp"\n#include "reports/r.hpp"\n'),
    ("scanner/engine/d.cpp", '#include "probes/rule.hpp"\n#include "transports/t.hpp"\n'),
    ("probes/services/s.cpp", '#include "probes/rule.hpp"\n#include "probes/reading/r.hpp"\n'),
    ("probes/registry.cpp", '#include "probes/services/rules.hpp"\n'),
    ("tests/simfleet/s.cpp", '#include "tests/simfleet/s.hpp"\n#include "core/a.hpp"\n'),
    ("tests/simfleet/s.hpp", "#include <openssl/ssl.h>\n"),
    ("tests/unit/probes/x.cpp", '#include "probes/rule.hpp"\n#include "tests/support/catch.hpp"\n'),
    ("tests/main.cpp", "#include <catch2/catch.hpp>\n"),
    ("reports/CMakeLists.txt", "# not rdpsweep_probes\nlink(rdpsweep_reports rdpsweep_core)\n"),
]
BAD = [
    ("core/a.hpp", '#include "probes/rule.hpp"\n'),
    ("core/a.cpp", '#include "scanner/engine/sweep.hpp"\n'),
    ("transports/t.cpp", '#include "probes/rule.hpp"\n'),
    ("probes/p.hpp", '#include "transports/transport.hpp"\n'),
    ("reports/r.cpp", '#include "probes/rule.hpp"\n'),
    ("offline/o.cpp", '#include "transports/transport.hpp"\n'),
    ("reports/r.cpp", '  #  include "scanner/engine/sweep.hpp"\n'),
    ("reports/r.cpp", "#include <probes/rule.hpp>\n"),
    ("scanner/s.cpp", '#include "tests/simfleet/fleet.hpp"\n'),
    ("scanner/engine/e.cpp", '#include "scanner/fix/driver.hpp"\n'),
    ("scanner/run/r.cpp", '#include "scanner/fix/driver.hpp"\n'),
    ("scanner/inventory/i.cpp", '#include "scanner/cli/options.hpp"\n'),
    ("scanner/talk/t.cpp", '#include "transports/transport.hpp"\n'),
    ("scanner/annexe/a.cpp", "#include <string>\n"),
    ("probes/services/s.cpp", '#include "probes/machine_keys/rules.hpp"\n'),
    ("probes/reading/r.cpp", '#include "probes/services/rules.hpp"\n'),
    ("scanner/s.cpp", '#include "sweep.hpp"\n'),
    ("scanner/s.cpp", '#include "../core/a.hpp"\n'),
    ("tests/simfleet/s.cpp", '#include "transports/winrm/wsman.hpp"\n'),
    ("tests/simfleet/s.cpp", '#include "tests/support/run_task.hpp"\n'),
    ("tests/unit/simfleet/s.cpp", '#include "probes/rule.hpp"\n'),
    ("tests/unit/reports/r.cpp", '#include "probes/rule.hpp"\n'),
    ("tests/support/x.hpp", '#include "scanner/engine/sweep.hpp"\n'),
    ("scanner/s.hpp", "#include <boost/beast/core.hpp>\n"),
    ("scanner/s.hpp", "#include <boost/asio/io_context.hpp>\n"),
    ("transports/net/t.hpp", "#include <openssl/ssl.h>\n"),
    ("transports/net/t.hpp", "#include <pugixml.hpp>\n"),
    ("transports/winrm/g.hpp", "#include <gssapi/gssapi.h>\n"),
    ("transports/ssh/s.hpp", "#include <libssh2.h>\n"),
    ("transports/azure/a.hpp", "#include <cpprest/http_client.h>\n"),
    ("core/json.hpp", "#include <nlohmann/json.hpp>\n"),
    ("core/json_document.hpp", "#include <simdjson.h>\n"),
    ("transports/azure/arm.hpp", '#include "transports/azure/fields.hpp"\n'),
    ("scanner/o.hpp", "#include <CLI/CLI.hpp>\n"),
    ("reports/r.cpp", '#include "embedded/a_script.hpp"\n'),
    ("probes/p.cpp", '#include "embedded/unknown.hpp"\n'),
    ("probes/CMakeLists.txt", CMAKE + "link(rdpsweep_probes rdpsweep_transports)\n"),
    ("tests/simfleet/CMakeLists.txt", "link(simfleet rdpsweep_transports)\n"),
]


def check_sample(path, text):
    with tempfile.TemporaryDirectory() as root:
        for name, content in (("probes/CMakeLists.txt", CMAKE), (path, text)):
            os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
            with open(os.path.join(root, name), "w", encoding="utf-8") as file:
                file.write(content)
        return check(root)[0]


def self_test():
    failures = []
    for path, text in GOOD:
        violations = check_sample(path, text)
        if violations:
            failures.append(f"good sample refused: {violations}")
    for path, text in BAD:
        if len(check_sample(path, text)) != 1:
            failures.append(f"bad sample not caught once: {path}: {text!r}")
    for failure in failures:
        print(failure)
    print(f"check_layers.py: {len(GOOD)} good and {len(BAD)} bad samples, {len(failures)} failures")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=os.path.join(os.path.dirname(__file__), ".."))
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    violations, files = check(options.root)
    for violation in violations:
        print(violation)
    if not files:
        print(f"check_layers.py: no source files below {options.root}")
    return 1 if violations or not files else 0


if __name__ == "__main__":
    sys.exit(main())
