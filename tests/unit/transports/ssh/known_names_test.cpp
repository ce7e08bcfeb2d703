// Which lines of known_hosts are about a host: the same by looking names up as by comparing all.
#include "core/encoding.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/scratch.hpp"
#include "transports/ssh/known_hosts.hpp"
#include "transports/ssh/name_match.hpp"
#include "transports/ssh/wire.hpp"

#include <random>

using namespace rdpsweep;
using namespace rdpsweep::ssh;

namespace {

using Numbers = std::vector<std::size_t>;
using Names = std::vector<std::string>;

// Salt and hash as ssh-keygen -H makes them, of "a" and of "[a]:2222".
const std::string salt = "c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=";
const std::string hashed_a = "|1|" + salt + "|fuQAGgoIpP0C0Yl1ffOnTkVGA8o=";
const std::string hashed_port = "|1|" + salt + "|sr3lnRdG7gTmKmYAtohTklRNbwo=";

std::string many(const std::string& first, const std::string& last) {
    auto names = first;
    for (int i = 0; i < 1100; ++i)
        names += "x" + std::to_string(i) + ",";
    return names + last;
}

// The first fields of a file, by line from 1 on, with the markers before them.
Names odd_fields() {
    const std::string y(1022, 'y');
    return {
        "a",
        "A",
        "a,b",
        "b,a,a",
        "a,",
        ",a",
        "!a",
        "a,!a",
        "*",
        "?",
        "*,!a",
        "!a,*",
        "a*",
        "*a",
        "a,!b",
        "!!a",
        "!",
        "*!",
        "[a]:2222",
        "[A]:2222",
        "[a]:22",
        "[*]:2222",
        "a:2222",
        "@revoked a",
        "@cert-authority *",
        "@revoked !a,*",
        hashed_a,
        hashed_port,
        "|1|" + salt + "|cnVvMKzLPEv1dI44jKFlPSQwbys=", // of "A", which no host is called
        "|1|c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzcw==|kpXqhH14AyLuIoBEK1YdWhD9RT4=", // salt of 19 bytes
        "|2|" + hashed_a.substr(3),
        hashed_a + "|",
        hashed_a + ",a",
        "x," + hashed_a,
        "|1||",
        "|",
        "a," + y,
        "a," + y + "y",
        "*,!" + y + "y",
        y + "y,a",
        "::1",
        "[::1]:2222",
        "a.",
        "**",
        "a,*,!?",
        hashed_a.substr(0, hashed_a.size() - 2) + "p=", // decodes to the same bytes
        many("", "a"),
        many("*,", "!a")};
}

std::string file_of(const Names& fields) {
    const auto blob = wire_text("ssh-ed25519") + wire_text(std::string(32, 'k'));
    std::string text;
    for (const auto& field : fields)
        text += field + " ssh-ed25519 " + base64_encode(blob) + "\n";
    return text;
}

Numbers numbers_of(const std::vector<const KnownHost*>& lines) {
    Numbers numbers;
    for (const auto* line : lines)
        numbers.push_back(std::stoul(line->where.substr(2))); // behind "f:"
    return numbers;
}

// As they were found before there was an index of names.
Numbers by_scan(const Names& fields, std::string_view name) {
    Numbers numbers;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto names = fields[i].substr(fields[i].find(' ') + 1); // npos + 1 is 0
        if (names_match(names, name)) numbers.push_back(i + 1);
    }
    return numbers;
}

} // namespace

TEST_CASE("known_hosts: the lines that ssh-keygen -F finds in an odd file", "[ssh]") {
    struct Row {
        std::string host;
        std::uint16_t port;
        Numbers lines; // OpenSSH 9.2
    };

    const std::vector<Row> rows{
        {"a", 22, {1, 2, 3, 4, 5, 6, 9, 10, 13, 14, 15, 24, 25, 27, 37, 44, 47}},
        {"A", 22, {1, 2, 3, 4, 5, 6, 9, 10, 13, 14, 15, 24, 25, 27, 37, 44, 47}},
        {"b", 22, {3, 4, 9, 10, 11, 12, 25, 26, 44, 48}},
        {"a", 2222, {9, 11, 12, 19, 20, 22, 25, 26, 28, 44, 45, 48}},
        {"::1", 22, {9, 11, 12, 25, 26, 41, 44, 45, 48}},
        {"::1", 2222, {9, 11, 12, 22, 25, 26, 42, 44, 45, 48}},
        {"ab", 22, {9, 11, 12, 13, 25, 26, 44, 45, 48}},
        {"!a", 22, {9, 11, 12, 14, 25, 26, 44, 45, 48}},
        {std::string(1022, 'y'), 22, {9, 11, 12, 25, 26, 37, 44, 45, 48}},
        {"*", 22, {9, 10, 11, 12, 25, 26, 44, 48}},
        {"x1099", 22, {9, 11, 12, 25, 26, 44, 45, 47, 48}},
    };
    const auto fields = odd_fields();
    KnownHosts known;
    known.add(file_of(fields), "f");
    REQUIRE(known.size() == fields.size());
    for (const auto& row : rows) {
        CAPTURE(row.host, row.port);
        const auto lines = known.about(row.host, row.port);
        CHECK(numbers_of(lines.exact) == row.lines);
        if (row.port != 22) CHECK(numbers_of(lines.portless) == by_scan(fields, row.host));
    }
}

TEST_CASE("known_hosts: names looked up give what comparing every line gives", "[ssh]") {
    const Names pieces{
        "a",
        "b",
        "A",
        "web-01",
        "WEB-01",
        "[a]:2222",
        "[web-01]:2222",
        "*",
        "?",
        "w*",
        "*-01",
        "!a",
        "!web-01",
        "!*",
        "",
        "!!a",
        "a!",
        "[*]:2222",
        "10.0.0.1",
        "!",
        "*!",
        std::string(1022, 'a'),
        std::string(1023, 'a')};
    const Names hashed{hashed_a, hashed_port, "|", "|1|AAAA", "|2|AAAA|AAAA"};
    const Names asked{"a", "b", "web-01", "10.0.0.1", "c", "a!", std::string(1022, 'a')};
    std::mt19937 random(1); // NOLINT: the same files each time
    const auto below = [&random](std::size_t most) { return random() % most; };
    std::size_t found = 0;
    for (int round = 0; round < 300; ++round) {
        Names fields;
        for (auto left = below(20); left > 0; --left) {
            auto field =
                below(4) == 0 ? hashed[below(hashed.size())] : pieces[below(pieces.size())];
            for (auto more = below(3); more > 0; --more)
                field += "," + pieces[below(pieces.size())];
            if (field.empty()) field = "b"; // no line begins with its key's type
            fields.push_back((below(5) == 0 ? "@revoked " : "") + field);
        }
        KnownHosts known;
        known.add(file_of(fields), "f");
        REQUIRE(known.size() == fields.size());
        for (const auto& host : asked) {
            CAPTURE(file_of(fields), host);
            const auto lines = known.about(host, 2222);
            REQUIRE(numbers_of(lines.exact) == by_scan(fields, "[" + host + "]:2222"));
            REQUIRE(numbers_of(lines.portless) == by_scan(fields, host));
            REQUIRE(numbers_of(known.about(host, 22).exact) == numbers_of(lines.portless));
            found += lines.exact.size() + lines.portless.size();
        }
    }
    CHECK(found > 1000); // else they agreed about nothing
}

TEST_CASE("known_hosts: a look-up compares patterns and hashes, and no plain name", "[ssh]") {
    Names fields;
    for (int i = 0; i < 10'000; ++i)
        fields.push_back("vm-" + std::to_string(i) + ",[vm-" + std::to_string(i) + "]:2222");
    fields.emplace_back("@revoked vm-3");
    KnownHosts known;
    known.add(file_of(fields), "f");
    CHECK(known.compared() == 0);
    CHECK(numbers_of(known.about("VM-3", 22).exact) == Numbers{4, 10'001});
    CHECK(numbers_of(known.about("vm-9999", 2222).exact) == Numbers{10'000});
    CHECK(known.about("vm-10000", 22).exact.empty());
    known.add(file_of({"*.example", "vm-?", "a,!b", hashed_a, "|1|unreadable"}), "f");
    CHECK(known.compared() == 4);
}

TEST_CASE("known_hosts: files that can and cannot be read", "[ssh]") {
    const Scratch scratch;
    KnownHosts known;
    REQUIRE(known.add_file(scratch.file("two", file_of({"a", "b"}))));
    CHECK(known.size() == 2);
    CHECK(known.about("b", 22).exact.at(0)->where == scratch.path("two") + ":2");
    REQUIRE(known.add_file(scratch.file("empty", "")));
    const auto missing = known.add_file(scratch.path("missing"));
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code() == Errc::name_not_found);
    const auto folder = known.add_file(scratch.path("")); // it was taken for an empty file
    REQUIRE_FALSE(folder);
    CHECK(folder.error().code() == Errc::local_limit);
    CHECK(folder.error().native() == "Is a directory");
    const auto large = scratch.file("large", "x");
    std::filesystem::resize_file(large, (64u << 20) + 1);
    const auto over = known.add_file(large);
    REQUIRE_FALSE(over);
    CHECK(over.error().code() == Errc::output_limit);
    CHECK(known.size() == 2);
}
