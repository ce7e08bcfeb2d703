// A run as it is stored (rdpsweep.run/1), which --resume and --rerun believe: its options, and what
// it says of itself. What can be read is written and read again as the same.
#include "core/json.hpp"
#include "core/outcome_json.hpp"
#include "scanner/options/scan_options_json.hpp"
#include "tests/fuzz/target.hpp"

#include <nlohmann/json.hpp>

using namespace rdpsweep;

namespace {

void check_options(std::string_view text) {
    const auto options = scan_options_from_json(text);
    if (!options) {
        must(options.error().phase() == Phase::config, "the error's phase");
        return;
    }
    const auto stored = to_json_text(*options);
    const auto again = scan_options_from_json(stored);
    must(again.has_value(), "what was written can be read");
    must(to_json_text(*again) == stored, "read, write, read, write");
}

void check_run(const nlohmann::json& document) {
    const auto read = JsonDocument::read(document.dump(), Phase::config);
    must(read.has_value(), "what one parser wrote the other reads");
    const auto run = run_from_json(read->root());
    if (!run) return;
    const Say say = [](const Message& message) { return message.key; };
    const auto tree = to_json(*run, say);
    const auto written = JsonDocument::read(tree.dump(), Phase::config);
    must(written.has_value(), "what was written is JSON");
    const auto again = run_from_json(written->root());
    must(again.has_value(), "a run that was written can be read");
    must(dump_json(to_json(*again, say)) == dump_json(tree), "and says the same");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_options(text);
    const auto document = parse_json(text, Phase::config);
    if (!document || !document->is_object()) return 0;
    check_run(*document);
    // The file holds both.
    if (const auto run = document->find("run"); run != document->end()) check_run(*run);
    if (const auto options = document->find("options"); options != document->end())
        check_options(dump_json(*options));
    return 0;
}
