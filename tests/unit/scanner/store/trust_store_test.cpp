#include "scanner/store/trust_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

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

TEST_CASE("trust store: thousands of pins are written in bulk, and all of them", "[trust]") {
    const Scratch scratch;
    const auto path = scratch.path("trust");
    {
        auto store = FileTrustStore::open(path);
        REQUIRE(store);
        for (int i = 0; i < 5000; ++i) {
            REQUIRE(store->pin("host-" + std::to_string(i) + ":5986", hash_a));
        }
        REQUIRE(store->flush());
        const auto again = FileTrustStore::open(path);
        REQUIRE(again);
        CHECK(again->size() == 5000);
        REQUIRE(store->pin("last:1", hash_b));
    }
    CHECK(FileTrustStore::open(path)->pinned("last:1") == hash_b);
}

TEST_CASE("trust store: two runs do not lose each other's pins", "[trust]") {
    const Scratch scratch;
    const auto path = scratch.path("trust");
    auto one = FileTrustStore::open(path);
    auto two = FileTrustStore::open(path);
    REQUIRE(one->pin("a:1", hash_a));
    REQUIRE(one->flush());
    REQUIRE(two->pin("b:1", hash_b));
    REQUIRE(two->pin("a:1", hash_a));
    REQUIRE(two->flush());
    const auto both = FileTrustStore::open(path);
    CHECK(both->pinned("a:1") == hash_a);
    CHECK(both->pinned("b:1") == hash_b);
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
        {good + "a:2 sha256:" + hash_a + " 2026-11-23T03:00:00Z", "line 2"}, // torn
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

TEST_CASE("trust store: what cannot be written is told and leaves the old file whole", "[trust]") {
    const Scratch scratch;
    const auto path = scratch.path("trust");
    REQUIRE(FileTrustStore::open(path)->pin("a:1", hash_a));
    const auto before = Scratch::read(path);
    // The temporary file's name is taken by a folder: writing fails whoever we are.
    std::filesystem::create_directory(path + ".new");
    auto store = FileTrustStore::open(path);
    const auto status = store->pin("b:1", hash_b);
    REQUIRE_FALSE(status);
    CHECK(status.error().code() == Errc::local_limit);
    CHECK(Scratch::read(path) == before);
    std::filesystem::remove(path + ".new");
    REQUIRE(store->flush());
    CHECK(FileTrustStore::open(path)->pinned("b:1") == hash_b);
}

TEST_CASE("trust store: a half-written temporary file of a crash does no harm", "[trust]") {
    const Scratch scratch;
    const auto path = scratch.path("trust");
    REQUIRE(FileTrustStore::open(path)->pin("a:1", hash_a));
    (void)scratch.file("trust.new", "b:1 sha2");
    auto store = FileTrustStore::open(path);
    REQUIRE(store);
    CHECK(store->size() == 1);
    REQUIRE(store->pin("c:1", hash_b));
    REQUIRE(store->flush());
    CHECK(FileTrustStore::open(path)->size() == 2);
    CHECK_FALSE(std::filesystem::exists(path + ".new"));
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
