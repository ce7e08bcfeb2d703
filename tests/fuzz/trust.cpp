// The store of pinned identities: a damaged one is an error, and one that is read keeps every pin
// when it is written again.
#include "core/text.hpp"
#include "scanner/store/trust_store.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/scratch.hpp"

#include <fstream>

using namespace rdpsweep;

namespace {

const Scratch& place() {
    static const Scratch scratch;
    return scratch;
}

void check_store(std::string_view text) {
    const auto path = place().path("trust");
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    auto store = FileTrustStore::open(path);
    if (!store) {
        must(store.error().code() == Errc::malformed_output, "a damaged store is told as one");
        return;
    }
    const std::string endpoint = "fuzz.example:1", identity(64, 'a'), other(64, 'b');
    if (store->pinned(endpoint)) return;
    const auto before = store->size();
    must(bool(store->pin(endpoint, identity)), "another host can be pinned");
    must(!store->pin(endpoint, other), "and is not replaced");
    const auto again = FileTrustStore::open(path);
    must(again && again->size() == before + 1, "read, write, read");
    must(again->pinned(endpoint) == identity, "with the new one");
    for (const auto& line : split(text, '\n')) {
        const auto name = line.substr(0, line.find(' '));
        must(again->pinned(name) == store->pinned(name), "and every old one");
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    check_store(text);
    // And each of its lines alone: one that is damaged does not hide the others.
    for (const auto& line : split(text, '\n'))
        check_store(line + "\n");
    return 0;
}
