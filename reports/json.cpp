// Writes the document around the hosts, which stream through it one by one.
#include "reports/json.hpp"

#include "core/json.hpp"
#include "core/outcome_json.hpp"
#include "reports/changes/change_json.hpp"
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

    void on_baseline(const Difference& difference) override { difference_ = &difference; }

    Status on_finish(const FleetReport& report, HostReader& hosts) override {
        out_ << R"({"schema":"rdpsweep.report/1",)"
             << "\n\"run\":";
        out_ << dump_json(to_json(report.run, say_)) << ",\n\"totals\":";
        out_ << dump_json(to_json(report.totals));
        if (difference_ != nullptr) {
            out_ << ",\n\"baseline\":" << dump_json(to_json(difference_->before, say_))
                 << ",\n\"changes\":" << change_summary_json(*difference_);
        }
        out_ << ",\n\"groups\":[";
        std::string_view between = "\n";
        for (const auto& group : report.groups) {
            out_ << between << dump_json(to_json(group, say_));
            between = ",\n";
        }
        out_ << "],\n\"hosts\":[";
        between = "\n";
        auto read = hosts.for_each_as_text([&](const HostResult& host, std::string_view json) {
            out_ << between;
            between = ",\n";
            if (difference_ != nullptr)
                write_with_change(host);
            else if (english_ && !json.empty())
                out_ << json;
            else
                out_ << to_json_text(host, say_);
        });
        if (!read) return read;
        out_ << "]}\n";
        return out_.flush();
    }

private:
    // Adds a member to the host's.
    void write_with_change(const HostResult& host) {
        auto text = to_json_text(host, say_);
        text.pop_back();
        out_ << text << ",\"change\":" << change_json(*difference_, host) << "}";
    }

    Output out_;
    const Difference* difference_ = nullptr; // null: no other run is known
    bool english_;                           // what is stored says the same as this report
    Say say_;
};

} // namespace

std::unique_ptr<Reporter> make_json_report(Sink sink, const Catalogue& messages, ReportOptions) {
    return std::make_unique<JsonReport>(std::move(sink), messages);
}

} // namespace rdpsweep
