#!/usr/bin/env python3
"""Three nights of a fleet that drifts, compared by `diff`: the word of each host is the one that stands here by
hand, jq adds up the sums, and text of strangers is only text in each format."""
import csv
import html.parser
import json
import pathlib
import subprocess
import sys

from support import lib

ROOT = pathlib.Path(__file__).resolve().parents[2]
VMS = 8
SEED = 5
EVIL = "<script>alert(1)</script>"
WELL, ILL, CLOSED = "well", "ill", "closed"

# Each host's VM, and how it is in each night; nothing: it is not in the inventory.
NIGHTS = {
    "same": ((0, WELL), (0, WELL), (0, WELL)),
    "getting-worse": ((1, WELL), (1, WELL), (1, ILL)),
    "getting-better": ((2, ILL), (2, ILL), (2, WELL)),
    "going-silent": ((3, ILL), (3, ILL), (3, CLOSED)),
    "coming-back": ((4, WELL), (4, CLOSED), (4, ILL)),
    "still-silent": ((5, CLOSED), (5, CLOSED), (5, CLOSED)),
    "leaving": ((6, WELL), (6, WELL), None),
    "joining": (None, None, (6, ILL)),
    "another-windows": ((7, WELL), (7, WELL), (5, ILL)),
}
# Of the third night against the second.
WORDS = {
    "same": "same",
    "getting-worse": "worse",
    "getting-better": "better",
    "going-silent": "became_unassessable",
    "coming-back": "reassessable",
    "still-silent": "still_unassessable",
    "leaving": "left",
    "joining": "joined",
    "another-windows": "rebuilt",
}


def output(*command, **kwargs):
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True, **kwargs).stdout


class Nights:
    """Two fleets of the same VMs, one of them with TLS switched off, behind one inventory."""

    def __init__(self, well, ill):
        self.fleets = {WELL: well, ILL: ill}
        self.addresses = [line.split("address: ")[1].split(",")[0]
                          for line in well.inventory.read_text().splitlines() if "address: " in line]
        self.state = well.path / "state"
        self.inventory = well.path / "nights.yaml"
        self.ca = well.path / "both.pem"
        self.ca.write_text(well.ca.read_text() + ill.ca.read_text())
        self.ids = []  # of the nights so far

    def target(self, name, vm, how):
        port = self.fleets[how].port if how in self.fleets else lib.free_port()
        return (f"  - {{ name: {name}, address: {self.addresses[vm]}, winrm: {{ port: {port} }}, "
                f"rdp: {{ outside: false }}, tags: {{ site: {json.dumps(EVIL)} }} }}")

    def scan(self, night, *options):
        lines = ["version: 1", "credentials:",
                 r"  fleet: { username: 'SIM\sweeper', password: { env: RDPSWEEP_PASSWORD } }",
                 "defaults: { route: [winrm], credential: fleet }", "targets:"]
        lines += [self.target(name, *nights[night]) for name, nights in NIGHTS.items() if nights[night]]
        self.inventory.write_text("\n".join(lines) + "\n")
        lib.rdpsweep("scan", "-i", self.inventory, "--ca-file", self.ca, "--state", self.state, "--retries", "0",
                     "--name", "nightly", *options, password=self.fleets[WELL].password, status=(10, 11, 12))
        self.ids = sorted(run.name for run in (self.state / "runs").iterdir())

    def diff(self, *words, status=0):
        return lib.rdpsweep("diff", *words, "--state", self.state, status=status)


def words(nights):
    told = nights.diff("last", "--format", "json").stdout
    rows = output("jq", "-r", '.changed[] | [.name, .word] | join(" ")', input=told).splitlines()
    found = dict(row.split() for row in rows)
    wanted = {name: word for name, word in WORDS.items() if word != "same"}
    lib.check(found == wanted, f"each host has its word: {found}")
    sums = ".summary | ([.hosts[]] | add) == .hosts_before + .hosts_after - .hosts_both and .balanced"
    lib.check(output("jq", sums, input=told).strip() == "true", "jq adds them up")
    once = "(.changed | length) + .summary.hosts.same == ([.summary.hosts[]] | add)"
    lib.check(output("jq", once, input=told).strip() == "true", "each host is there once")
    document = json.loads(told)
    lib.check([document["before"]["id"], document["after"]["id"]] == nights.ids[1:], "of the last two nights")
    return document


def findings(document, nights):
    by_name = {host["name"]: host for host in document["changed"]}

    def rules(name, word):
        return {finding["rule"] for finding in by_name[name]["findings"] if finding["word"] == word}

    tls = rules("getting-worse", "new")
    lib.check("TLS.PROTO" in tls, f"what is new: {by_name['getting-worse']}")
    lib.check(rules("getting-better", "fixed") == tls, f"is what was fixed elsewhere: {by_name['getting-better']}")
    lib.check(rules("going-silent", "unverified_since") == tls, f"and unverified where nobody looked: {tls}")
    back = by_name["coming-back"]
    lib.check(rules("coming-back", "new") == tls and back["since"] == nights.ids[0],
              f"compared with the night before the silence: {back}")
    still = by_name["still-silent"]
    lib.check(still["since"] == nights.ids[0] and still["rung"] == "tcp", f"silent from the first night on: {still}")
    lib.check(by_name["another-windows"]["findings"] == [], "another Windows is not compared")
    lib.check(document["summary"]["first_bad"] == 2, "one that joined and one that was rebuilt are bad")
    lib.check(document["summary"]["with_news"] == 2, f"two have news: {document['summary']}")


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.texts.append(data)


def formats(nights, folder):
    document = folder / "diff.json"
    nights.diff("last", "--format", "json", "--out", document)
    valid = subprocess.run([sys.executable, ROOT / "tests/integration/validate_schema.py",
                            ROOT / "docs/schema/diff-1.schema.json", document], check=False)
    lib.check(valid.returncode == 0, "the document matches its schema")
    page = Page(nights.diff("last", "--format", "html").stdout)
    lib.check("table" in page.tags and not page.tags & {"script", "img", "link"}, f"tags of the page: {page.tags}")
    lib.check(any("getting-worse" in text for text in page.texts), "the page has the hosts")
    for form in ("text", "markdown"):
        told = nights.diff("last", "--format", form).stdout
        lib.check("10 hosts" not in told and "9 hosts = " in told, f"{form} has the sum: {told}")
        lib.check("getting-worse" in told and "became unassessable" in told, f"{form} has names: {told}")
        lib.check("\x1b" not in told, f"{form} has no escapes")
    lib.check("變為無法評估" in nights.diff("last", "--lang", "zh-TW").stdout, "in the other language")


def baselines(nights, folder):
    """Reports of the last night that know the one before, each read by somebody else."""
    forms = {"json": "json", "csv": "csv", "sarif": "sarif", "prometheus": "prom", "html": "html"}
    options = [word for form, suffix in forms.items() for word in ("--report", f"{form}:{folder / 'since'}.{suffix}")]
    done = lib.rdpsweep("report", "last:nightly", "--since-last", "--fail-on", "new", "--report", "text", *options,
                        "--state", nights.state, status=12)
    lib.check("2 hosts with new findings since run" in done.stdout.splitlines()[2], f"it begins with: {done.stdout}")
    there = {name: word for name, word in WORDS.items() if name != "leaving"}
    valid = subprocess.run([sys.executable, ROOT / "tests/integration/validate_schema.py",
                            ROOT / "docs/schema/report-1.schema.json", folder / "since.json"], check=False)
    lib.check(valid.returncode == 0, "the report matches its schema")
    words = output("jq", "-r", '.hosts[] | [.name, .change.word] | join(" ")', folder / "since.json").splitlines()
    lib.check(dict(row.split() for row in words) == there, f"jq finds the words in the report: {words}")
    with open(folder / "since.csv", newline="", encoding="utf-8") as rows:
        lib.check({row["name"]: row["change"] for row in csv.DictReader(rows)} == there, "so does a reader of CSV")
    states = output("jq", "-r", ".runs[0].results[] | .baselineState", folder / "since.sarif").split()
    # TLS off was there before and is on other hosts now; of the silent one nothing is known: not absent.
    lib.check(set(states) == {"updated"}, f"states of the results: {states}")
    samples = dict(line.rsplit(" ", 1) for line in (folder / "since.prom").read_text().splitlines() if line[0] != "#")
    for word in set(WORDS.values()):
        lib.check(samples[f'rdpsweep_hosts{{change="{word}"}}'] == "1", f"a sample of {word}")
    lib.check(int(samples['rdpsweep_findings{state="new"}']) > 1, "and of findings")
    page = Page((folder / "since.html").read_text())
    lib.check("became unassessable" in page.texts, "the page has the word at the host")
    nights.diff("last", "--fail-on", "worse", status=10)
    nights.diff("last", "--fail-on", "unassessable", status=11)
    lib.rdpsweep("report", "last", "--fail-on", "new", "--state", nights.state, status=2)


def hostile(nights, folder):
    """A stored run is a file that a stranger's text is in."""
    path = nights.state / "runs" / nights.ids[2] / "hosts.jsonl"
    text = path.read_text()
    lib.check('"name":"getting-worse"' in text, "the host is stored")
    path.write_text(text.replace('"name":"getting-worse"', '"name":' + json.dumps(EVIL + "\x1b[2J\u202e")))
    page = Page(nights.diff("last", "--format", "html").stdout)
    lib.check("script" not in page.tags and any(EVIL in part for part in page.texts), "shown on the page, not run")
    told = nights.diff("last", "--color", "never").stdout
    lib.check("alert(1)" in told and "\x1b" not in told and "\u202e" not in told, f"text on the terminal: {told!r}")
    read = output("jq", "-r", '.changed[] | select(.word == "worse") | .name', input=nights.diff(
        "last", "--format", "json").stdout)
    lib.check(read.startswith(EVIL), f"jq reads it as it is: {read!r}")
    path.write_text(text)


def endings(nights):
    lib.check("RUN is required" in nights.diff(status=2).stderr, "no run")
    lib.check("two runs at most" in nights.diff("a", "b", "c", status=2).stderr, "three runs")
    nights.diff("last:nobody", status=2)
    nights.diff(nights.ids[0], status=2)  # nothing is before it
    nights.diff("last", "--format", "csv", status=2)
    first, _, third = nights.ids[:3]
    document = json.loads(nights.diff(first, third, "--format", "json").stdout)
    lib.check(document["summary"]["hosts"]["left"] == 1, "two that are named")
    nights.scan(2, "--limit", "3")
    document = json.loads(nights.diff("last", "--format", "json").stdout)
    lib.check(document["after"]["id"] == third, "a part of the targets is not the last night")
    document = json.loads(nights.diff(third, "last", "--format", "json").stdout)
    lib.check(document["summary"]["hosts"]["left"] == 0 and document["summary"]["hosts"]["not_compared"] == 5,
              f"nothing left: {document['summary']}")


def main():
    with lib.Fleet(VMS, "healthy", seed=SEED) as well:
        with lib.Fleet(VMS, "one:tls_all_off", seed=SEED, password=well.password) as ill:
            nights = Nights(well, ill)
            for night in range(3):
                nights.scan(night)
            findings(words(nights), nights)
            formats(nights, well.path)
            baselines(nights, well.path)
            hostile(nights, well.path)
            endings(nights)
    lib.finish()


main()
