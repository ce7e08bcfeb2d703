// Writes a line for each host as it ends, and the totals as the last line.
#include "reports/jsonl.hpp"

#include "core/json.hpp"
#include "core/outcome_json.hpp"
#include "reports/messages/catalogue.hpp"
#include "reports/output.hpp"
#include "reports/seen_hosts.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep {

namespace {

class JsonlReport : public Reporter {
public:
    JsonlReport(Sink sink, const Catalogue& messages, std::string run)
        : out_(std::move(sink)), run_(std::move(run)), english_(&messages == &Catalogue::english()),
          say_([&messages](const Message& message) { return messages.say(message); }) {}

    void on_host(const HostResult& result) override {
        if (written_.add(result)) write_now(to_json_text(result, say_));
    }

    void on_host_as_text(const HostResult& result, std::string_view json) override {
        if (!english_) return on_host(result);
        if (written_.add(result)) write_now(json);
    }

    Status on_finish(const FleetReport& report, HostReader& hosts) override {
        run_ = report.run.id;
        // The rest: hosts of the run that is resumed.
        auto read = written_.rest(report, hosts, [this](const HostResult& host) {
            if (written_.add(host)) write_host(to_json_text(host, say_));
        });
        if (!read) return read;
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

    // A reader follows along: no line waits for the next. A failure is kept and returned when the
    // run is over.
    void write_now(std::string_view json) {
        write_host(json);
        static_cast<void>(out_.flush());
    }

    void write_host(std::string_view json) { out_ << head() << json.substr(1) << "\n"; }

    Output out_;
    std::string run_;
    bool english_; // what is stored says the same as this report
    Say say_;
    SeenHosts written_;
};

} // namespace

std::unique_ptr<Reporter>
make_jsonl_report(Sink sink, const Catalogue& messages, ReportOptions options) {
    return std::make_unique<JsonlReport>(std::move(sink), messages, std::move(options.run));
}

} // namespace rdpsweep
