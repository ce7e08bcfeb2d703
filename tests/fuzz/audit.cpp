// An audit file: its chain as it is; and with each record made to follow from the one before it,
// then without one of them.
#include "scanner/verbs/audit.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "tests/fuzz/target.hpp"

#include <nlohmann/json.hpp>

#include <sstream>

using namespace rdpsweep;

namespace {

AuditChain chain_of(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines)
        text += line + "\n";
    std::istringstream in(text);
    auto chain = follow_chain(in);
    must(chain.has_value(), "short lines are followed");
    return *std::move(chain);
}

void check_repaired(const std::vector<std::string>& lines) {
    std::vector<std::string> whole;
    std::string before;
    for (const auto& line : lines) {
        auto record = parse_json(line, Phase::config);
        if (!record || !record->is_object()) continue;
        (*record)["prev_sha256"] = before;
        whole.push_back(dump_json(*record));
        before = sha256_hex(whole.back());
    }
    const auto chain = chain_of(whole);
    must(chain.breaks.empty() && chain.torn == 0, "a chain that was made whole is whole");
    must(chain.records == whole.size() && chain.last_sha256 == before, "to its end");
    if (whole.size() < 3) return;
    whole.erase(whole.begin() + 1);
    must(chain_of(whole).breaks == std::vector<std::size_t>{2}, "a record that is gone is missed");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    std::istringstream in(text);
    const auto chain = follow_chain(in);
    must(chain.has_value(), "no line is longer than a record may be");
    auto lines = split(text, '\n');
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    must(chain->records + chain->torn == lines.size(), "each line is a record, or torn");
    must(chain->breaks.size() <= chain->records, "only records break a chain");
    check_repaired(lines);
    return 0;
}
