// Lines up to a bound, and what is told of those beyond it.
#include "scanner/system/read_line.hpp"
#include "tests/support/catch.hpp"

#include <limits>
#include <sstream>

using namespace rdpsweep;

namespace {

using Lines = std::vector<std::pair<LineEnd, std::string>>;

Lines read_all(const std::string& text, std::size_t longest) {
    std::istringstream in(text);
    Lines lines;
    std::string line;
    for (;;) {
        const auto end = read_line(in, line, longest);
        if (end == LineEnd::none) return lines;
        lines.emplace_back(end, line);
    }
}

} // namespace

TEST_CASE("read_line: whole lines, empty ones, and the torn one at the end", "[system]") {
    CHECK(read_all("", 4).empty());
    CHECK(read_all("\n", 4) == Lines{{LineEnd::whole, ""}});
    CHECK(
        read_all("a\n\nbcd\nef", 4) ==
        Lines{
            {LineEnd::whole, "a"},
            {LineEnd::whole, ""},
            {LineEnd::whole, "bcd"},
            {LineEnd::torn, "ef"}}
    );
}

TEST_CASE("read_line: a line may have the bound, and not one byte more", "[system]") {
    for (const std::size_t longest : {1u, 4u, 8190u, 8191u, 8192u, 8193u, 20'000u}) {
        INFO(longest);
        const std::string most(longest, 'x');
        CHECK(read_all(most + "\n", longest) == Lines{{LineEnd::whole, most}});
        CHECK(read_all(most, longest) == Lines{{LineEnd::torn, most}});
        // The newline is still there: the rest of the line is read as a line.
        CHECK(
            read_all(most + "y\nz\n", longest) ==
            Lines{{LineEnd::too_long, most + "y"}, {LineEnd::whole, ""}, {LineEnd::whole, "z"}}
        );
        CHECK(read_all(most + "y", longest) == Lines{{LineEnd::too_long, most + "y"}});
    }
}

TEST_CASE("read_line: a caller may pass over the rest of a line", "[system]") {
    std::istringstream in(std::string(100'000, 'x') + "\nnext\n");
    std::string line;
    CHECK(read_line(in, line, 10) == LineEnd::too_long);
    CHECK(line == std::string(11, 'x'));
    in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    CHECK(read_line(in, line, 10) == LineEnd::whole);
    CHECK(line == "next");
    CHECK(read_line(in, line, 10) == LineEnd::none);
}
