// A plan of fixes, as it comes and with its digest repaired, so that a mutation comes through to
// what reads it: a plan that is read is written, and read again as the same.
#include "scanner/fix/plan.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "tests/fuzz/target.hpp"

#include <nlohmann/json.hpp>

#include <set>

using namespace rdpsweep;

namespace {

void check_plan(std::string_view text) {
    const auto plan = read_plan(text);
    if (!plan) {
        must(plan.error().code() == Errc::malformed_output, "the error's kind");
        return;
    }
    std::size_t in_batches = 0;
    for (const auto& batch : plan->batches) {
        in_batches += batch.size();
        for (const auto at : batch)
            must(at < plan->hosts.size(), "a batch is of hosts");
    }
    must(in_batches == plan->hosts.size(), "each of which is in one");
    must(!plan->id.empty() && plan->id.find('/') == std::string::npos, "its id names a folder");
    const auto written = plan_text(*plan);
    const auto again = read_plan(written);
    must(again.has_value(), "what was written can be read");
    must(plan_text(*again) == written, "read, write, read, write");
    must(plan_digest(*again) == plan_digest(*plan), "and its digest is the same");
    const Say say = [](const Message& message) { return message.key; };
    must(!show_plan(*plan, say).empty(), "a plan is shown");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_plan(text);
    auto document = parse_json(text, Phase::config);
    if (!document || !document->is_object()) return 0;
    document->erase("digest");
    const auto digest = sha256_hex(dump_json(*document));
    (*document)["digest"] = digest;
    check_plan(dump_json(*document));
    return 0;
}
