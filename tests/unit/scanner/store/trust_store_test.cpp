#include "scanner/store/trust_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <csignal>
#include <filesystem>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace rdpsweep;

namespace {

const std::string hash_a(64, 'a');
const std::string hash_b(64, 'b');

} // namespace

TEST_CASE("trust store: a pin is remembered by the next run", "[trust]") {
    const Scratch scratch;
    const auto path = scratch.path("deep/er/trust");
    {
        auto store = FileTrustStore::open(path);
        REQUIRE(store);
        CHECK_FALSE(store->pinned("web-01:5986").has_value());
        REQUIRE(store->pin("WEB-01:5986", hash_a));
        CHECK(store->pinned("web-01:5986") == hash_a);
    }
    const auto again = FileTrustStore::open(path);
    REQUIRE(again);
    CHECK(again->pinned("Web-01:5986") == hash_a);
    CHECK_FALSE(again->pinned("web-01:5985").has_value());

    struct stat about {};

    REQUIRE(stat(path.c_str(), &about) == 0);
    CHECK((about.st_mode & 07777) == 0600);
    REQUIRE(stat(scratch.path("deep/er").c_str(), &about) == 0);
    CHECK((about.st_mode & 077) == 0);
}

TEST_CASE("trust store: another certificate never replaces a pinned one", "[trust]") {
    const Scratch scratch;
    auto store = FileTrustStore::open(scratch.path("trust"));
    REQUIRE(store);
    REQUIRE(store->pin("a:1", hash_a));
    CHECK(store->pin("a:1", hash_a).has_value());
    const auto status = store->pin("A:1", hash_b);
    REQUIRE_FALSE(status);
    CHECK(status.error().code() == Errc::certificate_rejected);
    CHECK(store->pinned("a:1") == hash_a);
}

TEST_CASE("trust store: a pin is in the file when pin() returns", "[trust]") {
    const Scratch scratch;
    const auto path = scratch.path("trust");
    auto store = FileTrustStore::open(path);
    REQUIRE(store);
    for (std::size_t i = 0; i < 50; ++i) {
        REQUIRE(store->pin("host-" + std::to_string(i) + ":5986", hash_a));
        const auto as_after_a_kill = FileTrustStore::open(path);
        REQUIRE(as_after_a_kill);
        CHECK(as_after_a_kill->size() == i + 1);
    }
}

TEST_CASE("trust store: two runs do not lose each other's pins", "[trust]") {
    const Scratch scratch;
    const auto path = scratch.path("trust");
    auto one = FileTrustStore::open(path);
    auto two = FileTrustStore::open(path);
    REQUIRE(one->pin("a:1", hash_a));
    REQUIRE(two->pin("b:1", hash_b));
    REQUIRE(two->pin("a:1", hash_a));
    const auto both = FileTrustStore::open(path);
    CHECK(both->pinned("a:1") == hash_a);
    CHECK(both->pinned("b:1") == hash_b);
}

TEST_CASE("trust store: of two runs that see different identities the second is refused") {
    const Scratch scratch;
    const auto path = scratch.path("trust");
    auto one = FileTrustStore::open(path);
    auto two = FileTrustStore::open(path);
    REQUIRE(one->pin("a:1", hash_a));
    const auto status = two->pin("A:1", hash_b);
    REQUIRE_FALSE(status);
    CHECK(status.error().code() == Errc::certificate_rejected);
    CHECK(two->pinned("a:1") == hash_a);
    CHECK(FileTrustStore::open(path)->pinned("a:1") == hash_a);
}

TEST_CASE("trust store: a damaged file is an error, never an empty store", "[trust]") {
    const Scratch scratch;
    const auto good = "a:1 sha256:" + hash_a + " 2026-11-23T03:00:00Z\n";
    const auto all = std::vector<std::pair<std::string, std::string>>{
        {"garbage\n", "line 1"},
        {good + "a:2 sha256:" + hash_a.substr(1) + " 2026-11-23T03:00:00Z\n", "line 2"},
        {good + "a:2 md5:" + hash_a + " 2026-11-23T03:00:00Z\n", "line 2"},
        {good + "a:2 sha256:" + hash_a + " yesterday\n", "line 2"},
        {good + "a sha256:" + hash_a + " 2026-11-23T03:00:00Z\n", "line 2"},
        {good + good, "line 2"},
        {good + "a:2 sha1:" + hash_a, "line 2"}, // not cut off: no line of ours begins so
        {good + "a\x01:2", "line 2"},
        {good + std::string("\0\0\0", 3), "line 2"},
        {"garbage", "line 1"},
        {std::string("\0\0\0", 3), "line 1"},
    };
    for (const auto& [text, where] : all) {
        const auto store = FileTrustStore::open(scratch.file("trust", text));
        REQUIRE_FALSE(store);
        CHECK(store.error().code() == Errc::malformed_output);
        CHECK_THAT(std::string(store.error().detail()), Catch::Contains(where));
    }
    CHECK(FileTrustStore::open(scratch.file("trust", "# words\n\n" + good))->size() == 1);
}

TEST_CASE("trust store: what a crash left of the last line is cut off", "[trust]") {
    const Scratch scratch;
    const std::string good = "a:1 sha256:" + hash_a + " 2026-11-23T03:00:00Z\n";
    const std::string next = "b:1 sha256:" + hash_b + " 2026-11-23T03:00:01Z";
    for (std::size_t kept = 0; kept <= next.size(); ++kept) {
        INFO(kept);
        const auto path = scratch.file("trust", good + next.substr(0, kept));
        auto store = FileTrustStore::open(path);
        REQUIRE(store);
        CHECK(store->pinned("a:1") == hash_a);
        CHECK(store->pinned("b:1").has_value() == (kept == next.size()));
        REQUIRE(store->pin("c:1", hash_b));
        const auto again = FileTrustStore::open(path);
        REQUIRE(again);
        CHECK(again->pinned("a:1") == hash_a);
        CHECK(again->pinned("c:1") == hash_b);
        CHECK(again->size() == (kept == next.size() ? 3 : 2));
    }
}

TEST_CASE("trust store: what cannot be written is told, and nothing is remembered", "[trust]") {
    const Scratch scratch;
    const auto path = scratch.path("trust");
    REQUIRE(FileTrustStore::open(path)->pin("a:1", hash_a));
    auto store = FileTrustStore::open(path);
    const auto before = Scratch::read(path);
    // As on a full disk, whoever we are: a write beyond the limit fails in the middle of the line.
    rlimit usual{};
    REQUIRE(getrlimit(RLIMIT_FSIZE, &usual) == 0);
    auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit little{before.size() + 10, usual.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &little) == 0);
    const auto status = store->pin("b:1", hash_b);
    REQUIRE(setrlimit(RLIMIT_FSIZE, &usual) == 0);
    std::signal(SIGXFSZ, handler);
    REQUIRE_FALSE(status);
    CHECK(status.error().code() == Errc::local_limit);
    CHECK(Scratch::read(path) == before);
    CHECK_FALSE(store->pinned("b:1").has_value());
    REQUIRE(store->pin("b:1", hash_b));
    CHECK(FileTrustStore::open(path)->pinned("b:1") == hash_b);
}

TEST_CASE("trust store: a link in its place is not followed", "[trust]") {
    const Scratch scratch;
    const auto other = scratch.file("other", "");
    const auto path = scratch.path("trust");
    auto store = FileTrustStore::open(path);
    REQUIRE(store);
    std::filesystem::create_symlink(other, path);
    CHECK_FALSE(store->pin("a:1", hash_a));
    CHECK(Scratch::read(other).empty());
}

TEST_CASE("trust store: nonsense is not pinned", "[trust]") {
    const Scratch scratch;
    auto store = FileTrustStore::open(scratch.path("trust"));
    CHECK_FALSE(store->pin("no-port", hash_a));
    CHECK_FALSE(store->pin("a b:1", hash_a));
    CHECK_FALSE(store->pin("a\n:1", hash_a));
    CHECK_FALSE(store->pin("#a:1", hash_a));
    CHECK_FALSE(store->pin("a:1", "abc"));
    CHECK(store->size() == 0);
}
