// The store of an NTFS volume's descriptors: by their number, from the copy where the first is
// damaged.
#include "tests/support/catch.hpp"

#include <cstring>
#include <string>

#include "offline/ntfs_security.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;

namespace {

constexpr std::size_t block = std::size_t{256} << 10U;

using Store = std::vector<std::byte>;

// A source that owns its bytes.
class StoreSource final : public ByteSource {
public:
    explicit StoreSource(Store bytes) : bytes_(std::move(bytes)), memory_(bytes_) {}

    [[nodiscard]] std::uint64_t size() const noexcept override { return memory_.size(); }

    Status read(std::uint64_t offset, std::span<std::byte> into) override {
        return memory_.read(offset, into);
    }

private:
    Store bytes_;
    MemorySource memory_;
};

void put_entry(Store& store, std::size_t at, std::uint32_t number, const std::string& words) {
    std::uint32_t hash = 0;
    for (std::size_t i = 0; i + 4 <= words.size(); i += 4) {
        std::uint32_t word = 0;
        std::memcpy(&word, words.data() + i, 4);
        hash = (hash >> 29 | hash << 3) + word;
    }
    const std::uint64_t offset = at / (2 * block) * 2 * block + at % block;
    const auto size = static_cast<std::uint32_t>(words.size() + 20);
    std::memcpy(store.data() + at, &hash, 4);
    std::memcpy(store.data() + at + 4, &number, 4);
    std::memcpy(store.data() + at + 8, &offset, 8);
    std::memcpy(store.data() + at + 16, &size, 4);
    std::memcpy(store.data() + at + 20, words.data(), words.size());
}

// Three descriptors, the last of them in the second block, each with its copy.
Store three() {
    Store store(3 * block + 100);
    for (const std::size_t copy : {std::size_t{0}, block}) {
        put_entry(store, copy, 256, "the first one...");
        put_entry(store, copy + 64, 257, "the second"); // a hole before it
    }
    put_entry(store, 2 * block, 300, "third");
    return store;
}

std::string text(NtfsSecurity& security, std::uint32_t number) {
    const auto found = security.find(number);
    if (!found) {
        return std::string(found.error().detail());
    }
    return {reinterpret_cast<const char*>(found->data()), found->size()};
}

} // namespace

TEST_CASE("ntfs security: descriptors by their number, in any order", "[offline]") {
    NtfsSecurity security(std::make_unique<StoreSource>(three()));
    CHECK(text(security, 300) == "third");
    CHECK(text(security, 256) == "the first one...");
    CHECK(text(security, 257) == "the second");
    CHECK(text(security, 258) == "NTFS: there is no security descriptor 258");
}

TEST_CASE(
    "ntfs security: a damaged descriptor is taken from its copy, or not at all", "[offline]"
) {
    auto store = three();
    store[22] ^= std::byte{1};
    CHECK(
        text(*std::make_unique<NtfsSecurity>(std::make_unique<StoreSource>(store)), 256) ==
        "the first one..."
    );
    store[block + 22] ^= std::byte{1};
    NtfsSecurity security(std::make_unique<StoreSource>(store));
    CHECK(text(security, 256) == "NTFS: security descriptor 256 is damaged");
    CHECK(text(security, 257) == "the second");
}

TEST_CASE("ntfs security: sizes that lead out of the stream lead nowhere", "[offline]") {
    auto store = three();
    const auto size = GENERATE(0U, 20U, 0x40001U, 0xFFFFFFFFU, 0x40000U);
    std::memcpy(store.data() + 2 * block + 16, &size, 4);
    NtfsSecurity security(std::make_unique<StoreSource>(store));
    const auto found = security.find(300);
    REQUIRE_FALSE(found);
    CHECK(found.error().code() == Errc::malformed_output);
    CHECK(text(security, 256) == "the first one...");
    NtfsSecurity nothing(std::make_unique<StoreSource>(Store()));
    CHECK_FALSE(nothing.find(256));
}
