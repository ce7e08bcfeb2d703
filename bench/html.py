#!/usr/bin/env python3
"""How long the HTML report of a made-up fleet takes to open in a real Chromium, and its size.

usage: bench/html.py [--hosts 10000] [--repeat 5]     (RDPSWEEP_BUILD: default build/release)

Each page is opened from a file in a browser that is running already, offline. load: until the load
event, painted: until the first content is painted, filter: from a keystroke until the matching hosts
are shown, unfold: until a packed host shows its evidence. Medians; all in ms.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "integration"))
from support import browser  # noqa: E402

BUILD = pathlib.Path(os.environ.get("RDPSWEEP_BUILD", ROOT / "build" / "release"))

LOAD = "performance.getEntriesByType('navigation')[0].loadEventEnd"
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"
FILTER = """new Promise(done => {
  const begun = performance.now();
  const filter = document.getElementById('filter');
  new MutationObserver(() => requestAnimationFrame(() => done(performance.now() - begun - 120)))
    .observe(document.getElementById('matches'), {childList: true});
  filter.value = '00077';
  filter.dispatchEvent(new Event('input'));
})"""
UNFOLD = """new Promise(done => {
  const host = document.querySelector('.h[data-e]');
  if (!host) { done(0); return; }
  const begun = performance.now();
  new MutationObserver(() => done(performance.now() - begun)).observe(host, {childList: true});
  host.open = true;
})"""


def measure(page, path):
    page.open(path)
    page.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return [page.run(script) for script in (LOAD, PAINT, FILTER, UNFOLD)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hosts", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=5)
    wanted = parser.parse_args()
    program = browser.find()
    if program is None:
        sys.exit("bench/html.py: no Chromium is installed")
    print("| fleet | hosts | MB | load | painted | filter | unfold |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, browser.Browser(program) as page:
        for kind in ("mixed", "sick", "varied"):
            path = pathlib.Path(folder) / f"{kind}.html"
            with open(path, "wb") as file:
                subprocess.run([BUILD / "tests" / "support" / "render-report", "html", kind,
                                str(wanted.hosts)], stdout=file, check=True)
            runs = [measure(page, path) for _ in range(wanted.repeat)]
            medians = [f"{statistics.median(column):.0f}" for column in zip(*runs)]
            size = path.stat().st_size / 1e6
            print(f"| {kind} | {wanted.hosts:,} | {size:.2f} | " + " | ".join(medians) + " |", flush=True)


if __name__ == "__main__":
    main()
