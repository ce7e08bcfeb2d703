// A secret's bytes are gone when its storage is given back. The storage is looked at in the last
// moment in which it is ours: on the heap in operator delete, else in a buffer that outlives the
// secret.
#include "core/growing_buffer.hpp"
#include "core/secret.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <utility>

namespace {

struct Watched {
    const void* block = nullptr;
    std::size_t size = 0;
    bool given_back = false;
    std::array<char, 64> bytes{}; // as they were then
};

thread_local Watched watched; // a thread of an earlier test may give blocks back, too

void look_at(const void* block) noexcept {
    if (block == nullptr || block != watched.block) return;
    std::memcpy(watched.bytes.data(), block, watched.size);
    watched.given_back = true;
    watched.block = nullptr;
}

} // namespace

void* operator new(std::size_t size) {
    if (void* block = std::malloc(size == 0 ? 1 : size)) return block;
    throw std::bad_alloc();
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return std::malloc(size == 0 ? 1 : size);
}

void operator delete(void* block) noexcept {
    look_at(block);
    std::free(block);
}

void operator delete(void* block, std::size_t) noexcept {
    look_at(block);
    std::free(block);
}

using namespace rdpsweep;

namespace {

const std::string long_plain = "a passphrase of more bytes than fit into a string";
const std::string short_plain = "short-pw"; // stands in the string itself

void watch(const Secret& secret) {
    watched = {};
    watched.block = secret.reveal().data();
    watched.size = secret.reveal().size();
    REQUIRE(watched.size <= watched.bytes.size());
}

bool all_zero(std::size_t size) {
    return std::all_of(watched.bytes.begin(), watched.bytes.begin() + size, [](char byte) {
        return byte == '\0';
    });
}

// Storage for one secret, which may be looked at after the secret's end.
struct Room {
    alignas(Secret) std::array<std::byte, sizeof(Secret)> bytes{};

    Secret* make(std::string plain) { return new (bytes.data()) Secret(std::move(plain)); }

    [[nodiscard]] bool holds(const std::string& text) const {
        const auto* first = reinterpret_cast<const char*>(bytes.data());
        return std::search(first, first + bytes.size(), text.begin(), text.end()) !=
               first + bytes.size();
    }
};

} // namespace

TEST_CASE("Secret: the heap gets its bytes back as zeros", "[secret]") {
    {
        const Secret secret{std::string(long_plain)};
        watch(secret);
        CHECK(secret.reveal() == long_plain);
    }
    REQUIRE(watched.given_back);
    CHECK(all_zero(long_plain.size()));
}

TEST_CASE("Secret: the hook sees what a string leaves behind", "[secret]") {
    {
        const std::string plain(long_plain);
        watched = {};
        watched.block = plain.data();
        watched.size = plain.size();
    }
    REQUIRE(watched.given_back);
    CHECK(std::string(watched.bytes.data(), long_plain.size()) == long_plain);
}

TEST_CASE("Secret: one that is assigned to leaves nothing of its first text", "[secret]") {
    {
        Secret first{std::string(long_plain)};
        Secret second{std::string(long_plain.size(), 'x')};
        watch(first);
        first = std::move(second);
        CHECK(first.reveal() == std::string(long_plain.size(), 'x'));
        if (!watched.given_back) { // it is the other's now
            watched.given_back = true;
            std::memcpy(watched.bytes.data(), watched.block, watched.size);
            watched.block = nullptr;
        }
    }
    REQUIRE(watched.given_back);
    CHECK(all_zero(long_plain.size()));
}

TEST_CASE("Secret: a short text leaves no trace where the secret stood", "[secret]") {
    Room room;
    Secret* secret = room.make(short_plain);
    CHECK(room.holds(short_plain)); // so the end of this test says something
    SECTION("at its end") {
        secret->~Secret();
        CHECK_FALSE(room.holds(short_plain));
    }
    SECTION("when it has moved on") {
        const Secret other(std::move(*secret));
        CHECK(other.reveal() == short_plain);
        CHECK_FALSE(room.holds(short_plain));
        secret->~Secret();
    }
    SECTION("when it was given to another") {
        Secret other("other-pw");
        other = std::move(*secret);
        CHECK(other.reveal() == short_plain);
        CHECK_FALSE(room.holds(short_plain));
        secret->~Secret();
    }
    SECTION("when another was given to it") {
        *secret = Secret("xy");
        CHECK_FALSE(room.holds("rt-pw")); // what a shorter text would not have covered
        secret->~Secret();
    }
}

TEST_CASE(
    "GrowingBuffer: what it outgrew, and what nobody took, is given back as zeros", "[file]"
) {
    std::optional<GrowingBuffer> buffer(std::in_place, 1u << 20);
    const auto first = buffer->room();
    std::copy(long_plain.begin(), long_plain.end(), first.begin());
    buffer->filled(first.size());
    watched = {};
    watched.block = first.data();
    watched.size = long_plain.size();
    CHECK_FALSE(buffer->room().empty());
    REQUIRE(watched.given_back);
    CHECK(all_zero(long_plain.size()));

    CHECK(buffer->text().starts_with(long_plain));
    watched = {};
    watched.block = buffer->text().data();
    watched.size = long_plain.size();
    SECTION("not taken") {
        buffer.reset();
        REQUIRE(watched.given_back);
        CHECK(all_zero(long_plain.size()));
    }
    SECTION("taken: moved, not copied") {
        auto taken = buffer->take();
        CHECK(taken.data() == watched.block);
        CHECK(taken.starts_with(long_plain));
        watched = {};
    }
}

TEST_CASE("GrowingBuffer: a short text is moved as well, and stands nowhere else", "[file]") {
    GrowingBuffer buffer(100, short_plain.size());
    const auto room = buffer.room();
    std::copy(short_plain.begin(), short_plain.end(), room.begin());
    buffer.filled(short_plain.size());
    const auto taken = buffer.take();
    CHECK(taken == short_plain);
    CHECK(static_cast<const void*>(taken.data()) == room.data());
}
