// Fleets to report on: a small one with one host of every kind, and generated ones of any size.
#pragma once

#include "core/outcome.hpp"
#include "reports/messages/catalogue.hpp"
#include "reports/report.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::test {

// 2026-11-23T03:00:00Z: when every fixture run starts.
inline constexpr std::int64_t run_start = 1'795'402'800;

// Text that tries to break out of whatever shows it: markup, a terminal escape, quotes, a right-to-
// left override and bytes that are not UTF-8.
inline constexpr std::string_view hostile_text =
    "<script>alert(1)</script>\x1b[2J\"'&\xE2\x80\xAE\xFF\xC2\x9B";

// One healthy assessed host.
HostResult healthy_host(std::size_t index);

// The RDP key cannot be read; every such host has the same fingerprint.
HostResult broken_key_host(std::size_t index);

// Its certificate expires on the given day after the run.
HostResult expiring_host(std::size_t index, int days);

// Let in, but the facts that decide could not be read.
HostResult unknown_host(std::size_t index);

// Not assessed: the last attempt stopped with the given error.
HostResult obstructed_host(std::size_t index, Outcome outcome, Error error);

// A broken host whose every text is hostile_text.
HostResult hostile_host(std::size_t index);

// Read from its disk, and nothing was found there.
HostResult disk_host(std::size_t index);

// One of each kind.
std::vector<HostResult> mixed_fleet();

// Host number index of a large fleet: 70 % healthy, 20 % broken or at risk in some forty groups,
// 4 % unknown, 6 % not assessed.
HostResult generated_host(std::size_t index);

// Host number index of a fleet in which every host is broken: in the same way, or each in its own.
HostResult sick_host(std::size_t index);
HostResult varied_host(std::size_t index);

class Hosts : public HostReader {
public:
    Hosts(std::size_t count, std::function<HostResult(std::size_t)> host)
        : count_(count), host_(std::move(host)) {}

    // Each stands in the inventory where it stands here: no two hosts of a run share a place.
    explicit Hosts(std::vector<HostResult> hosts)
        : Hosts(hosts.size(), [hosts](std::size_t i) {
              auto host = hosts[i];
              host.index = i;
              return host;
          }) {}

    Status for_each(const std::function<void(const HostResult&)>& visit) override;

private:
    std::size_t count_;
    std::function<HostResult(std::size_t)> host_;
};

// The report of a run over hosts: totals and groups.
FleetReport report_of(Hosts& hosts);

// The built-in catalogue's wording of reports, with rules and causes of its own, so that golden
// files do not change with every rule's wording.
const Catalogue& fixture_catalogue();

// Everything a format writes for hosts, live part included.
std::string render(
    std::string_view format,
    Hosts hosts,
    const Catalogue& messages = fixture_catalogue(),
    ReportOptions options = {}
);
std::string
render(std::string_view format, std::vector<HostResult> hosts, ReportOptions options = {});

const ReportFormat& format_named(std::string_view name);

} // namespace rdpsweep::test
