// Takes of a host what the history keeps.
#include "scanner/history/night.hpp"

#include "core/digest.hpp"
#include "core/encoding.hpp"
#include "core/inflate.hpp"
#include "core/moments.hpp"
#include "core/same_host.hpp"
#include "core/unicode.hpp"

#include <algorithm>
#include <set>

namespace rdpsweep {

namespace {

// No word of ours is longer, and no name of a host: strangers' are cut.
constexpr std::size_t longest_word = 512;

// A VM's evidence may be megabytes: two texts that differ behind this are two all the same, by
// their sha, and show what they begin with.
constexpr std::size_t longest_text = 16u << 10;

// Returns the transport that let us in; empty when none did.
std::string transport_of(const HostResult& host) {
    for (const auto& attempt : host.attempts) {
        if (!attempt.error) return attempt.transport;
    }
    return {};
}

} // namespace

std::string as_kept(std::string_view text) {
    return to_valid_utf8(text.substr(0, longest_word));
}

std::uint32_t Night::text_of(const Finding& finding) {
    // What is stored went through JSON, which holds valid UTF-8 only: both ways are to agree.
    const auto text = to_valid_utf8(steady_text(finding));
    auto sha = hex_decode(sha256_hex(text)).value_or("");
    if (const auto known = numbers_.find(sha); known != numbers_.end()) return known->second;
    const auto number = static_cast<std::uint32_t>(texts_.size());
    texts_.push_back({sha, deflate_raw(std::string_view(text).substr(0, longest_text))});
    numbers_.emplace(std::move(sha), number);
    return number;
}

void Night::add(const HostResult& host) {
    NightHost kept;
    kept.index = host.index;
    kept.uid = as_kept(uid_of(host));
    kept.name = as_kept(host.target.name);
    kept.outcome = host.outcome;
    if (host.outcome == Outcome::assessed) {
        kept.machine_guid = machine_guid_of(host);
        kept.verdict = host.verdict;
        kept.cause = host.root_cause;
        kept.fingerprint = words_.number_of(as_kept(host.fingerprint));
        kept.transport = words_.number_of(as_kept(transport_of(host)));
        kept.findings.reserve(host.findings.size());
        for (const auto* finding : one_a_rule(host)) {
            NightFinding found;
            found.rule = words_.number_of(as_kept(finding->rule));
            found.verdict = words_.number_of(to_string(finding->verdict));
            found.severity = words_.number_of(to_string(finding->severity));
            found.message = words_.number_of(as_kept(finding->summary.key));
            if (finding->verdict != Verdict::not_applicable) found.text = text_of(*finding);
            kept.findings.push_back(found);
        }
    }
    hosts_.push_back(std::move(kept));
}

void Night::settle() {
    std::sort(hosts_.begin(), hosts_.end(), [](const NightHost& a, const NightHost& b) {
        return a.index < b.index;
    });
    std::vector<NightHost> kept;
    kept.reserve(hosts_.size());
    std::set<std::string> uids;
    for (auto& host : hosts_) {
        if (uids.insert(host.uid).second) kept.push_back(std::move(host));
    }
    hosts_ = std::move(kept);
}

} // namespace rdpsweep
