#!/usr/bin/env python3
"""The HTML report in a real browser: offline, by keyboard, on paper, without JavaScript.

Nothing here is timed: bench/html.py measures. Without a Chromium the test is skipped (77).
"""
import base64
import pathlib
import subprocess
import sys
import tempfile

from support import browser
from support import lib

RENDER = lib.BUILD / "tests" / "support" / "render-report"
MOST = 5_000_000
VISIBLE = "[...document.querySelectorAll('.h')].filter(h => !h.closest('[hidden]')).length"
SETTLED = "new Promise(done => setTimeout(done, 300))"


def render(folder, kind, count, language="en"):
    path = pathlib.Path(folder) / f"{kind}-{count}-{language}.html"
    with open(path, "wb") as file:
        subprocess.run([RENDER, "html", kind, str(count), language], stdout=file, check=True)
    lib.check(path.stat().st_size < MOST, f"{kind}: {path.stat().st_size} bytes")
    return path


def main():
    program = browser.find()
    if program is None:
        print("SKIPPED: no Chromium is installed (scripts/setup.sh test)")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder, browser.Browser(program) as page:
        for kind in ("mixed", "sick", "varied"):
            page.open(render(folder, kind, 10_000))
            everything(page, kind)
        page.open(render(folder, "sick", 10_000, "zh-TW"))
        lib.check(page.run("document.documentElement.lang") == "zh-TW", "the language is named")
        page.open(pathlib.Path(folder) / "sick-10000-en.html")
        filters(page)
        evidence(page)
        page.open(render(folder, "mixed", 1_000))
        paper(page, folder)
        hostile(page, render(folder, "hostile", 3))
        without_script(page, pathlib.Path(folder) / "sick-10000-en.html")
    lib.finish()


def everything(page, kind):
    lib.check(page.run("performance.getEntriesByType('resource').length") == 0, f"{kind}: nothing is fetched")
    lib.check(not page.complaints(), f"{kind}: no complaint, not {page.complaints()[:2]}")
    shown = page.run("document.querySelectorAll('.h, .r tbody tr').length")
    lib.check(shown == 10_000, f"{kind}: every host is on the page, not {shown}")


def filters(page):
    page.key("/")
    lib.check(page.run("document.activeElement.id") == "filter", "/ goes to the filter")
    page.call("Input.insertText", text="sql-00077")
    page.run(SETTLED)
    lib.check(page.run(VISIBLE) == 1, f"one host matches, not {page.run(VISIBLE)}")
    page.key("Enter")
    lib.check(page.run("document.activeElement.closest('.h')?.textContent.includes('sql-00077')"),
              "Enter goes to the first match")
    page.key("/")
    page.key("Escape")
    page.run(SETTLED)
    lib.check(page.run(VISIBLE) == 10_000, "Escape shows all again")
    page.key("Tab")
    lib.check(page.run("document.activeElement.dataset.shows") == "broken", "Tab goes to the buttons")
    page.key(" ")
    lib.check(page.run(VISIBLE) == 0, "Space hides the broken")
    page.key(" ")
    lib.check(page.run(VISIBLE) == 10_000, "and shows them again")


def evidence(page):
    packed = "document.querySelector('.h[data-e=\"4321\"]')"
    lib.check(page.run(f"{packed}.querySelector('table') === null"), "evidence is packed")
    page.run(f"{packed}.querySelector('summary').focus()")
    page.key("Enter")
    page.run(SETTLED)
    lib.check("/keys/files/0/sddl" in page.run(f"{packed}.textContent"), "and unfolds by keyboard")
    name = page.run(f"{packed}.querySelector('b').textContent")
    number = str(int(name.split("-")[1]))
    lib.check(f"4_{number}" in page.run(f"{packed}.querySelector('table').textContent"),
              f"{name} has its own evidence")
    lib.check(not page.complaints(), f"no complaint, not {page.complaints()[:2]}")


def paper(page, folder):
    pdf = page.call("Page.printToPDF", preferCSSPageSize=True, pageRanges="1-2", printBackground=False)
    path = pathlib.Path(folder) / "report.pdf"
    path.write_bytes(base64.b64decode(pdf["data"]))
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True,
                          check=True).stdout
    info = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    lib.check("RDP fleet report" in text and "1,000" in text, "the paper has title and totals")
    lib.check("Find a host" not in text, "and not the filter")
    lib.check("A4" in info, f"it is A4: {info}")


def hostile(page, path):
    page.open(path)
    lib.check(not page.complaints(), f"hostile: no complaint, not {page.complaints()[:2]}")
    lib.check(page.run("document.scripts.length") == 1, "hostile: no script but ours")
    page.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.run(SETTLED)
    lib.check(page.run("document.scripts.length") == 1, "hostile: nor in the evidence")
    lib.check("<script>alert(1)" in page.run("document.body.textContent"), "hostile: its text is shown")


def without_script(page, path):
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    page.open(path)
    lib.check(page.run("document.getElementById('tools').hidden"), "without JavaScript no filter is promised")
    lib.check("JavaScript" in page.run("document.querySelector('noscript').textContent"), "and it is said")
    lib.check(page.run("document.querySelectorAll('.h').length") == 10_000, "all hosts are there")
    plain = page.run("document.querySelectorAll('.h table').length")
    lib.check(plain > 100, f"the first ones with their evidence, {plain} of them")


if __name__ == "__main__":
    main()
