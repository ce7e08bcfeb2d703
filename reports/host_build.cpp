// Reads one number out of a facts document: what stands before it is passed over, what stands
// behind it is not read.
#include "reports/host_build.hpp"

#include "core/json_cursor.hpp"

#include <limits>

namespace rdpsweep {

namespace {

constexpr std::size_t deepest_facts = 32; // as deep as facts are read

// Reads the member of that name with read, and nothing behind it.
template <class Read>
void read_member(JsonCursor& in, std::string_view wanted, const Read& read) {
    in.object([&](std::string_view name) {
        if (name != wanted) return in.skip();
        read();
        return false;
    });
}

} // namespace

std::uint32_t os_build(std::string_view facts_json) {
    JsonCursor in(facts_json, deepest_facts);
    std::uint64_t build = 0;
    read_member(in, "os", [&] {
        read_member(in, "build", [&] {
            if (!in.number(build, std::numeric_limits<std::uint32_t>::max())) build = 0;
        });
    });
    return static_cast<std::uint32_t>(build);
}

} // namespace rdpsweep
