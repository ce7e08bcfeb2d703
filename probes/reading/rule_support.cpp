// Building findings: defaults of severity, bounded evidence, and the words for what was not read.
#include "probes/reading/rule_support.hpp"

#include "core/text.hpp"
#include "probes/reading/disk_view.hpp"

#include <cstdio>
#include <cstdlib>

namespace rdpsweep {

namespace {

constexpr std::size_t max_evidence = 24;
constexpr std::size_t max_text = 600;

std::string bounded(std::string text) {
    if (text.size() > max_text) {
        text.resize(max_text);
        text += "...";
    }
    return text;
}

Severity default_severity(const RuleTraits& rule, Verdict verdict) {
    switch (verdict) {
    case Verdict::broken:
    case Verdict::unknown:
        return rule.worst;
    case Verdict::at_risk:
        return rule.worst == Severity::critical ? Severity::high : rule.worst;
    case Verdict::ok:
    case Verdict::not_applicable:
        break;
    }
    return Severity::low;
}

} // namespace

Draft::Draft(const RuleTraits& rule, Verdict verdict, std::string_view slug) {
    finding_.rule = rule.id;
    finding_.cause = rule.cause;
    finding_.article_step = rule.article_step;
    finding_.verdict = verdict;
    finding_.severity = default_severity(rule, verdict);
    if (slug.starts_with("rule."))
        finding_.summary.key = slug;
    else
        finding_.summary.key = std::string(rule.id) + "." + std::string(slug);
}

Draft& Draft::with(std::string_view name, std::string value) {
    finding_.summary.arguments.insert_or_assign(std::string(name), bounded(std::move(value)));
    return *this;
}

Draft& Draft::saw(std::string pointer, std::string observed, std::string expected) {
    if (finding_.evidence.size() < max_evidence) {
        finding_.evidence.push_back(
            {std::move(pointer), bounded(std::move(observed)), bounded(std::move(expected))}
        );
    }
    return *this;
}

Draft& Draft::severity(Severity severity) {
    finding_.severity = severity;
    return *this;
}

Draft& Draft::confidence(Confidence confidence) {
    finding_.confidence = confidence;
    return *this;
}

Draft& Draft::cause(Cause cause) {
    finding_.cause = cause;
    return *this;
}

Draft broken(const RuleTraits& rule, std::string_view slug) {
    return {rule, Verdict::broken, slug};
}

Draft at_risk(const RuleTraits& rule, std::string_view slug) {
    return {rule, Verdict::at_risk, slug};
}

Draft unknown(const RuleTraits& rule, std::string_view slug) {
    return {rule, Verdict::unknown, slug};
}

Draft ok(const RuleTraits& rule, std::string_view slug) {
    return {rule, Verdict::ok, slug};
}

Draft not_applicable(const RuleTraits& rule, std::string_view slug) {
    return {rule, Verdict::not_applicable, slug};
}

Draft unread(
    const RuleTraits& rule,
    const Facts& facts,
    std::string_view pointer,
    const std::optional<Error>& error
) {
    if (needs_running(facts, pointer)) return offline(rule, pointer);
    std::string why = "not collected";
    if (const Unread* entry = facts.why_unread(pointer)) {
        why = entry->why;
        if (!entry->code.empty()) why += " (" + entry->code + ")";
    } else if (error) {
        why = error->detail();
    }
    Draft draft = unknown(rule, unread_key);
    draft.with("what", std::string(pointer)).with("why", why);
    draft.saw(std::string(pointer), why, "readable");
    return draft;
}

Draft offline(const RuleTraits& rule, std::string_view pointer) {
    return not_applicable(rule, offline_key).with("what", std::string(pointer));
}

Finding& lower(Finding& lost, Severity severity) {
    if (lost.verdict == Verdict::unknown) lost.severity = severity;
    return lost;
}

std::string text(const Dword& value) {
    return value ? std::to_string(*value) : "absent";
}

std::string hex(std::uint32_t value) {
    std::array<char, 11> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "0x%x", value);
    return buffer.data();
}

std::string pointer_at(std::string_view array, std::size_t index, std::string_view member) {
    std::string pointer(array);
    pointer += '/' + std::to_string(index);
    if (!member.empty()) pointer += '/' + std::string(member);
    return pointer;
}

std::optional<std::uint32_t> build_of(const Facts& facts) noexcept {
    if (!facts.os || facts.os->build == 0) return std::nullopt;
    return facts.os->build;
}

bool has_rdp_server(const Facts& facts) noexcept {
    return !facts.os || !(iequals(facts.os->install_type, "Nano Server") || facts.os->winpe);
}

Clocks clocks_of(const Facts& facts, const Policy& policy, std::int64_t now) noexcept {
    Clocks clocks;
    clocks.ours = facts.received_at != 0 ? facts.received_at : now;
    clocks.vm = clocks.ours;
    const bool ran = facts.collector && !read_from_disk(facts);
    if (ran && facts.collector->utc != 0) clocks.vm = facts.collector->utc;
    const std::int64_t apart = std::llabs(clocks.vm - clocks.ours);
    clocks.skewed = apart > std::chrono::seconds(policy.clock_skew).count();
    return clocks;
}

Rule make_rule(
    const RuleTraits& traits, std::span<const std::string_view> messages, Evaluate* evaluate
) {
    return {traits.id, traits.cause, 0, traits.article_step, messages, evaluate};
}

} // namespace rdpsweep
