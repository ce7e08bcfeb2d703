// Files of ours, and what is said where one cannot be read.
#include "scanner/system/read_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

using namespace rdpsweep;

namespace {

std::string words_of(const Result<std::string>& read) {
    if (read) return *read;
    return std::string(to_string(read.error().code())) + ": " + std::string(read.error().detail());
}

} // namespace

TEST_CASE("read_file: what is there, within the limit", "[system]") {
    const Scratch scratch;
    const auto path = scratch.file("f", "12345");
    CHECK(words_of(read_file(path, 5)) == "12345");
    CHECK(words_of(read_file(path, 4)) == "output_limit: " + path + " is larger than 4 bytes");
    CHECK(
        words_of(read_file(scratch.path("no"), 4)) ==
        "name_not_found: cannot read " + scratch.path("no") + ": No such file or directory"
    );
    std::filesystem::create_directory(scratch.path("folder"));
    CHECK(
        words_of(read_file(scratch.path("folder"), 4)) ==
        "local_limit: cannot read " + scratch.path("folder") + ": Is a directory"
    );
}
