// Writes a line for each host as it ends, and the totals as the last line.
#include "reports/jsonl.hpp"

#include "core/json.hpp"
#include "core/outcome_json.hpp"
#include "reports/messages/catalogue.hpp"
#include "reports/output.hpp"

#include <nlohmann/json.hpp>

#include <unordered_set>

namespace rdpsweep {

namespace {

class JsonlReport : public Reporter {
public:
    JsonlReport(Sink sink, const Catalogue& messages, std::string run)
        : out_(std::move(sink)), run_(std::move(run)),
          say_([&messages](const Message& message) { return messages.say(message); }) {}

    void on_host(const HostResult& result) override {
        if (!written_.insert(result.index).second) return;
        write_host(result);
        // A reader follows along: no line waits for the next. A failure is kept and returned when
        // the run is over.
        static_cast<void>(out_.flush());
    }

    Status on_finish(const FleetReport& report, HostReader& hosts) override {
        run_ = report.run.id;
        // The rest: hosts of the run that is resumed. They are read only where there are any.
        if (written_.size() < report.totals.targets) {
            auto read = hosts.for_each([this](const HostResult& host) {
                if (written_.insert(host.index).second) write_host(host);
            });
            if (!read) return read;
        }
        out_ << head() << "\"summary\":" << dump_json(to_json(report.totals)) << "}\n";
        return out_.flush();
    }

private:
    // What every line begins with.
    [[nodiscard]] std::string head() const {
        const auto schema = R"("schema":"rdpsweep.result/1",)";
        return run_.empty() ? "{" + std::string(schema)
                            : R"({"run":)" + dump_json(run_) + "," + schema;
    }

    void write_host(const HostResult& host) {
        out_ << head() << std::string_view(to_json_text(host, say_)).substr(1) << "\n";
    }

    Output out_;
    std::string run_;
    Say say_;
    std::unordered_set<std::size_t> written_; // positions in the inventory
};

} // namespace

std::unique_ptr<Reporter>
make_jsonl_report(Sink sink, const Catalogue& messages, ReportOptions options) {
    return std::make_unique<JsonlReport>(std::move(sink), messages, std::move(options.run));
}

} // namespace rdpsweep
