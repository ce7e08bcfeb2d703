// The answer of the script that changes a VM, and the lines that changes travel in.
#include "core/change.hpp"
#include "core/encoding.hpp"
#include "core/json.hpp"
#include "probes/fix/change_script.hpp"
#include "tests/fuzz/target.hpp"

#include <nlohmann/json.hpp>

using namespace rdpsweep;

namespace {

using Did = ChangeResult::Did;

std::string answer_of(const std::vector<ChangeResult>& results) {
    auto rows = nlohmann::json::array();
    for (const auto& result : results) {
        const char* did = result.did == Did::kept      ? "kept"
                          : result.did == Did::written ? "written"
                          : result.did == Did::drift   ? "drift"
                                                       : "failed";
        rows.push_back(
            {{"found", base64_encode(result.found)},
             {"did", did},
             {"now", base64_encode(result.now)},
             {"why", base64_encode(result.why)}}
        );
    }
    return dump_json({{"schema", "changes/1"}, {"mode", "apply"}, {"changes", rows}});
}

void check_answer(std::string_view text, std::size_t count) {
    const auto results = read_changes(text, count);
    if (!results) return;
    must(results->size() == count, "as many results as there were changes");
    must(!read_changes(text, count + 1), "an answer is about one number of changes");
    const auto again = read_changes(answer_of(*results), count);
    must(again.has_value(), "what was written can be read");
    for (std::size_t i = 0; i < count; ++i) {
        const auto &one = (*results)[i], &other = (*again)[i];
        must(one.did == other.did, "what was done is the same");
        must(one.found == other.found && one.now == other.now, "and so are the states");
        must(one.why == other.why, "and the reason");
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (std::size_t count = 0; count < 4; ++count)
        check_answer(text, count);
    const auto changes = changes_from_lines(text);
    if (!changes) return 0;
    const auto again = changes_from_lines(to_lines(*changes));
    must(again.has_value(), "lines that were written can be read");
    must(*again == *changes, "and hold the same changes");
    return 0;
}
