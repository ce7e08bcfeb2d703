// Where the SAS of a disk is read from, each time anew.
#include "scanner/credentials/disk_sas.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/scanner/scratch.hpp"

#include <cstdlib>
#include <sys/stat.h>

using namespace rdpsweep;

TEST_CASE("disk sas: from a variable, and from the first line of a file of ours", "[disk][sas]") {
    const Scratch scratch;
    DiskImage by_variable;
    by_variable.sas_env = "RDPSWEEP_TEST_SAS";
    unsetenv("RDPSWEEP_TEST_SAS");
    CHECK(
        read_sas(by_variable).error().detail() ==
        "the environment variable RDPSWEEP_TEST_SAS is not set"
    );
    setenv("RDPSWEEP_TEST_SAS", "https://a/b?sig=1", 1);
    CHECK(read_sas(by_variable)->reveal() == "https://a/b?sig=1");
    unsetenv("RDPSWEEP_TEST_SAS");

    DiskImage by_file;
    by_file.sas_file = scratch.file("sas", "https://a/c?sig=2\r\nmore\n");
    CHECK(read_sas(by_file)->reveal() == "https://a/c?sig=2");
    CHECK(scratch.file("sas", "https://a/c?sig=3\n") == by_file.sas_file);
    CHECK(read_sas(by_file)->reveal() == "https://a/c?sig=3");

    DiskImage by_systemd;
    by_systemd.sas_systemd = "sas";
    setenv("CREDENTIALS_DIRECTORY", scratch.path("").c_str(), 1);
    CHECK(read_sas(by_systemd)->reveal() == "https://a/c?sig=3");
    unsetenv("CREDENTIALS_DIRECTORY");
    CHECK(read_sas(by_systemd).error().code() == Errc::name_not_found);
}

TEST_CASE("disk sas: a file of others, a FIFO and none are refused", "[disk][sas]") {
    const Scratch scratch;
    DiskImage disk;
    disk.sas_file = scratch.file("open", "https://a/b?sig=secret\n", 0644);
    CHECK(read_sas(disk).error().code() == Errc::access_denied);
    CHECK(read_sas(disk).error().detail().find("secret") == std::string_view::npos);
    disk.sas_file = scratch.path("none");
    CHECK(read_sas(disk).error().code() == Errc::name_not_found);
    CHECK(read_sas(disk).error().detail().starts_with("cannot open the SAS file "));
    disk.sas_file = scratch.file("empty", "");
    CHECK(read_sas(disk).error().code() == Errc::malformed_output);
    disk.sas_file = scratch.path("fifo");
    REQUIRE(mkfifo(disk.sas_file.c_str(), 0600) == 0);
    CHECK(read_sas(disk).error().code() == Errc::unsupported); // and does not wait
}
