// Writes a difference as rdpsweep.diff/1, a host at a time.
#include "core/json.hpp"
#include "core/json_text.hpp"
#include "core/outcome_json.hpp"
#include "reports/changes/change_json.hpp"
#include "reports/changes/diff_reports.hpp"
#include "reports/messages/catalogue.hpp"
#include "reports/output.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep {

namespace {

class DiffJson : public DiffReport {
public:
    DiffJson(Sink sink, const Catalogue& messages)
        : out_(std::move(sink)),
          say_([&messages](const Message& message) { return messages.say(message); }) {}

private:
    Status write(const Difference& difference) override {
        out_ << "{\"schema\":\"rdpsweep.diff/1\",\n\"before\":"
             << dump_json(to_json(difference.before, say_))
             << ",\n\"after\":" << dump_json(to_json(difference.after, say_))
             << ",\n\"summary\":" << change_summary_json(difference) << ",\n\"groups\":[";
        std::string_view between = "\n";
        for (const auto& group : difference.groups) {
            out_ << between << change_group_json(group, say_);
            between = ",\n";
        }
        out_ << "],\n\"changed\":[";
        between = "\n";
        for (const auto& host : difference.changed) {
            out_ << between << changed_host_json(difference, host);
            between = ",\n";
        }
        out_ << "]}\n";
        return out_.flush();
    }

    Output out_;
    Say say_;
};

} // namespace

std::unique_ptr<Reporter>
make_diff_json(Sink sink, const Catalogue& messages, ReportOptions /*options*/) {
    return std::make_unique<DiffJson>(std::move(sink), messages);
}

} // namespace rdpsweep
