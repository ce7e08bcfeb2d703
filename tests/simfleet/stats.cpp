// Counts and renders what the simulated fleet saw.
#include "tests/simfleet/stats.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace simfleet {

namespace {

constexpr std::size_t different_violations = 100;
constexpr std::size_t different_scripts = 100;

template <class Map>
void count(Map& map, std::string_view key) {
    const auto found = map.find(key);
    if (found == map.end()) {
        map.emplace(std::string{key}, 1);
    } else {
        ++found->second;
    }
}

std::uint32_t highest(const std::vector<std::uint32_t>& values) {
    return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

} // namespace

void Stats::connection_opened() {
    ++connections_;
    peak_open_ = std::max(peak_open_, ++open_);
}

void Stats::tls_handshake(bool completed, std::string_view version) {
    if (!completed) {
        ++tls_failures_;
        return;
    }
    count(tls_handshakes_, version);
}

void Stats::request(std::size_t vm, std::string_view what) {
    count(requests_, what);
    if (vm < requests_by_vm_.size()) ++requests_by_vm_[vm];
}

void Stats::authenticated(const std::string& mechanism, bool channel_bound) {
    Authentications& entry = authentications_[mechanism];
    ++(channel_bound ? entry.bound : entry.unbound);
}

void Stats::refused_credentials(
    std::size_t vm, const std::string& mechanism, std::string_view why
) {
    if (!why.empty() && refusals_.size() < different_violations) count(refusals_, why);
    ++authentications_[mechanism].refused;
    if (vm < refusals_by_vm_.size()) ++refusals_by_vm_[vm];
}

void Stats::script(std::string sha256) {
    if (scripts_.size() < different_scripts) scripts_.insert(std::move(sha256));
}

void Stats::violation(std::string_view what) {
    ++violation_count_;
    if (violations_.size() < different_violations || violations_.contains(what)) {
        count(violations_, what);
    }
}

void Stats::shell_created() noexcept {
    ++shells_created_;
    shells_peak_ = std::max(shells_peak_, ++shells_open_);
}

void Stats::shell_deleted() noexcept {
    ++shells_deleted_;
    --shells_open_;
}

void Stats::shell_reaped() noexcept {
    ++shells_reaped_;
    --shells_open_;
}

std::string Stats::json() const {
    nlohmann::json authentications = nlohmann::json::object();
    for (const auto& [mechanism, entry] : authentications_) {
        authentications[mechanism] = {
            {"bound", entry.bound}, {"unbound", entry.unbound}, {"refused", entry.refused}};
    }
    nlohmann::json faults = nlohmann::json::object();
    for (const auto& [code, times] : faults_)
        faults[std::to_string(code)] = times;
    const nlohmann::json out = {
        {"schema", "rdpsweep.simfleet-stats/1"},
        {"connections",
         {{"total", connections_},
          {"open", open_},
          {"peak", peak_open_},
          {"foreign_peers", foreign_peers_}}},
        {"tls", {{"handshakes", tls_handshakes_}, {"failures", tls_failures_}}},
        {"requests", requests_},
        {"faults", faults},
        {"authentications", authentications},
        {"refusals", refusals_},
        {"shells_created", shells_created_},
        {"shells_deleted", shells_deleted_},
        {"shells_reaped", shells_reaped_},
        {"shells_open", shells_open_},
        {"shells_peak", shells_peak_},
        {"receives_waiting", receives_waiting_},
        {"held", held_},
        {"scripts", scripts_},
        {"script_runs", script_runs_},
        {"requests_per_vm_max", highest(requests_by_vm_)},
        {"refusals_per_vm_max", highest(refusals_by_vm_)},
        {"violation_count", violation_count_},
        {"violations", violations_},
    };
    return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace simfleet
