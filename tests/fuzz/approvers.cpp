// The list of those who may approve a plan: what is read is written line by line, and read again.
#include "core/encoding.hpp"
#include "scanner/fix/approval.hpp"
#include "tests/fuzz/target.hpp"

#include <set>

using namespace rdpsweep;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto approvers = read_approvers(text);
    if (!approvers) {
        must(approvers.error().code() == Errc::malformed_output, "the error's kind");
        return 0;
    }
    std::string lines;
    std::set<std::string> names, keys;
    for (const auto& one : *approvers) {
        must(!one.name.empty() && names.insert(one.name).second, "a name stands once");
        must(keys.insert(one.key).second, "and so does a key");
        lines += one.name + " " + base64_encode(one.key) + "\n";
    }
    const auto again = read_approvers(lines);
    must(again && again->size() == approvers->size(), "read, write, read");
    for (std::size_t i = 0; i < again->size(); ++i) {
        must((*again)[i].name == (*approvers)[i].name, "the same names");
        must((*again)[i].key == (*approvers)[i].key, "and keys");
    }
    must(approved_by("plan", {std::string(64, 's')}, *approvers).empty(), "nobody signed this");
    return 0;
}
