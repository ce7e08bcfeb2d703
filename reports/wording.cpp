// Holds the words, numbers and durations that text, Markdown, HTML and SARIF say in the same way.
#include "reports/wording.hpp"

#include "core/text.hpp"
#include "reports/digest.hpp"

#include <algorithm>
#include <cstdio>

namespace rdpsweep {

namespace {

constexpr std::size_t listed_name_bytes =
    60; // shown of one host's name; Azure allows 64, DNS 63 a label
constexpr std::size_t value_bytes = 200;
constexpr std::size_t value_length = 28; // characters of a value inside a group's sentence

} // namespace

std::string_view glyph(Verdict verdict) noexcept {
    switch (verdict) {
    case Verdict::broken:
        return "✖";
    case Verdict::at_risk:
        return "▲";
    case Verdict::unknown:
        return "?";
    case Verdict::ok:
        return "✔";
    case Verdict::not_applicable:
        return "–";
    }
    return "?";
}

std::string word(const Catalogue& messages, Verdict verdict) {
    return messages.text("report.verdict." + std::string(to_string(verdict)));
}

std::string_view glyph(const HostResult& host) noexcept {
    return host.ok_by_disk_alone() ? "○" : glyph(host.verdict);
}

std::string word(const Catalogue& messages, const HostResult& host) {
    if (host.ok_by_disk_alone()) return messages.text("report.verdict.ok_disk");
    return word(messages, host.verdict);
}

std::string down_since(const Catalogue& messages, const HostResult& host) {
    if (host.source != Source::disk) return {};
    if (host.disk.last_alive == 0) return messages.text("report.disk.since_unknown");
    std::string stopped = host.disk.stopped == 0 ? "?" : to_iso8601(host.disk.stopped);
    return messages.say(
        {"report.disk.since",
         {{"alive", to_iso8601(host.disk.last_alive)}, {"stopped", std::move(stopped)}}}
    );
}

std::string disks_sentence(const Catalogue& messages, const Totals& totals) {
    if (totals.disk_alone() == 0) return {};
    return messages.say(
        {"report.disk.totals",
         {{"hosts", hosts(messages, totals.disk_alone())},
          {"ok", grouped(totals.disk_alone(Verdict::ok))}}}
    );
}

std::string word(const Catalogue& messages, Outcome outcome) {
    return messages.text("report.outcome." + std::string(to_string(outcome)));
}

std::string title(const Catalogue& messages, Cause cause) {
    const auto name = std::string(to_string(cause));
    const auto key = "cause." + name + ".title";
    return messages.has(key) ? messages.text(key) : name;
}

std::string say_of_many(const Catalogue& messages, const Message& note) {
    const auto key = note.key + ".fleet";
    return messages.has(key) ? messages.text(key) : messages.say(note);
}

std::string shortened(std::string_view text, std::size_t most) {
    std::vector<std::size_t> starts; // of its characters
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) starts.push_back(i);
    }
    if (starts.size() <= most || most < 3) return std::string(text);
    const auto tail = (most - 1) / 2;
    const auto head = most - 1 - tail;
    return std::string(text.substr(0, starts[head])) + "…" +
           std::string(text.substr(starts[starts.size() - tail]));
}

std::string summary(const Catalogue& messages, const Group& group) {
    if (group.summary.key.empty()) return messages.text("report.summary.none");
    auto brief = group.summary;
    for (auto& [name, value] : brief.arguments) {
        value = shortened(printable(value, value_bytes), value_length);
    }
    return messages.say(brief);
}

std::string grouped(std::size_t number) {
    auto digits = std::to_string(number);
    for (auto at = digits.size(); at > 3;) {
        at -= 3;
        digits.insert(at, ",");
    }
    return digits;
}

std::string hosts(const Catalogue& messages, std::size_t count) {
    const auto* key = count == 1 ? "report.hosts.one" : "report.hosts.many";
    return messages.say({key, {{"count", grouped(count)}}});
}

std::string headline(const Catalogue& messages, const Totals& totals) {
    const std::map<std::string, std::string> arguments{
        {"broken", hosts(messages, totals.of(Verdict::broken))},
        {"at_risk", grouped(totals.of(Verdict::at_risk))},
        {"assessed", grouped(totals.of(Outcome::assessed))},
        {"targets", grouped(totals.targets)},
    };
    const auto* key = "report.html.headline";
    const bool calm = totals.of(Verdict::broken) + totals.of(Verdict::at_risk) == 0;
    if (calm) key = "report.html.headline.calm";
    if (totals.of(Outcome::assessed) == 0) key = "report.html.headline.nothing";
    return messages.say({key, arguments});
}

std::string verdict_sentence(const Catalogue& messages, const HostResult& host) {
    if (host.outcome != Outcome::assessed) {
        const auto obstacle = obstacle_of(host);
        if (obstacle.rung.empty()) return messages.phrase(obstacle.reason);
        return messages.say({"report.obstacle", {{"rung", obstacle.rung}, {"code", obstacle.code}}}
        );
    }
    if (const auto* finding = deciding_finding(host)) return messages.say(finding->summary);
    return host.verdict == Verdict::ok ? messages.text(host.meaning_of_ok()) : std::string();
}

std::string duration(std::chrono::milliseconds took) {
    const auto ms = static_cast<long long>(took.count());
    char text[64];
    if (ms < 1'000) {
        std::snprintf(text, sizeof text, "%lld ms", ms);
    } else if (ms < 60'000) {
        std::snprintf(text, sizeof text, "%lld.%lld s", ms / 1'000, ms / 100 % 10);
    } else if (ms < 3'600'000) {
        std::snprintf(text, sizeof text, "%lld min %lld s", ms / 60'000, ms / 1'000 % 60);
    } else {
        std::snprintf(text, sizeof text, "%lld h %lld min", ms / 3'600'000, ms / 60'000 % 60);
    }
    return text;
}

std::string percent(std::size_t part, std::size_t whole) {
    if (whole == 0 || part == whole) return "100";
    if (part == 0) return "0";
    const auto tenths = std::clamp<std::size_t>((part * 1000 + whole / 2) / whole, 1, 999);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

std::string
some_names(const Catalogue& messages, const std::vector<std::string>& names, std::size_t count) {
    std::string text;
    const auto shown = std::min<std::size_t>(names.size(), 3);
    for (std::size_t i = 0; i < shown; ++i) {
        if (i > 0) text += ", ";
        text += printable(names[i], listed_name_bytes);
    }
    if (count <= shown) return text;
    return text + " " + messages.say({"report.more", {{"count", grouped(count - shown)}}});
}

} // namespace rdpsweep
