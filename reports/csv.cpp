// Writes the columns of a host one group at a time, with the quoting that keeps formulas from
// running.
#include "reports/csv.hpp"

#include "core/text.hpp"
#include "reports/changes/difference.hpp"
#include "reports/digest.hpp"
#include "reports/host_build.hpp"
#include "reports/output.hpp"
#include "reports/wording.hpp"

#include <algorithm>
#include <array>

namespace rdpsweep {

namespace {

constexpr std::size_t cell_bytes = 1'000; // Excel takes 32,767 characters a cell

// What makes a spreadsheet compute a cell instead of showing it (OWASP, "CSV Injection"), the
// full-width forms that East Asian settings accept included.
constexpr std::array<std::string_view, 10> formula_starts{
    "=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"};

bool looks_like_formula(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == text.npos) return false;
    return std::any_of(formula_starts.begin(), formula_starts.end(), [&](std::string_view start) {
        return text.substr(first).starts_with(start);
    });
}

// Always in quotes: where the list separator is a semicolon, an unquoted cell would fall apart at
// the semicolons inside it, and its second half could begin with "=".
std::string cell(std::string_view untrusted) {
    std::string out = "\"";
    if (looks_like_formula(untrusted)) out += '\'';
    for (const char c : printable(untrusted, cell_bytes)) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + "\"";
}

std::string joined_causes(const std::vector<Cause>& causes) {
    std::string text;
    for (const auto cause : causes) {
        if (!text.empty()) text += ' ';
        text += to_string(cause);
    }
    return text;
}

// Returns "env=prod role=web"
std::string joined_tags(const Target& target) {
    std::string text;
    for (const auto& [name, value] : target.tags) {
        if (!text.empty()) text += ' ';
        text += name + "=" + value;
    }
    return text;
}

constexpr std::string_view header =
    "name,address,vm,outcome,verdict,root_cause,secondary_causes,"
    "rule,summary,rung,code,native,hint,"
    "transport,windows_build,fingerprint,started,took_ms,tags,source,last_alive";

class CsvReport : public Reporter {
public:
    CsvReport(Sink sink, const Catalogue& messages) : out_(std::move(sink)), messages_(messages) {}

    void on_host(const HostResult&) override {}

    void on_baseline(const Difference& difference) override { difference_ = &difference; }

    Status on_finish(const FleetReport&, HostReader& hosts) override {
        out_ << header << (difference_ == nullptr ? "" : ",change") << "\r\n";
        auto read = hosts.for_each([this](const HostResult& host) {
            write_target(host);
            write_verdict(host);
            write_obstacle(host);
            write_visit(host);
            if (difference_ != nullptr) out_ << "," << to_string(difference_->word_of(host));
            out_ << "\r\n";
        });
        if (!read) return read;
        return out_.flush();
    }

private:
    void write_target(const HostResult& host) {
        out_ << cell(host.target.name) << "," << cell(host.target.address) << ","
             << cell(host.target.vm) << "," << to_string(host.outcome) << ",";
    }

    void write_verdict(const HostResult& host) {
        const bool assessed = host.outcome == Outcome::assessed;
        const auto* finding = deciding_finding(host);
        out_ << (assessed ? to_string(host.verdict) : "") << ","
             << (assessed ? to_string(host.root_cause) : "") << ","
             << cell(joined_causes(host.secondary_causes)) << ","
             << cell(finding == nullptr ? "" : finding->rule) << ","
             << cell(verdict_sentence(messages_, host)) << ",";
    }

    void write_obstacle(const HostResult& host) {
        const auto obstacle = obstacle_of(host);
        const auto* attempt = host.outcome == Outcome::assessed ? nullptr : deciding_attempt(host);
        if (attempt == nullptr) {
            out_ << ",,,,";
            return;
        }
        out_ << obstacle.rung << "," << obstacle.code << "," << cell(attempt->error->native())
             << "," << cell(messages_.phrase(attempt->error->hint())) << ",";
    }

    void write_visit(const HostResult& host) {
        const auto build = os_build(host.facts_json);
        out_ << cell(transport_used(host)) << "," << (build == 0 ? "" : std::to_string(build))
             << "," << cell(host.fingerprint) << ","
             << (host.started == 0 ? "" : to_iso8601(host.started)) << ","
             << std::to_string(host.took.count()) << "," << cell(joined_tags(host.target)) << ","
             << to_string(host.source) << ","
             << (host.disk.last_alive == 0 ? "" : to_iso8601(host.disk.last_alive));
    }

    Output out_;
    const Catalogue& messages_;
    const Difference* difference_ = nullptr; // null: no other run is known
};

} // namespace

std::unique_ptr<Reporter> make_csv_report(Sink sink, const Catalogue& messages, ReportOptions) {
    return std::make_unique<CsvReport>(std::move(sink), messages);
}

} // namespace rdpsweep
