// Keys, lists and values of hives made here: what is found, what is absent, and what is damaged.
#include "tests/support/catch.hpp"
#include "tests/unit/offline/hive_builder.hpp"

#include "offline/hive/hive.hpp"
#include "offline/hive/names.hpp"
#include "offline/hive/typed.hpp"
#include "offline/source.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;
using namespace rdpsweep::offline::testing;

namespace {

Buffer buffer(std::string_view text) {
    Buffer bytes;
    put_text(bytes, 0, text);
    return bytes;
}

struct Opened {
    explicit Opened(const Buffer& content) : bytes(content), source(bytes) {}

    Hive hive() {
        auto opened = Hive::open(source);
        REQUIRE(opened);
        return *opened;
    }

    Buffer bytes;
    MemorySource source;
};

Errc code_of(const Buffer& content) {
    Opened opened(content);
    const auto hive = Hive::open(opened.source);
    REQUIRE_FALSE(hive);
    return hive.error().code();
}

template <class T>
Errc code_of(const Result<T>& result) {
    REQUIRE_FALSE(result);
    return result.error().code();
}

std::uint32_t hash(std::u16string_view capitals) {
    return name_hash(capitals);
}

} // namespace

TEST_CASE("hive: a key is found by each kind of list, in any case", "[hive]") {
    HiveBuilder made;
    const auto one = made.key("Alpha");
    const auto two = made.key("Beta");
    std::uint32_t list = 0;
    SECTION("li") {
        list = made.list("li", {one, two});
    }
    SECTION("lf") {
        list = made.hinted("lf", {{one, 0x68706C41}, {two, 0x61746542}});
    }
    SECTION("lf whose hint says nothing") {
        list = made.hinted("lf", {{one, 0x68706C41}, {two, 0}});
    }
    SECTION("lh") {
        list = made.hinted("lh", {{one, hash(u"ALPHA")}, {two, hash(u"BETA")}});
    }
    SECTION("ri of two") {
        list = made.list("ri", {made.list("li", {one}), made.hinted("lh", {{two, hash(u"BETA")}})});
    }
    made.root(made.key("root", 2, list));
    Opened opened(made.bytes);
    const auto hive = opened.hive();
    for (const auto* path : {"Beta", "bETA", "\\beta", "beta\\"}) {
        const auto found = hive.find(path);
        REQUIRE(found);
        REQUIRE(*found);
        CHECK((*found)->name == u"Beta");
        CHECK((*found)->written == 0x01D9'0000'0000'0001);
    }
    CHECK_FALSE(*hive.find("Betas"));
    CHECK_FALSE(*hive.find("Beta\\Alpha"));
    CHECK((*hive.find(""))->name == u"root");
    const auto subkeys = hive.subkeys(*hive.root());
    REQUIRE(subkeys);
    REQUIRE(subkeys->found.size() == 2);
    CHECK(subkeys->found[0].name == u"Alpha");
    CHECK(subkeys->unreadable == 0);
}

TEST_CASE("hive: a name's hash and capitals are those of Windows", "[hive]") {
    CHECK(hash(u"A") == 65);
    CHECK(hash(u"AB") == 65 * 37 + 66);
    CHECK(
        upcase(u"stra\u00DFe \u00E4\u00FF\u0131\u0444") == u"STRA\u00DFE \u00C4\u0178\u0131\u0424"
    );
}

TEST_CASE("hive: a list that does not hold up is an error, not an absence", "[hive]") {
    HiveBuilder made;
    const auto key = made.key("Alpha");
    std::uint32_t list = 0;
    SECTION("a list of lists in a list of lists") {
        list = made.list("ri", {made.list("ri", {made.list("li", {key})})});
    }
    SECTION("a list of lists that lists itself") {
        list = made.list("ri", {0});
        put(made.bytes, 4096 + list + 4 + 4, list, 4);
    }
    SECTION("an unknown kind") {
        list = made.list("lx", {key});
    }
    SECTION("more elements than its cell holds") {
        list = made.list("li", {key});
        put(made.bytes, 4096 + list + 4 + 2, 1000, 2);
    }
    SECTION("nowhere") {
        list = no_cell;
    }
    SECTION("within the hive, but not where a cell begins") {
        list = key + 4;
    }
    SECTION("a cell that is not in use") {
        list = made.list("li", {key});
        put(made.bytes, 4096 + list, 16, 4);
    }
    SECTION("behind the end of the file") {
        list = 16 * 4096;
    }
    SECTION("a cell that is larger than the hive") {
        list = made.list("li", {key});
        put(made.bytes, 4096 + list, 0x80000008, 4);
    }
    SECTION("a key that is none") {
        list = made.list("li", {made.cell(buffer("kn"))});
    }
    SECTION("a key with a name that leaves its cell") {
        put(made.bytes, 4096 + key + 4 + 72, 100, 2);
        list = made.list("li", {key});
    }
    made.root(made.key("root", 1, list));
    Opened opened(made.bytes);
    CHECK(code_of(opened.hive().find("Alpha")) == Errc::malformed_output);
}

TEST_CASE("hive: one key that is damaged does not hide the others", "[hive]") {
    HiveBuilder made;
    const auto bad = made.cell(buffer("kn"));
    const auto good = made.key("Good");
    made.root(made.key("root", 2, made.hinted("lh", {{bad, 1}, {good, hash(u"GOOD")}})));
    Opened opened(made.bytes);
    const auto hive = opened.hive();
    CHECK(*hive.find("Good"));
    const auto subkeys = hive.subkeys(*hive.root());
    REQUIRE(subkeys);
    CHECK(subkeys->found.size() == 1);
    CHECK(subkeys->unreadable == 1);
}

TEST_CASE("hive: a path is followed as deep as Windows makes one", "[hive]") {
    HiveBuilder made;
    const auto key = made.key("a", 1, 0);
    put(made.bytes, 4096 + key + 4 + 28, made.list("li", {key}), 4); // it holds itself
    made.root(key);
    Opened opened(made.bytes);
    std::string path;
    for (int depth = 0; depth < 512; ++depth)
        path += "a\\";
    CHECK(*opened.hive().find(path));
    CHECK_FALSE(*opened.hive().find(path + "a"));
}

TEST_CASE("hive: data lies in a value, in a cell, or in pieces", "[hive]") {
    HiveBuilder made;
    Buffer big(16'344 + 100);
    for (std::size_t i = 0; i < big.size(); ++i)
        big[i] = static_cast<std::byte>(i * 7);
    const auto first = made.cell(Buffer(big.begin(), big.begin() + 16'344));
    const auto second = made.cell(Buffer(big.begin() + 16'344, big.end()));
    Buffer record = buffer("db");
    put(record, 2, 2, 2);
    put(record, 4, made.plain({first, second}), 4);
    const auto in_pieces = made.value("pieces", 3, Buffer(8));
    put(made.bytes, 4096 + in_pieces + 4 + 4, big.size(), 4);
    put(made.bytes, 4096 + in_pieces + 4 + 8, made.cell(record), 4);
    const auto root = made.key("root");
    made.values(
        root, {made.value("", 1, buffer("abcdef")), made.value("small", 4, buffer("xy")), in_pieces}
    );
    made.root(root);
    Opened opened(made.bytes);
    const auto hive = opened.hive();
    const auto key = *hive.root();
    CHECK(*hive.data(**hive.value(key, "")) == buffer("abcdef"));
    CHECK(*hive.data(**hive.value(key, "SMALL")) == buffer("xy"));
    CHECK(*hive.data(**hive.value(key, "pieces")) == big);
    CHECK(code_of(hive.data(**hive.value(key, "pieces"), 16'443)) == Errc::output_limit);
    CHECK_FALSE(*hive.value(key, "none"));
    CHECK(hive.values(key)->found.size() == 3);

    put(opened.bytes, 4096 + (*hive.value(key, "pieces"))->cell + 4 + 2, 1, 2); // a piece less
    CHECK(code_of(hive.data(**hive.value(key, "pieces"))) == Errc::malformed_output);
}

TEST_CASE("hive: a value that cannot be read is not absent", "[hive]") {
    HiveBuilder made;
    const auto root = made.key("root");
    const auto good = made.value("good", 4, buffer("abcd"));
    const auto other = made.value("other", 3, buffer("abcdefgh"));
    made.values(root, {made.cell(buffer("kv")), good, other});
    made.root(root);
    Opened opened(made.bytes);
    const auto hive = opened.hive();
    const auto key = *hive.root();
    CHECK(*hive.value(key, "good"));
    CHECK(code_of(hive.value(key, "none")) == Errc::malformed_output);
    CHECK(hive.values(key)->unreadable == 1);

    put(opened.bytes, 4096 + other + 4 + 4, 4000, 4); // more data than its cell
    CHECK(code_of(hive.data(**hive.value(key, "other"))) == Errc::malformed_output);
    put(opened.bytes, 4096 + other + 4 + 4, 0x80000005, 4); // more than fits into the value
    CHECK(code_of(hive.value(key, "other")) == Errc::malformed_output);
    put(opened.bytes, 4096 + other + 4 + 4, 0x7FFFFFFF, 4);
    CHECK(code_of(hive.data(**hive.value(key, "other"))) == Errc::output_limit);
    put(opened.bytes, 4096 + root + 4 + 36, 0xFFFFFFFF, 4);
    CHECK(code_of(hive.values(*hive.root())) == Errc::output_limit);
}

TEST_CASE("hive: a security descriptor is as long as its cell says", "[hive]") {
    HiveBuilder made;
    Buffer security(20);
    put_text(security, 0, "sk");
    put(security, 16, 6, 4);
    put_text(security, 20, "secret");
    const auto cell = made.cell(security);
    const auto root = made.key("root");
    put(made.bytes, 4096 + root + 4 + 44, cell, 4);
    made.root(root);
    Opened opened(made.bytes);
    const auto hive = opened.hive();
    CHECK(*hive.security(*hive.root()) == buffer("secret"));
    put(opened.bytes, 4096 + cell + 4 + 16, 0xFFFFFFFF, 4);
    CHECK(code_of(hive.security(*hive.root())) == Errc::malformed_output);
    put(opened.bytes, 4096 + root + 4 + 44, root, 4);
    CHECK(code_of(hive.security(*hive.root())) == Errc::malformed_output);
}

TEST_CASE("hive: what is no hive, or one of another version, is refused", "[hive]") {
    const auto sound = HiveBuilder(1).bytes;
    CHECK(code_of(Buffer()) == Errc::malformed_output);
    CHECK(code_of(Buffer(sound.begin(), sound.begin() + 4095)) == Errc::malformed_output);
    CHECK(code_of(Buffer(8192)) == Errc::malformed_output);
    auto other = sound;
    put(other, base_field::minor, 2, 4);
    CHECK(code_of(other) == Errc::unsupported);
    other = sound;
    put(other, base_field::type, 6, 4);
    CHECK(code_of(other) == Errc::malformed_output);
}

TEST_CASE("hive: values by type, as .NET reads them", "[hive]") {
    const auto value = [](std::uint32_t type, std::string_view data) {
        return Value{type, buffer(data)};
    };
    using namespace std::string_view_literals;
    CHECK(text_of(value(1, "a\0b\0\0\0"sv)) == "ab");
    CHECK(text_of(value(2, "a\0b\0"sv)) == "ab");        // no terminator
    CHECK(text_of(value(1, "a\0b"sv)) == "ab");          // an odd byte
    CHECK(text_of(value(1, "a\0\0\0b\0\0\0"sv)) == "a"); // something behind it
    CHECK(text_of(value(1, "")) == "");
    CHECK_FALSE(text_of(value(3, "a\0"sv)));
    using Texts = std::vector<std::string>;
    CHECK(texts_of(value(7, "a\0\0\0b\0\0\0\0\0"sv)) == Texts{"a", "b"});
    CHECK(texts_of(value(7, "a\0\0\0b\0"sv)) == Texts{"a", "b"});
    CHECK(texts_of(value(7, "\0\0"sv)) == Texts{});
    CHECK(texts_of(value(7, "")) == Texts{});
    CHECK_FALSE(texts_of(value(1, "a\0"sv)));
    CHECK(dword_of(value(4, "\1\2\0\x80"sv)) == 0x80000201);
    CHECK(dword_of(value(4, "\1\2"sv)) == 0x201);
    CHECK(dword_of(value(4, "")) == 0);
    CHECK_FALSE(dword_of(value(4, "\1\2\3\4\5"sv)));
    CHECK_FALSE(dword_of(value(11, "\1\2\3\4"sv)));
    CHECK(qword_of(value(11, "\1\0\0\0\0\0\0\x80"sv)) == 0x8000000000000001);
    CHECK_FALSE(qword_of(value(11, "123456789"sv)));
    CHECK(binary_of(value(3, "ab")) == buffer("ab"));
}

TEST_CASE("hive: absent, of another type and unreadable are three things", "[hive]") {
    HiveBuilder made;
    const auto root = made.key("root");
    const auto good = made.value("number", 4, buffer("\1"));
    const auto broken = made.value("broken", 4, buffer("abcdefgh"));
    put(made.bytes, 4096 + broken + 4 + 8, no_cell, 4);
    made.values(root, {good, broken});
    made.root(root);
    Opened opened(made.bytes);
    const auto hive = opened.hive();
    const auto key = hive.find("");
    REQUIRE(key);
    CHECK(*read_dword(hive, *key, "Number") == 1);
    CHECK(*read_dword(hive, *key, "none") == std::nullopt);
    CHECK(*read_dword(hive, std::nullopt, "Number") == std::nullopt);
    const auto text = read_text(hive, *key, "Number");
    CHECK(code_of(text) == Errc::unsupported);
    CHECK(text.error().detail() == "wrong type: 4 of 1 bytes");
    CHECK(code_of(read_dword(hive, *key, "broken")) == Errc::malformed_output);
}
