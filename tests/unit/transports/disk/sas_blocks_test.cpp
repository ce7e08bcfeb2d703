// Ranges through a SAS: what is asked for, what is asked for again, and what ends the reading.
#include "tests/support/catch.hpp"
#include "tests/unit/transports/disk/storage_server.hpp"

#include <algorithm>

using namespace rdpsweep;
using namespace std::chrono_literals;
using test::Answer;
using test::answer_of;
using test::disk_bytes;
using test::range_of;
using test::Reply;
using test::SasRead;

namespace {

constexpr std::size_t disk_size = 256u << 10;
constexpr std::size_t place = 100'000; // behind what is fetched at first
constexpr std::size_t length = 5000;

// Opens the disk and reads a piece of it twice. sigs: of the SAS, one after the other.
SasRead read_disk(Answer answer, std::vector<std::string> sigs = {test::signature}) {
    Resolver resolver;
    Pacer pacer(1000, 1000);
    Services services{resolver, pacer, TrustPolicy()};
    services.quota_delay = 1ms;
    return test::run_task([&](HostDeadline& deadline) -> Task<SasRead> {
        test::StorageServer server(deadline.executor(), std::move(answer));
        std::vector<std::string> urls;
        for (const auto& sig : sigs)
            urls.push_back(server.url(sig));
        test::SasList source(std::move(urls));
        SasRead read;
        auto blocks = co_await disk::open_sas(source, services, deadline, read.attempt);
        if (!blocks) read.error = blocks.error();
        for (int times = 0; blocks && !read.error && times < 2; ++times) {
            read.size = (*blocks)->size();
            if (read.size <= place) break;
            auto bytes = co_await (*blocks)->read(place, length, deadline);
            if (!bytes) read.error = bytes.error();
            if (bytes && *bytes) read.bytes = **bytes;
        }
        if (blocks) read.notes = (*blocks)->notes();
        read.requests = server.requests();
        read.connections = server.connections();
        read.renewals = source.renewals;
        if (read.error) {
            // Whatever was wrong: which blob it is stands there, and its signature nowhere.
            const auto text = std::string(read.error->detail()) + ' ' +
                              std::string(read.error->native()) + ' ' +
                              std::string(read.error->hint());
            CHECK(text.find(server.place() + test::blob_path + ": ") != std::string::npos);
            CHECK(text.find(test::signature) == std::string::npos);
            CHECK(text.find("sig=") == std::string::npos);
            CHECK_FALSE(read.error->hint().empty());
        }
        co_return read;
    });
}

// A storage whose answers to what comes behind the first two requests are something else.
Answer later(const std::string& disk, Answer other) {
    return [&disk, other = std::move(other), count = 0](const std::string& request) mutable {
        return ++count <= 2 ? Reply{range_of(disk, request)} : other(request);
    };
}

SasRead read_with(const std::string& disk, const std::string& answer) {
    return read_disk(later(disk, [&](const std::string&) { return Reply{answer}; }));
}

} // namespace

TEST_CASE("sas blocks: a piece is one range, all over one connection", "[disk][sas]") {
    const auto disk = disk_bytes(disk_size);
    const auto read =
        read_disk([&](const auto& request) { return Reply{range_of(disk, request)}; });
    REQUIRE_FALSE(read.error);
    CHECK(read.size == disk_size);
    CHECK(read.bytes == disk.substr(place, length));
    REQUIRE(read.requests.size() == 4);
    CHECK(read.connections == 1);
    const auto& first = read.requests[0];
    CHECK(first.starts_with(
        "GET /disks/os.vhd?sv=2024-11-04&sp=r&sig=" + test::signature + " HTTP/1.1\r\n"
    ));
    CHECK(first.find("Range: bytes=0-65535\r\n") != std::string::npos);
    CHECK(first.find("If-Match") == std::string::npos);
    CHECK(first.find("Content-Length") == std::string::npos);
    CHECK(read.requests[1].find("Range: bytes=261632-262143\r\n") != std::string::npos);
    CHECK(read.requests[2].find("Range: bytes=100000-104999\r\n") != std::string::npos);
    CHECK(read.requests[2].find("If-Match: \"0x8D\"\r\n") != std::string::npos);
    CHECK(read.attempt.round_trips == 5); // with that of TCP
    CHECK(read.attempt.bytes_received > 65536 + 512 + 2 * length);
    REQUIRE(read.notes.size() == 1);
    CHECK(read.notes[0].key == "note.disk_sas");
    CHECK(read.notes[0].arguments.at("blob").ends_with("/disks/os.vhd"));
    CHECK(read.notes[0].arguments.at("blob").find("sig") == std::string::npos);
}

TEST_CASE("sas blocks: a disk of less than a block, and one that is none", "[disk][sas]") {
    const auto small = disk_bytes(2048);
    const auto read =
        read_disk([&](const auto& request) { return Reply{range_of(small, request)}; });
    CHECK_FALSE(read.error);
    CHECK(read.size == 2048);
    CHECK(read.requests[0].find("Range: bytes=0-65535\r\n") != std::string::npos);
    auto packed = disk_bytes(disk_size);
    packed.replace(0, 8, "vhdxfile");
    const auto refused =
        read_disk([&](const auto& request) { return Reply{range_of(packed, request)}; });
    REQUIRE(refused.error);
    CHECK(refused.error->code() == Errc::unsupported);
    CHECK(refused.error->detail().ends_with(": the image is a VHDX"));
}

TEST_CASE("sas blocks: what is cut in each request is asked for again", "[disk][sas]") {
    const auto disk = disk_bytes(disk_size);
    std::size_t count = 0;
    const auto read = read_disk([&](const auto& request) {
        auto bytes = range_of(disk, request);
        const bool cut = count++ % 2 == 0;
        if (cut) bytes.resize(bytes.size() / 2); // short, as the header says
        return Reply{bytes, cut};
    });
    REQUIRE_FALSE(read.error);
    CHECK(read.bytes == disk.substr(place, length));
    CHECK(read.requests.size() == 8);
    CHECK(read.connections == 5);
    REQUIRE(read.notes.size() == 2);
    CHECK(read.notes[1].key == "note.disk_again");
    CHECK(read.notes[1].arguments.at("count") == "4");
}

TEST_CASE("sas blocks: what is always cut ends after four tries", "[disk][sas]") {
    const auto disk = disk_bytes(disk_size);
    const auto read = read_disk(later(disk, [](const auto&) {
        return Reply{"HTTP/1.1 206", true};
    }));
    REQUIRE(read.error);
    CHECK(read.error->phase() == Phase::http);
    CHECK(read.error->code() == Errc::peer_closed);
    CHECK(read.requests.size() == 2 + 4);
    CHECK(read.connections == 4);
    const auto none = read_disk([](const auto&) { return Reply{"", true}; });
    REQUIRE(none.error);
    CHECK(none.error->code() == Errc::peer_closed);
    CHECK(none.requests.size() == 4);
}

TEST_CASE("sas blocks: a busy storage is asked again, so often", "[disk][sas]") {
    const auto disk = disk_bytes(disk_size);
    for (const auto* const status : {"503 Busy", "429 Too Many", "500 Failed"}) {
        CAPTURE(status);
        std::size_t count = 0;
        const auto answer = [&](const auto& request) {
            return Reply{count++ % 2 == 0 ? answer_of(status) : range_of(disk, request)};
        };
        const auto read = read_disk(answer);
        REQUIRE_FALSE(read.error);
        CHECK(read.bytes == disk.substr(place, length));
        CHECK(read.connections == 1);
    }
    const auto busy = answer_of("503 Busy", "x-ms-error-code: ServerBusy\r\nRetry-After: 0\r\n");
    const auto read = read_with(disk, busy);
    REQUIRE(read.error);
    CHECK(read.error->code() == Errc::throttled);
    CHECK(read.error->phase() == Phase::run);
    CHECK(read.error->native() == "HTTP 503 ServerBusy");
    CHECK(read.requests.size() == 2 + 4);
}

TEST_CASE("sas blocks: the time of the host ends the tries", "[disk][sas]") {
    const auto disk = disk_bytes(disk_size);
    Resolver resolver;
    Pacer pacer(1000, 1000);
    Services services{resolver, pacer, TrustPolicy()};
    const auto error = test::run_task([&](HostDeadline& deadline) -> Task<Error> {
        const auto answer = [&](const std::string&) {
            deadline.expire();
            return Reply{answer_of("503 Busy", "Retry-After: 9\r\n")};
        };
        test::StorageServer server(deadline.executor(), answer);
        test::SasList source({server.url()});
        Attempt attempt;
        auto blocks = co_await disk::open_sas(source, services, deadline, attempt);
        co_return blocks.error();
    });
    CHECK(error.code() == Errc::timed_out);
    CHECK(error.phase() == Phase::open);
}

TEST_CASE("sas blocks: what a storage refuses is one request, and named", "[disk][sas]") {
    struct Case {
        const char* status;
        const char* headers;
        Errc code;
        const char* native;
        const char* detail;
    };

    const auto* const permission =
        "x-ms-error-code: AuthorizationPermissionMismatch\r\nx-ms-request-id: 1d2f-00\r\n";
    const std::vector<Case> cases{
        {"403 No",
         permission,
         Errc::access_denied,
         "HTTP 403 AuthorizationPermissionMismatch, request 1d2f-00",
         "the SAS does not permit to read"},
        {"403 No",
         "x-ms-error-code: AuthorizationFailure\r\n",
         Errc::access_denied,
         "HTTP 403 AuthorizationFailure",
         "the storage does not admit us"},
        {"401 No",
         "WWW-Authenticate: Bearer x\r\n",
         Errc::access_denied,
         "HTTP 401",
         "a login of Entra ID is wanted beside the SAS"},
        {"404 No",
         "x-ms-error-code: BlobNotFound\r\n",
         Errc::not_found,
         "HTTP 404 BlobNotFound",
         "there is no such blob"},
        {"409 No",
         "x-ms-error-code: a b\r\n",
         Errc::unsupported,
         "HTTP 409",
         "the blob cannot be read as it is now"},
        {"412 No",
         "x-ms-error-code: ConditionNotMet\r\nx-ms-request-id: <x>\r\n",
         Errc::protocol_violation,
         "HTTP 412 ConditionNotMet",
         "the disk changed while it was read"},
        {"416 No",
         "x-ms-error-code: InvalidRange\r\n",
         Errc::malformed_output,
         "HTTP 416 InvalidRange",
         "the blob has no such bytes: it is empty, or was cut"},
        {"307 Go",
         "Location: https://evil.example/x\r\n",
         Errc::protocol_violation,
         "HTTP 307",
         "we are sent elsewhere, where a SAS is not shown"},
        {"200 OK", "", Errc::unsupported, "HTTP 200", "whole blobs are served, and no ranges"},
        {"418 Tea", "", Errc::protocol_violation, "HTTP 418", "the answer is none of a storage's"},
    };
    const auto disk = disk_bytes(disk_size);
    for (const auto& one : cases) {
        CAPTURE(one.status, one.headers);
        const auto answer = answer_of(one.status, one.headers, "sig=" + test::signature);
        for (const bool at_once : {true, false}) {
            const auto read = at_once ? read_disk([&](const auto&) { return Reply{answer}; })
                                      : read_with(disk, answer);
            REQUIRE(read.error);
            CHECK(read.error->phase() == (at_once ? Phase::open : Phase::run));
            CHECK(read.error->code() == one.code);
            CHECK(read.error->native() == one.native);
            CHECK(read.error->detail().ends_with(std::string(": ") + one.detail));
            // A firewall's answer may be that of a SAS that has ended.
            const bool twice = one.detail == std::string("the storage does not admit us");
            CHECK(read.requests.size() == std::size_t(at_once ? 1 : 3) + std::size_t(twice));
            CHECK(read.renewals == std::size_t(twice));
        }
    }
}

TEST_CASE("sas blocks: other bytes than those asked for are none", "[disk][sas]") {
    const auto disk = disk_bytes(disk_size);
    const auto piece = disk.substr(place, length);
    const auto with = [&](const std::string& range, const std::string& body) {
        return read_with(
            disk, answer_of("206 Partial Content", range + "ETag: \"0x8D\"\r\n", body)
        );
    };
    const std::string right = "Content-Range: bytes 100000-104999/262144\r\n";
    CHECK_FALSE(with(right, piece).error);
    for (const auto* const wrong :
         {"",
          "Content-Range: bytes 100001-105000/262144\r\n",
          "Content-Range: bytes 100000-104998/262144\r\n",
          "Content-Range: bytes 100000-104999/*\r\n",
          "Content-Range: bytes 100000-104999/262144x\r\n",
          "Content-Range: bytes 100000-104999/104999\r\n",
          "Content-Range: bytes=100000-104999/262144\r\n",
          "Content-Range: bytes -104999/262144\r\n",
          "Content-Range: bytes 104999-100000/262144\r\n"}) {
        CAPTURE(wrong);
        const auto read = with(wrong, piece);
        REQUIRE(read.error);
        CHECK(read.error->code() == Errc::protocol_violation);
        CHECK(read.error->detail().ends_with("other bytes were sent than were asked for"));
        CHECK(read.requests.size() == 3);
    }
    CHECK(with(right, piece.substr(1)).error->detail().ends_with("than were asked for"));
    // More than was asked for is not even read.
    const auto large = with(right, std::string(1u << 20, 'x'));
    REQUIRE(large.error);
    CHECK(large.error->code() == Errc::output_limit);
    CHECK(large.requests.size() == 3);
}

TEST_CASE("sas blocks: a blob that changes is told", "[disk][sas]") {
    const auto disk = disk_bytes(disk_size);
    const auto grown = disk + std::string(512, 'x');
    for (const auto& answer :
         {later(disk, [&](const auto& request) { return Reply{range_of(grown, request)}; }),
          later(disk, [&](const auto& request) {
              return Reply{range_of(disk, request, "\"0x8E\"")};
          })}) {
        const auto read = read_disk(answer);
        REQUIRE(read.error);
        CHECK(read.error->code() == Errc::protocol_violation);
        CHECK(read.error->detail().ends_with(": the disk changed while it was read"));
    }
    // A storage without ETags is read all the same, and an ETag that is none is not sent back.
    const auto without =
        read_disk([&](const auto& request) { return Reply{range_of(disk, request, "a b")}; });
    CHECK_FALSE(without.error);
    CHECK(without.requests[2].find("If-Match") == std::string::npos);
}

TEST_CASE("sas blocks: a SAS that ended is renewed once a piece", "[disk][sas]") {
    const auto disk = disk_bytes(disk_size);
    const std::string old = test::signature, fresh = "ZnJlc2gtc2lnbmF0dXJlLW9mLWl0";
    std::size_t good = 2;
    const auto expired =
        answer_of("403 No", "x-ms-error-code: AuthenticationFailed\r\n", "sig=" + old);
    const auto storage = [&](const std::string& request) {
        const bool is_old = request.find(old) != std::string::npos;
        if (is_old && good == 0) return Reply{expired};
        good -= is_old ? 1 : 0;
        return Reply{range_of(disk, request)};
    };
    const auto read = read_disk(storage, {old, fresh});
    REQUIRE_FALSE(read.error);
    CHECK(read.bytes == disk.substr(place, length));
    CHECK(read.renewals == 1);
    CHECK(read.connections == 1);
    CHECK(read.requests.size() == 5);
    CHECK(read.requests.back().find(fresh) != std::string::npos);
    CHECK(read.notes.size() == 1); // that is no fault of the network

    const auto refused = read_disk([&](const auto&) { return Reply{expired}; }, {old, fresh});
    REQUIRE(refused.error);
    CHECK(refused.error->code() == Errc::access_denied);
    CHECK(refused.error->native() == "HTTP 403 AuthenticationFailed");
    CHECK(refused.error->detail().ends_with("it has ended, was revoked, or is not whole"));
    CHECK(refused.renewals == 1);
    CHECK(refused.requests.size() == 2);
}
