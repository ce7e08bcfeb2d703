// Writes the document around the hosts, which stream through it one by one.
#include "reports/json.hpp"

#include "core/json.hpp"
#include "core/outcome_json.hpp"
#include "reports/messages/catalogue.hpp"
#include "reports/output.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep {

namespace {

class JsonReport : public Reporter {
public:
    JsonReport(Sink sink, const Catalogue& messages)
        : out_(std::move(sink)), english_(&messages == &Catalogue::english()),
          say_([&messages](const Message& message) { return messages.say(message); }) {}

    void on_host(const HostResult&) override {}

    Status on_finish(const FleetReport& report, HostReader& hosts) override {
        out_ << R"({"schema":"rdpsweep.report/1",)"
             << "\n\"run\":";
        out_ << dump_json(to_json(report.run, say_)) << ",\n\"totals\":";
        out_ << dump_json(to_json(report.totals)) << ",\n\"groups\":[";
        std::string_view between = "\n";
        for (const auto& group : report.groups) {
            out_ << between << dump_json(to_json(group, say_));
            between = ",\n";
        }
        out_ << "],\n\"hosts\":[";
        between = "\n";
        auto read = hosts.for_each_as_text([&](const HostResult& host, std::string_view json) {
            out_ << between;
            if (english_ && !json.empty())
                out_ << json;
            else
                out_ << to_json_text(host, say_);
            between = ",\n";
        });
        if (!read) return read;
        out_ << "]}\n";
        return out_.flush();
    }

private:
    Output out_;
    bool english_; // what is stored says the same as this report
    Say say_;
};

} // namespace

std::unique_ptr<Reporter> make_json_report(Sink sink, const Catalogue& messages, ReportOptions) {
    return std::make_unique<JsonReport>(std::move(sink), messages);
}

} // namespace rdpsweep
