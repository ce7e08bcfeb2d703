// A hive of any bytes: whatever is listed is found again, bounds hold, and a second reading agrees.
#include "offline/hive/hive.hpp"

#include "tests/fuzz/target.hpp"

#include <algorithm>
#include <span>

#include "offline/hive/names.hpp"
#include "offline/hive/typed.hpp"
#include "offline/source.hpp"

namespace {

using namespace rdpsweep;
using namespace rdpsweep::offline;

// Whatever the bytes hold, one input takes no longer than this many keys and values.
struct Budget {
    int keys = 200;
    int values = 400;
};

void check_values(const Hive& hive, const Key& key, Budget& budget) {
    const auto values = hive.values(key);
    if (!values) return;
    must(values->found.size() + values->unreadable == key.values, "each value is counted");
    for (const auto& value : values->found) {
        if (--budget.values < 0) return;
        const auto data = hive.data(value);
        must(!data || data->size() == value.size, "data is whole or not there");
        must(!data || data->size() <= hive_limit::data, "data is bounded");
        const auto text = name_text(value.name);
        if (name_of(text) != value.name) continue; // no text
        const auto again = hive.value(key, text);
        must(again && *again, "what is listed is found");
        must(upcase((*again)->name) == upcase(value.name), "by its own name");
    }
}

// False: what lists the key gives a hint that is not its name's, by which Windows finds it neither.
bool is_found(const Hive& hive, const Key& parent, const Key& key) {
    const auto text = name_text(key.name);
    if (name_of(text) != key.name || text.find('\\') != std::string::npos) return true;
    const auto again = hive.find(parent, text);
    if (!again || !*again) return false;
    must(upcase((*again)->name) == upcase(key.name), "what is found has the name");
    return true;
}

void check_key(const Hive& hive, const Key& key, Budget& budget, int depth) {
    if (--budget.keys < 0 || depth == 0) return;
    must(!key.name.empty() && key.name.size() <= 512, "a name is bounded");
    const auto descriptor = hive.security(key);
    must(!descriptor || descriptor->size() <= hive_limit::descriptor, "a descriptor is bounded");
    check_values(hive, key, budget);
    const auto subkeys = hive.subkeys(key);
    if (!subkeys) {
        must(
            subkeys.error().code() != Errc::malformed_output || !hive.find(key, "any"),
            "without its list nothing is absent"
        );
        return;
    }
    must(subkeys->found.size() <= hive_limit::subkeys, "subkeys are bounded");
    for (const auto& subkey : subkeys->found) {
        if (budget.keys <= 0) return;
        is_found(hive, key, subkey);
        check_key(hive, subkey, budget, depth - 1);
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    MemorySource source(std::as_bytes(std::span(data, size)));
    const auto hive = Hive::open(source);
    if (!hive) return 0;
    const auto root = hive->root();
    if (!root) {
        must(!hive->find("any"), "without a topmost key nothing is absent");
        return 0;
    }
    Budget budget;
    check_key(*hive, *root, budget, 16);
    return 0;
}
