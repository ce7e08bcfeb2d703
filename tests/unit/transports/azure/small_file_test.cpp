// A file that holds one secret: what is read of it, and what is said where it cannot be.
#include "tests/support/catch.hpp"
#include "tests/support/scratch.hpp"
#include "transports/azure/small_file.hpp"

using namespace rdpsweep;

namespace {

// Returns the secret, or what is wrong with the file "f".
std::string read(const std::string& path, std::size_t most = 64u << 10) {
    const auto secret = azure::read_secret_file(path, "the token", most);
    return secret ? std::string(secret->reveal()) : std::string(secret.error().detail());
}

} // namespace

TEST_CASE("A secret's file is read without the white space around it", "[azure]") {
    const Scratch scratch;
    const auto start = "the token " + scratch.path("f") + ": ";
    CHECK(read(scratch.file("f", " \r\n a token\tof two \n")) == "a token\tof two");
    CHECK(read(scratch.file("f", std::string(5000, 'k'))) == std::string(5000, 'k'));
    CHECK(read(scratch.file("f", "12345"), 5) == "12345");
    CHECK(read(scratch.file("f", "12345"), 4) == start + "it is larger than 4 bytes");
    CHECK(read(scratch.file("f", "")) == start + "it is empty");
    CHECK(read(scratch.file("f", "\n \n")) == start + "it is empty");
    std::filesystem::remove(scratch.path("f"));
    CHECK(read(scratch.path("f")) == start + "No such file or directory");
    std::filesystem::create_directory(scratch.path("f"));
    CHECK(read(scratch.path("f")) == start + "Is a directory");
}
