// A stored host record, read back after a crash or from a stranger's disk. What can be read is
// written, in both ways there are, and read again as the same.
#include "core/json.hpp"
#include "core/outcome_json.hpp"
#include "tests/fuzz/target.hpp"

#include <nlohmann/json.hpp>

using namespace rdpsweep;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string text(reinterpret_cast<const char*>(data), size);
    const auto host = host_from_json(text);
    if (!host) {
        must(host.error().code() == Errc::malformed_output, "the error's kind");
        return 0;
    }
    must(parse_json(text, Phase::config, {.depth = 64}).has_value(), "what is read is JSON");
    const Say say = [](const Message& message) { return message.key; };
    const auto tree = to_json(*host, say);
    const auto again = host_from_json(dump_json(tree));
    must(again.has_value(), "what was written can be read");
    must(dump_json(to_json(*again, say)) == dump_json(tree), "read, write, read, write");
    const auto streamed = parse_json(to_json_text(*host, say), Phase::config);
    must(streamed.has_value(), "the line that is streamed is JSON");
    must(dump_json(*streamed) == dump_json(tree), "both ways write the same");
    return 0;
}
