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
        write(to_json(result, say_));
        // A reader follows along: no line waits for the next. A failure is kept and returned when
        // the run is over.
        static_cast<void>(out_.flush());
    }

    Status on_finish(const FleetReport& report, HostReader& hosts) override {
        run_ = report.run.id;
        auto read = hosts.for_each([this](const HostResult& host) {
            if (written_.insert(host.index).second) write(to_json(host, say_));
        });
        if (!read) return read;
        write({{"summary", to_json(report.totals)}});
        return out_.flush();
    }

private:
    void write(nlohmann::json object) {
        object["schema"] = "rdpsweep.result/1";
        if (!run_.empty()) object["run"] = run_;
        out_ << dump_json(object) << "\n";
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
