"""The areas that are mutated: which sources, which program of unit tests, which of its tests first."""
import glob
import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Area:
    sources: tuple
    program: str
    first: tuple = ()  # tags of the tests that are likely to notice; then come the others,
    slow: str = ""  # and at last, of those that take long, these
    but: tuple = ()
    apart: tuple = ()  # folders whose sources are not compiled in batches


_FIXES = ("probes/fix/*.cpp", "probes/*/fix.cpp", "probes/*/*_fix.cpp")

AREAS = {
    "rules": Area(("probes/*.cpp", "probes/*/*.cpp"), "unit_probes",
                  but=_FIXES + ("probes/collect/*.cpp",)),
    "fixes": Area(_FIXES, "unit_probes", ("[fix]",)),
    "collect": Area(("probes/collect/*.cpp", "probes/collect/cim/*.cpp"), "unit_probes",
                    slow="[cim][slow]"),
    "plan": Area(("scanner/fix/*.cpp",), "unit_scanner", ("[fix]", "[window]"), "[fix][slow]",
                 apart=("scanner/fix",)),
    "admission": Area(("scanner/admission/*.cpp",), "unit_scanner",
                      ("[admission]", "[breaker]", "[window]"),
                      apart=("scanner/admission",)),
    "codecs": Area(("transports/rdp/*.cpp", "transports/winrm/*.cpp", "transports/serial/*.cpp",
                    "transports/azure/*.cpp"), "unit_transports", apart=(
                        "transports/rdp", "transports/winrm", "transports/serial", "transports/azure")),
    "core": Area(("core/*.cpp",), "unit_core", apart=("core/",)),
    "reports": Area(("reports/*.cpp", "reports/*/*.cpp"), "unit_reports",
                    apart=("reports/", "reports/html", "reports/markdown", "reports/text")),
    "inventory": Area(("scanner/inventory/*.cpp",), "unit_scanner", ("[inventory]",),
                      apart=("scanner/inventory",)),
}


def sources(root, area):
    def matching(patterns):
        return {os.path.relpath(path, root) for pattern in patterns
                for path in glob.glob(os.path.join(root, pattern))}
    return sorted(matching(area.sources) - matching(area.but))
