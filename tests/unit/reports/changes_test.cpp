// The table of words, held against a second writing of it: over random looks at a host, exactly one
// row fits, it is the one that compare() says, and no altered table passes for it.
#include "reports/changes/compare.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <random>
#include <set>

using namespace rdpsweep;

namespace {

// A host in three runs, and what may be said of them.
struct Triple {
    std::optional<SeenHost> past, before, after;
    bool may_join = true;
    bool may_leave = true;
    std::set<std::uint32_t> had_rules, past_rules;
};

template <class Value>
const Value* pointer(const std::optional<Value>& value) {
    return value ? &*value : nullptr;
}

using Compare = std::function<HostChange(const Triple&)>;

HostChange as_built(const Triple& triple) {
    Terms terms;
    terms.may_join = triple.may_join;
    terms.may_leave = triple.may_leave;
    terms.had_rule = [&](std::uint32_t rule) { return triple.had_rules.contains(rule); };
    terms.past_had_rule = [&](std::uint32_t rule) { return triple.past_rules.contains(rule); };
    return compare(pointer(triple.before), pointer(triple.after), pointer(triple.past), terms);
}

class Dice {
public:
    explicit Dice(unsigned seed) : engine_(seed) {}

    std::size_t below(std::size_t sides) { return engine_() % sides; }

    SeenHost host() {
        SeenHost host;
        host.id = "vm";
        host.outcome = below(2) == 0 ? Outcome::assessed : static_cast<Outcome>(below(5));
        if (!host.assessed()) return host;
        const char* guids[] = {"", "one", "one", "one", "other"};
        host.machine_guid = guids[below(5)];
        for (std::uint32_t rule = 0; rule < 3; ++rule) {
            if (below(5) == 0) continue;
            const auto verdict = below(3) == 0 ? Verdict::ok : static_cast<Verdict>(below(5));
            const auto severity = below(3) == 0 ? Severity::low : Severity::high;
            host.findings.push_back({rule, verdict, severity, 1 + below(2)});
        }
        return host;
    }

    Triple triple() {
        Triple made;
        if (below(6) != 0) made.before = host();
        if (below(6) != 0 || !made.before) made.after = host();
        if (made.before && !made.before->assessed() && below(4) != 0) {
            made.past = host();
            made.past->outcome = Outcome::assessed;
        }
        made.may_join = below(3) != 0;
        made.may_leave = below(3) != 0;
        for (std::uint32_t rule = 0; rule < 3; ++rule) {
            if (below(4) != 0) made.had_rules.insert(rule);
            if (below(2) != 0) made.past_rules.insert(rule);
        }
        return made;
    }

private:
    std::mt19937 engine_;
};

// --- the table, written as rows that exclude each other ---

using Seen = const SeenFinding*;

Seen find(const std::optional<SeenHost>& host, std::uint32_t rule) {
    if (!host) return nullptr;
    for (const auto& finding : host->findings) {
        if (finding.rule == rule) return &finding;
    }
    return nullptr;
}

bool is(Seen finding, Verdict verdict) {
    return finding != nullptr && finding->verdict == verdict;
}

bool bad(Seen finding) {
    return is(finding, Verdict::broken) || is(finding, Verdict::at_risk);
}

int gravity(Seen finding) {
    return static_cast<int>(finding->verdict) * 10 + static_cast<int>(finding->severity);
}

bool silent(Seen finding) {
    return finding == nullptr || is(finding, Verdict::not_applicable);
}

struct FindingRow {
    FindingWord word;
    std::function<bool(Seen a, Seen b, bool had)> fits;
};

const std::vector<FindingRow>& finding_rows() {
    static const auto first = [](Seen a, bool had) { return a == nullptr && !had; };
    static const std::vector<FindingRow> rows{
        {FindingWord::judged_first,
         [](Seen a, Seen b, bool had) {
             return first(a, had) && (bad(b) || is(b, Verdict::unknown));
         }},
        {FindingWord::fresh,
         [](Seen a, Seen b, bool had) {
             return !first(a, had) && !bad(a) && !is(a, Verdict::unknown) && bad(b);
         }},
        {FindingWord::fixed, [](Seen a, Seen b, bool) { return bad(a) && is(b, Verdict::ok); }},
        {FindingWord::persisting,
         [](Seen a, Seen b, bool) {
             return bad(a) && bad(b) && gravity(a) == gravity(b) && a->text == b->text;
         }},
        {FindingWord::changed_evidence,
         [](Seen a, Seen b, bool) {
             if (a == nullptr || b == nullptr || a->text == b->text) return false;
             if (bad(a)) return bad(b) && gravity(a) == gravity(b);
             const bool quiet = is(b, Verdict::ok) || silent(b);
             if (is(a, Verdict::unknown)) return is(b, Verdict::unknown) || silent(b);
             return quiet;
         }},
        {FindingWord::worsened,
         [](Seen a, Seen b, bool) { return bad(a) && bad(b) && gravity(b) > gravity(a); }},
        {FindingWord::eased,
         [](Seen a, Seen b, bool) { return bad(a) && bad(b) && gravity(b) < gravity(a); }},
        {FindingWord::unknown_now,
         [](Seen a, Seen b, bool had) {
             return !first(a, had) && is(b, Verdict::unknown) && !is(a, Verdict::unknown);
         }},
        {FindingWord::known_again,
         [](Seen a, Seen b, bool) {
             return is(a, Verdict::unknown) && (bad(b) || is(b, Verdict::ok));
         }},
        {FindingWord::unverified_since, [](Seen a, Seen b, bool) { return bad(a) && silent(b); }},
        {FindingWord::unchanged,
         [](Seen a, Seen b, bool had) {
             if (bad(a) || bad(b)) return false;
             if (first(a, had)) return !is(b, Verdict::unknown);
             if (is(a, Verdict::unknown) && is(b, Verdict::ok)) return false;
             if (is(b, Verdict::unknown) && !is(a, Verdict::unknown)) return false;
             return a == nullptr || b == nullptr || a->text == b->text;
         }},
    };
    return rows;
}

bool assessed(const std::optional<SeenHost>& host) {
    return host && host->outcome == Outcome::assessed;
}

bool skipped(const std::optional<SeenHost>& host) {
    return host && host->outcome == Outcome::skipped;
}

bool other_windows(const SeenHost& a, const SeenHost& b) {
    return !a.machine_guid.empty() && !b.machine_guid.empty() && a.machine_guid != b.machine_guid;
}

// Both runs assessed the same Windows.
bool judged_twice(const Triple& t) {
    return assessed(t.before) && assessed(t.after) && !other_windows(*t.before, *t.after);
}

bool grave(Seen finding) {
    return bad(finding) && finding->severity != Severity::low;
}

// Looks whether any rule has such a word and is grave on either side.
bool any(const Triple& t, std::initializer_list<FindingWord> words, bool grave_only) {
    for (std::uint32_t rule = 0; rule < 3; ++rule) {
        const auto* a = find(t.before, rule);
        const auto* b = find(t.after, rule);
        if (a == nullptr && b == nullptr) continue;
        for (const auto& row : finding_rows()) {
            const bool asked = std::find(words.begin(), words.end(), row.word) != words.end();
            if (!asked || !row.fits(a, b, t.had_rules.contains(rule))) continue;
            if (row.word == FindingWord::known_again && grave_only && !bad(b)) continue;
            if (!grave_only || grave(a) || grave(b)) return true;
        }
    }
    return false;
}

bool worsens(const Triple& t) {
    return any(t, {FindingWord::fresh, FindingWord::worsened, FindingWord::known_again}, true);
}

bool betters(const Triple& t) {
    return any(t, {FindingWord::fixed, FindingWord::eased}, true);
}

bool moves(const Triple& t) {
    using enum FindingWord;
    return any(
        t,
        {fresh,
         fixed,
         changed_evidence,
         worsened,
         eased,
         unknown_now,
         known_again,
         judged_first,
         unverified_since},
        false
    );
}

struct HostRow {
    HostWord word;
    std::function<bool(const Triple&)> fits;
};

const std::vector<HostRow>& host_rows() {
    static const auto silent_now = [](const Triple& t) {
        return t.after && !assessed(t.after) && !skipped(t.after);
    };
    static const std::vector<HostRow> rows{
        {HostWord::joined, [](const Triple& t) { return !t.before && t.may_join; }},
        {HostWord::left, [](const Triple& t) { return !t.after && t.may_leave; }},
        {HostWord::not_compared,
         [](const Triple& t) { return (!t.before && !t.may_join) || (!t.after && !t.may_leave); }},
        {HostWord::skipped, [](const Triple& t) { return t.before && skipped(t.after); }},
        {HostWord::became_unassessable,
         [](const Triple& t) { return assessed(t.before) && silent_now(t); }},
        {HostWord::still_unassessable,
         [](const Triple& t) { return t.before && !assessed(t.before) && silent_now(t); }},
        {HostWord::reassessable,
         [](const Triple& t) { return t.before && !assessed(t.before) && assessed(t.after); }},
        {HostWord::rebuilt,
         [](const Triple& t) {
             return assessed(t.before) && assessed(t.after) && !judged_twice(t);
         }},
        {HostWord::worse, [](const Triple& t) { return judged_twice(t) && worsens(t); }},
        {HostWord::better,
         [](const Triple& t) { return judged_twice(t) && !worsens(t) && betters(t); }},
        {HostWord::changed,
         [](const Triple& t) { return judged_twice(t) && !worsens(t) && !betters(t) && moves(t); }},
        {HostWord::same,
         [](const Triple& t) {
             return judged_twice(t) && !worsens(t) && !betters(t) && !moves(t);
         }},
    };
    return rows;
}

// Returns the one row that fits; nothing where none or several do.
template <class Row, class... Given>
std::optional<decltype(Row::word)> only_one(const std::vector<Row>& rows, const Given&... given) {
    std::optional<decltype(Row::word)> word;
    for (const auto& row : rows) {
        if (!row.fits(given...)) continue;
        if (word) return {};
        word = row.word;
    }
    return word;
}

// What the earlier look of a comparison is; null where findings are not compared.
const SeenHost* compared_with(const Triple& t) {
    if (judged_twice(t)) return &*t.before;
    const bool again = t.before && !assessed(t.before) && assessed(t.after) && t.past;
    return again && !other_windows(*t.past, *t.after) ? &*t.past : nullptr;
}

bool right_findings(const Triple& t, const HostChange& change) {
    const auto* with = compared_with(t);
    if (change.compared != (with != nullptr)) return false;
    const auto before = with != nullptr ? std::optional(*with) : std::nullopt;
    std::size_t pairs = 0;
    for (std::uint32_t rule = 0; with != nullptr && rule < 3; ++rule) {
        const auto* a = find(before, rule);
        const auto* b = find(t.after, rule);
        if (a == nullptr && b == nullptr) continue;
        const bool had = (with == pointer(t.past) ? t.past_rules : t.had_rules).contains(rule);
        const auto word = only_one(finding_rows(), a, b, had);
        if (pairs == change.findings.size() || !word) return false;
        const auto& said = change.findings[pairs++];
        if (said.rule != rule || said.word != *word) return false;
        if (said.hygiene != ((bad(a) || bad(b)) && !grave(a) && !grave(b))) return false;
    }
    return with == nullptr || pairs == change.findings.size();
}

// Of a host that was not judged again, all that was bad is unverified since, and nothing else.
bool right_unverified(const Triple& t, const HostChange& change) {
    if (change.compared) return true;
    const auto& last = assessed(t.before) ? t.before : t.past;
    std::size_t troubles = 0;
    if (t.before && !assessed(t.after) && last) {
        for (std::uint32_t rule = 0; rule < 3; ++rule)
            troubles += bad(find(last, rule)) ? 1 : 0;
    }
    return change.findings.size() == troubles &&
           std::all_of(change.findings.begin(), change.findings.end(), [](const auto& finding) {
               return finding.word == FindingWord::unverified_since;
           });
}

// Returns the first triple at which a way of comparing is wrong; empty where there is none.
std::optional<std::size_t> first_mistake(const Compare& way, std::set<HostWord>* met = nullptr) {
    constexpr std::size_t tries = 20'000;
    Dice dice(20261130);
    for (std::size_t i = 0; i < tries; ++i) {
        const auto triple = dice.triple();
        const auto word = only_one(host_rows(), triple);
        if (!word) return i;
        const auto change = way(triple);
        if (change.word != *word) return i;
        if (!right_findings(triple, change) || !right_unverified(triple, change)) return i;
        if (met != nullptr) met->insert(change.word);
    }
    return {};
}

} // namespace

TEST_CASE("changes: over random looks, each host and finding has the one word", "[changes]") {
    std::set<HostWord> met;
    const auto mistake = first_mistake(as_built, &met);
    INFO("triple " << mistake.value_or(0));
    CHECK(!mistake);
    CHECK(met.size() == all_host_words().size());
}

TEST_CASE("changes: no host's word can be given up or mistaken for another", "[changes]") {
    for (const auto word : all_host_words()) {
        for (const auto other : all_host_words()) {
            if (word == other) continue;
            INFO(to_string(word) << " as " << to_string(other));
            CHECK(first_mistake([&](const Triple& triple) {
                auto change = as_built(triple);
                if (change.word == word) change.word = other;
                return change;
            }));
        }
    }
}

TEST_CASE("changes: no finding's word can be given up or mistaken for another", "[changes]") {
    for (const auto word : all_finding_words()) {
        for (const auto other : all_finding_words()) {
            if (word == other) continue;
            INFO(to_string(word) << " as " << to_string(other));
            CHECK(first_mistake([&](const Triple& triple) {
                auto change = as_built(triple);
                for (auto& finding : change.findings) {
                    if (finding.word == word) finding.word = other;
                }
                return change;
            }));
        }
    }
}

TEST_CASE("changes: a table that lacks one of its reasons is found out", "[changes]") {
    const std::pair<const char*, std::function<void(Triple&)>> blind[] = {
        {"absence always counts as having left", [](Triple& t) { t.may_leave = true; }},
        {"absence before always counts as joining", [](Triple& t) { t.may_join = true; }},
        {"a newer rule is a newer fault",
         [](Triple& t) {
             t.had_rules = {0, 1, 2};
         }},
        {"the past's rules are taken for those of the earlier run",
         [](Triple& t) { t.past_rules = t.had_rules; }},
        {"the past's rules are not known", [](Triple& t) { t.past_rules.clear(); }},
        {"the past is not asked", [](Triple& t) { t.past.reset(); }},
        {"another Windows is not noticed",
         [](Triple& t) {
             for (auto* host : {&t.past, &t.before, &t.after})
                 if (*host) (*host)->machine_guid.clear();
         }},
        {"what does not apply counts as ok",
         [](Triple& t) {
             if (!t.after) return;
             for (auto& finding : t.after->findings)
                 if (finding.verdict == Verdict::not_applicable) finding.verdict = Verdict::ok;
         }},
        {"what is unknown counts as ok",
         [](Triple& t) {
             if (!t.after) return;
             for (auto& finding : t.after->findings)
                 if (finding.verdict == Verdict::unknown) finding.verdict = Verdict::ok;
         }},
        {"evidence is not looked at",
         [](Triple& t) {
             for (auto* host : {&t.past, &t.before, &t.after})
                 if (*host)
                     for (auto& finding : (*host)->findings)
                         finding.text = 1;
         }},
        {"hygiene counts as trouble",
         [](Triple& t) {
             for (auto* host : {&t.before, &t.after})
                 if (*host)
                     for (auto& finding : (*host)->findings)
                         finding.severity = Severity::high;
         }},
        {"skipped is as bad as silent",
         [](Triple& t) {
             if (t.after && t.after->outcome == Outcome::skipped)
                 t.after->outcome = Outcome::unreachable;
         }},
    };
    for (const auto& [what, forget] : blind) {
        INFO(what);
        CHECK(first_mistake([&forget = forget](Triple triple) {
            forget(triple);
            return as_built(triple);
        }));
    }
}

TEST_CASE("changes: every word has a name of its own", "[changes]") {
    std::set<std::string_view> names;
    for (const auto word : all_host_words())
        CHECK(names.insert(to_string(word)).second);
    CHECK(names.size() == 12);
    names.clear();
    for (const auto word : all_finding_words())
        CHECK(names.insert(to_string(word)).second);
    CHECK(names.size() == 11);
}
