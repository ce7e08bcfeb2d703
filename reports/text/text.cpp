// Shares the 40 lines of the screen out among its parts; each part writes itself elsewhere.
#include "reports/text/text.hpp"

#include "reports/gathering.hpp"
#include "reports/output.hpp"
#include "reports/text/screen.hpp"

#include <algorithm>

namespace rdpsweep {

namespace {

constexpr std::size_t small_fleet = 3;      // targets shown one by one, with their evidence
constexpr std::size_t narrowest = 40;       // columns; below, nothing useful fits anyway
constexpr std::size_t warnings_at_most = 3; // lines, the heading not counted

// Lines of the sections below the causes, their headings not counted.
struct Shares {
    std::size_t at_risk, not_judged, not_assessed;
};

constexpr Shares generous{5, 4, 8};
constexpr Shares lean{2, 2, 4}; // leaves a line for each of the eight causes in the worst case

// The hosts of a fleet that is small enough to show each.
class FewHosts {
public:
    // Keeps a host without its facts, which the screen does not show; no further one once there are
    // too many.
    void add(const HostResult& host) {
        if (kept_.size() > small_fleet) return;
        kept_.push_back(host);
        kept_.back().facts_json.clear();
        kept_.back().facts_json.shrink_to_fit();
    }

    // Returns all hosts in the order of the inventory; none of a fleet that is larger.
    [[nodiscard]] std::vector<HostResult> of_small_fleet(std::size_t targets) const {
        if (targets > small_fleet) return {};
        auto hosts = kept_;
        std::sort(hosts.begin(), hosts.end(), [](const HostResult& one, const HostResult& other) {
            return one.index < other.index;
        });
        if (hosts.size() > small_fleet) hosts.resize(small_fleet);
        return hosts;
    }

private:
    std::vector<HostResult> kept_;
};

class TextReport : public Reporter {
public:
    TextReport(Sink sink, const Catalogue& messages, const ReportOptions& options)
        : out_(std::move(sink)), messages_(messages), color_(options.color),
          width_(std::max(options.width, narrowest)), gathered_(options) {}

    void on_baseline(const Difference& difference) override { difference_ = &difference; }

    void on_host(const HostResult& host) override {
        if (gathered_.add(host)) few_.add(host);
    }

    Status on_finish(const FleetReport& report, HostReader& hosts) override {
        auto read =
            gathered_.add_rest(report, hosts, [this](const HostResult& host) { few_.add(host); });
        if (!read) return read;
        const auto few = few_.of_small_fleet(report.totals.targets);
        const Scene scene{report, gathered_.digest(), few, messages_, difference_};
        for (const auto& line : compose(scene))
            out_ << line.render(width_, color_).str();
        return out_.flush();
    }

private:
    static Lines compose(const Scene& scene) {
        auto top = header_lines(scene);
        append(top, change_lines(scene));
        append(top, completeness_lines(scene));
        append(top, warning_lines(scene, warnings_at_most));
        const auto next = next_lines(scene);
        const auto room = screen_lines - std::min(screen_lines, top.size() + next.size());
        if (scene.few.empty()) {
            append(top, middle(scene, room));
        } else {
            append(top, host_lines(scene, room));
        }
        append(top, next);
        return top;
    }

    // Causes first in order and in importance: where room is short, the others yield.
    static Lines middle(const Scene& scene, std::size_t room) {
        auto rest = below_causes(scene, generous);
        const auto wanted = 3 + 2 * causes_of(scene.report).size();
        if (rest.size() + wanted > room) rest = below_causes(scene, lean);
        auto lines = cause_lines(scene, room - std::min(room, rest.size()));
        append(lines, rest);
        return lines;
    }

    static Lines below_causes(const Scene& scene, const Shares& shares) {
        auto lines = at_risk_lines(scene, shares.at_risk);
        append(lines, not_judged_lines(scene, shares.not_judged));
        append(lines, not_assessed_lines(scene, shares.not_assessed));
        return lines;
    }

    static void append(Lines& lines, const Lines& more) {
        lines.insert(lines.end(), more.begin(), more.end());
    }

    Output out_;
    const Catalogue& messages_;
    bool color_;
    std::size_t width_;
    Gathering gathered_;
    FewHosts few_;
    const Difference* difference_ = nullptr; // null: no other run is known
};

} // namespace

std::unique_ptr<Reporter>
make_text_report(Sink sink, const Catalogue& messages, ReportOptions options) {
    return std::make_unique<TextReport>(std::move(sink), messages, options);
}

} // namespace rdpsweep
