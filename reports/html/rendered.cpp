// Decides which hosts' evidence is written as it is and which goes into the archive.
#include "reports/html/rendered.hpp"

#include "reports/changes/wording.hpp"
#include "reports/html/host.hpp"

namespace rdpsweep::html {

namespace {

bool take(std::size_t& room, std::size_t bytes) {
    if (bytes > room) return false;
    room -= bytes;
    return true;
}

} // namespace

// Returns its word; empty for a host that is the same.
Html Rendered::change_of(const Words& words, const HostResult& host) const {
    if (difference == nullptr) return {};
    const auto change = difference->word_of(host);
    return change == HostWord::same ? Html() : escaped(word(words.catalogue(), change));
}

Html Rendered::unhealthy(const Words& words, const HostResult& host, bool first_of_its_kind) {
    const auto evidence = host_evidence(words, host);
    const auto change = change_of(words, host);
    const auto size = evidence.size();
    const bool plain =
        size == 0 || (first_of_its_kind && take(room_for_firsts_, size)) || take(room_, size);
    if (plain) return host_details(words, host, change, evidence);
    return host_packed(words, host, change, archive.add(evidence));
}

void Rendered::add(const Words& words, const HostResult& host) {
    const auto append = [&](Html& place) { place += unhealthy(words, host, place.empty()); };
    if (host.outcome != Outcome::assessed) {
        append(obstructed[obstacle_of(host)]);
    } else if (host.ok_by_disk_alone()) {
        disk_rows += host_row(words, host, change_of(words, host));
    } else if (host.verdict == Verdict::ok) {
        healthy_rows += host_row(words, host, change_of(words, host));
    } else if (host.verdict == Verdict::not_applicable) {
        not_applicable_rows += host_row(words, host, change_of(words, host));
    } else {
        append(grouped[key_of(host)]);
    }
}

} // namespace rdpsweep::html
