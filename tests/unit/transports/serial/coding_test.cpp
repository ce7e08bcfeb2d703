// How scripts and answers travel as keys and rows.
#include "tests/support/catch.hpp"
#include "tests/unit/transports/serial/serial_bytes.hpp"

using namespace rdpsweep;
using namespace rdpsweep::serial;
using namespace rdpsweep::serial_test;

TEST_CASE("coding: no key follows its equal, and every value comes back", "[serial]") {
    simfleet::Dice dice(11);
    const auto symbols = std::string(alphabet());
    CHECK(std::set<char>(symbols.begin(), symbols.end()).size() == 65);
    for (int turn = 0; turn < 500; ++turn) {
        std::vector<std::uint8_t> values;
        for (auto left = 1 + dice.below(57); left > 0; --left)
            values.push_back(static_cast<std::uint8_t>(dice.below(3) == 0 ? dice.below(64) : 63));
        const auto line = coded_line(values);
        CHECK(no_equal_neighbours(line));
        CHECK(line.size() == values.size() + 4);
        CHECK(line.size() <= 64);
        std::size_t before = 0;
        for (std::size_t at = 0; at < values.size(); ++at) {
            const auto place = symbols.find(line[at + 1]);
            CHECK((place + 65 - before - 1) % 65 == values[at]);
            before = place;
        }
    }
    for (const auto& line : letter_lines(std::string(500, '\xff') + "aa")) {
        CHECK(no_equal_neighbours(line));
        CHECK(line.starts_with('#'));
        CHECK(line.size() <= 64);
    }
    const std::string text(10'000, 'x');
    for (const auto& line : transfer_lines(text, 60))
        CHECK((no_equal_neighbours(line) && line.size() <= 64));
}

TEST_CASE("coding: rows of a page, whole or not at all", "[serial]") {
    const auto row = [](const std::string& body) {
        unsigned low = 0;
        unsigned high = 0;
        for (const char c : body) {
            low = (low + static_cast<unsigned char>(c)) % 255;
            high = (high + low) % 255;
        }
        char check[8];
        std::snprintf(check, sizeof check, "%02x%02x", high, low);
        return "~" + body + check + "~";
    };
    const auto good = read_page_row(row("BcQUJD"));
    REQUIRE(good);
    CHECK(good->page == 'B');
    CHECK(good->row == 2);
    CHECK(good->text == "QUJD");
    auto bad = row("BcQUJD");
    bad[4] = 'R';
    CHECK_FALSE(read_page_row(bad));
    CHECK_FALSE(read_page_row("~~"));
    CHECK_FALSE(read_page_row(row("Bz")));
    const auto last = read_page_row(row("B=070000123" + std::string(16, 'a')));
    REQUIRE(last);
    const auto end = read_page_end(*last);
    REQUIRE(end);
    CHECK(end->rows == 7);
    CHECK_FALSE(end->more);
    CHECK(end->bytes == 123);
    CHECK_FALSE(read_page_end(*good));
}

TEST_CASE("deflate: what is packed comes back", "[serial]") {
    for (const auto& text : {std::string(), std::string("x"), std::string(100'000, 'q')})
        CHECK(inflate_raw(deflate_raw(text), 1u << 20) == text);
}
