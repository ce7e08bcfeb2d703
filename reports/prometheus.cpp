// Writes the families of metrics with their labels escaped, every cause and outcome included.
#include "reports/prometheus.hpp"

#include "core/text.hpp"
#include "reports/changes/difference.hpp"
#include "reports/gathering.hpp"
#include "reports/messages/catalogue.hpp"
#include "reports/output.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace rdpsweep {

namespace {

constexpr std::size_t label_bytes = 120;
constexpr std::size_t transports_kept = 32; // there are a handful; a damaged record may name any

// Upper bounds in seconds; the usual deadline of a host is 90 s.
constexpr std::array buckets{1, 2, 5, 10, 20, 30, 60, 90, 120, 240};

struct Histogram {
    std::array<std::size_t, buckets.size()> at_most{}; // cumulative, as the format wants them
    std::size_t count = 0;
    std::chrono::milliseconds sum{};

    void add(std::chrono::milliseconds took) {
        ++count;
        sum += took;
        for (std::size_t i = 0; i < buckets.size(); ++i)
            at_most[i] += took <= std::chrono::seconds(buckets[i]) ? 1 : 0;
    }
};

// Returns name="value", escaped as the text format wants it.
std::string label(std::string_view name, std::string_view value) {
    std::string out = std::string(name) + "=\"";
    for (const char c : printable(value, label_bytes)) {
        if (c == '\\' || c == '"') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string with_bound(const std::string& labels, const std::string& bound) {
    return labels + "," + label("le", bound);
}

class PrometheusReport : public Reporter {
public:
    PrometheusReport(Sink sink, const Catalogue& messages, const ReportOptions& options)
        : out_(std::move(sink)), messages_(messages), gathered_(options) {}

    void on_baseline(const Difference& difference) override { difference_ = &difference; }

    void on_host(const HostResult& host) override {
        if (gathered_.add(host)) add_duration(host);
    }

    Status on_finish(const FleetReport& report, HostReader& hosts) override {
        auto read = gathered_.add_rest(report, hosts, [this](const HostResult& host) {
            add_duration(host);
        });
        if (!read) return read;
        write_run(report);
        write_totals(report.totals);
        write_disks(report.totals);
        write_causes(report);
        write_obstacles(gathered_.digest());
        write_durations();
        return out_.flush();
    }

private:
    void add_duration(const HostResult& host) {
        const std::string transport(transport_used(host));
        if (transport.empty()) return;
        if (durations_.size() < transports_kept || durations_.contains(transport))
            durations_[transport].add(host.took);
    }

    void family(const std::string& name, std::string_view type) {
        const auto help = printable(messages_.text("report.metric." + name));
        out_ << "# HELP rdpsweep_" << name << " " << help << "\n# TYPE rdpsweep_" << name << " "
             << type << "\n";
    }

    void sample(const std::string& name, const std::string& labels, const std::string& value) {
        out_ << "rdpsweep_" << name << (labels.empty() ? "" : "{" + labels + "}") << " " << value
             << "\n";
    }

    void gauge(const std::string& name, const std::string& value) {
        family(name, "gauge");
        sample(name, "", value);
    }

    void write_run(const FleetReport& report) {
        const auto& run = report.run;
        family("run_info", "gauge");
        sample("run_info", label("run", run.id) + "," + label("version", run.version), "1");
        gauge("run_started_timestamp_seconds", std::to_string(run.started));
        const auto took = std::max<std::int64_t>(run.finished - run.started, 0);
        gauge("run_duration_seconds", std::to_string(took));
        gauge("run_interrupted", run.interrupted ? "1" : "0");
        // An alert on its age notices a sweep that no longer ends.
        if (!run.interrupted)
            gauge("last_complete_timestamp_seconds", std::to_string(run.finished));
    }

    void write_totals(const Totals& totals) {
        gauge("inventory_targets", std::to_string(totals.targets));
        family("targets", "gauge");
        for (const auto outcome : all_outcomes()) {
            const auto count = std::to_string(totals.of(outcome));
            sample("targets", label("outcome", to_string(outcome)), count);
        }
        family("hosts", "gauge");
        for (const auto verdict : all_verdicts()) {
            const auto count = std::to_string(totals.of(verdict));
            sample("hosts", label("verdict", to_string(verdict)), count);
        }
        if (difference_ != nullptr) write_changes(*difference_);
    }

    // Every word, as with causes; the first ones belong to the family that is open.
    void write_changes(const Difference& difference) {
        for (const auto word : all_host_words()) {
            const auto count = std::to_string(difference.of(word));
            sample("hosts", label("change", to_string(word)), count);
        }
        family("findings", "gauge");
        for (const auto word : all_finding_words()) {
            const auto count = std::to_string(difference.of(word));
            sample("findings", label("state", to_string(word)), count);
        }
    }

    // Also where no disk was read: see write_causes().
    void write_disks(const Totals& totals) {
        family("disk_hosts", "gauge");
        for (const auto verdict : all_verdicts()) {
            const auto count = std::to_string(totals.disk_alone(verdict));
            sample("disk_hosts", label("verdict", to_string(verdict)), count);
        }
    }

    // Every cause, also those of no host: a series that comes and goes cannot be alerted on.
    void write_causes(const FleetReport& report) {
        std::map<std::pair<Cause, Verdict>, std::size_t> counts;
        for (const auto& group : report.groups)
            counts[{group.cause, group.verdict}] += group.target_names.size();
        family("cause_hosts", "gauge");
        for (auto i = static_cast<int>(Cause::rdp_port); i <= static_cast<int>(Cause::unexplained);
             ++i) {
            const auto cause = static_cast<Cause>(i);
            for (const auto verdict : {Verdict::broken, Verdict::at_risk}) {
                const auto labels =
                    label("cause", to_string(cause)) + "," + label("verdict", to_string(verdict));
                sample("cause_hosts", labels, std::to_string(counts[{cause, verdict}]));
            }
        }
    }

    // Rung and code come from fixed sets; the reasons of skipped hosts are left to the totals.
    void write_obstacles(const Digest& digest) {
        family("not_assessed_hosts", "gauge");
        for (const auto& [obstacle, obstructed] : digest.not_assessed) {
            if (obstacle.rung.empty()) continue;
            const auto labels = label("outcome", to_string(obstacle.outcome)) + "," +
                                label("rung", obstacle.rung) + "," + label("code", obstacle.code);
            sample("not_assessed_hosts", labels, std::to_string(obstructed.hosts.count));
        }
    }

    void write_durations() {
        if (durations_.empty()) return;
        family("host_seconds", "histogram");
        for (const auto& [transport, histogram] : durations_) {
            const auto labels = label("transport", transport);
            for (std::size_t i = 0; i < buckets.size(); ++i) {
                const auto bound = with_bound(labels, std::to_string(buckets[i]));
                sample("host_seconds_bucket", bound, std::to_string(histogram.at_most[i]));
            }
            const auto count = std::to_string(histogram.count);
            sample("host_seconds_bucket", with_bound(labels, "+Inf"), count);
            sample("host_seconds_sum", labels, in_seconds(histogram.sum));
            sample("host_seconds_count", labels, count);
        }
    }

    Output out_;
    const Catalogue& messages_;
    Gathering gathered_;
    std::map<std::string, Histogram> durations_; // by transport
    const Difference* difference_ = nullptr;     // null: no other run is known
};

} // namespace

std::unique_ptr<Reporter>
make_prometheus_report(Sink sink, const Catalogue& messages, ReportOptions options) {
    return std::make_unique<PrometheusReport>(std::move(sink), messages, options);
}

} // namespace rdpsweep
