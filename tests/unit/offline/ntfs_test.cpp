// NTFS through libfsntfs: files, folders and rights, errors of the source, and what is refused. The
// volume was made by mkntfs and filled by ntfs-3g's library; the checksums are those of ntfscat.
#include "core/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/file_bytes.hpp"
#include "tests/support/sparse_image.hpp"

#include "offline/descriptor.hpp"
#include "offline/ntfs.hpp"
#include "offline/ntfs_journal.hpp"

using namespace rdpsweep;
using namespace rdpsweep::offline;

namespace {

std::vector<std::byte> ntfs_image() {
    const auto pieces = file_bytes(RDPSWEEP_SOURCE_DIR "/tests/fuzz/seeds/ntfs.sectors");
    return sparse_image(reinterpret_cast<const std::uint8_t*>(pieces.data()), pieces.size(), 4096);
}

// Gives so many reads, and then an error of its own.
class Failing final : public ByteSource {
public:
    Failing(std::span<const std::byte> bytes, std::size_t reads) : memory_(bytes), left_(reads) {}

    [[nodiscard]] std::uint64_t size() const noexcept override { return memory_.size(); }

    Status read(std::uint64_t offset, std::span<std::byte> into) override {
        if (left_ == 0) {
            return Error(Phase::run, Errc::peer_closed, "the line was cut");
        }
        --left_;
        return memory_.read(offset, into);
    }

    [[nodiscard]] std::size_t left() const noexcept { return left_; }

private:
    MemorySource memory_;
    std::size_t left_;
};

std::string sha(const Result<std::vector<std::byte>>& bytes) {
    REQUIRE(bytes);
    return sha256_hex({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
}

constexpr std::size_t most = std::size_t{1} << 20U;

} // namespace

TEST_CASE("ntfs: files of every kind are what ntfscat says", "[offline]") {
    const auto image = ntfs_image();
    MemorySource source(image);
    auto volume = NtfsVolume::open(source);
    REQUIRE(volume);
    CHECK(
        sha(volume->read("\\windows\\SYSTEM32\\Config\\system", most)) ==
        "0bd2462cf373e94a14dfa9528ee8d28ca4e3fadde843c5391001b206b986c2cf"
    );
    CHECK( // fragmented
        sha(volume->read("/frag", most)) ==
        "2c68e8f750d4798a6b7617400af794d4f676c6f5aab144e5f7bb9eb08e421c3a"
    );
    CHECK( // compressed
        sha(volume->read("packed/text", most)) ==
        "b202c990670a81b0e9ed5abd564e983e619fdd34899ed44c66f0f1c72ba6a5ab"
    );
    const auto tiny = volume->read("/tiny", 8);
    CHECK(sha(tiny) == sha256_hex("resident"));
    const auto long_one = volume->read("/tiny", 7);
    REQUIRE_FALSE(long_one);
    CHECK(long_one.error().code() == Errc::output_limit);
}

TEST_CASE("ntfs: a file is read at any offset, and outlives its volume", "[offline]") {
    const auto image = ntfs_image();
    MemorySource source(image);
    std::unique_ptr<ByteSource> file;
    {
        auto volume = NtfsVolume::open(source);
        REQUIRE(volume);
        auto opened = volume->file("/Windows/System32/config/SYSTEM");
        REQUIRE(opened);
        file = std::move(*opened);
    }
    CHECK(file->size() == 20'000);
    std::uint32_t number = 0;
    for (const std::uint32_t at : {0U, 1023U, 1024U, 4999U}) {
        REQUIRE(file->read(std::uint64_t{at} * 4, std::as_writable_bytes(std::span(&number, 1))));
        CHECK(number == at);
    }
    CHECK_FALSE(file->read(19'997, std::as_writable_bytes(std::span(&number, 1))));
}

TEST_CASE("ntfs: a folder's names and sizes, up to a limit", "[offline]") {
    const auto image = ntfs_image();
    MemorySource source(image);
    auto volume = NtfsVolume::open(source);
    REQUIRE(volume);
    const auto folder = volume->list("\\KEYS", 5);
    REQUIRE(folder);
    CHECK(folder->count == 24);
    REQUIRE(folder->entries.size() == 5);
    CHECK(folder->entries[1].name == "00000000000000000000000000003039_machine");
    CHECK(folder->entries[1].size == 1);
    CHECK_FALSE(folder->entries[1].folder);
    const auto root = volume->list("\\", 100);
    REQUIRE(root);
    CHECK(root->entries.size() == 17);
    CHECK(root->entries.back().name == "wof");
    CHECK(root->entries[15].name == "Windows");
    CHECK(root->entries[15].folder);
}

TEST_CASE("ntfs: what is not there, and what is of the other kind", "[offline]") {
    const auto image = ntfs_image();
    MemorySource source(image);
    auto volume = NtfsVolume::open(source);
    REQUIRE(volume);
    const auto code = [](const auto& result) {
        REQUIRE_FALSE(result);
        return result.error().code();
    };
    CHECK(code(volume->read("/nothing", most)) == Errc::not_found);
    CHECK(code(volume->read("/nothing/at/all", most)) == Errc::not_found);
    CHECK(code(volume->read("/keys", most)) == Errc::not_found);
    CHECK(code(volume->list("/tiny", 9)) == Errc::not_found);
    CHECK(code(volume->descriptor("/nothing")) == Errc::not_found);
    CHECK(code(volume->read(std::string(5000, 'x'), most)) == Errc::not_found);
}

TEST_CASE("ntfs: a file that WOF compressed is refused with that reason", "[offline]") {
    const auto image = ntfs_image();
    MemorySource source(image);
    auto volume = NtfsVolume::open(source);
    REQUIRE(volume);
    const auto file = volume->read("/wof", most);
    REQUIRE_FALSE(file);
    CHECK(file.error().code() == Errc::unsupported);
    CHECK(
        file.error().detail() ==
        "NTFS: the file is compressed by the system (WOF), which is not read"
    );
}

TEST_CASE("ntfs: a path that leads to another file's record is no file", "[offline]") {
    auto image = ntfs_image();
    const std::string_view all(reinterpret_cast<const char*>(image.data()), image.size());
    // The record that has "resident" in it, and the name there; the folder keeps its own.
    const auto record = all.rfind("FILE", all.find("resident"));
    const auto name = all.find(std::string_view("t\0i\0n\0y\0", 8), record);
    REQUIRE(name < record + 1024);
    image[name + 6] = std::byte{'z'};
    MemorySource source(image);
    auto volume = NtfsVolume::open(source);
    REQUIRE(volume);
    const auto file = volume->read("/tiny", most);
    REQUIRE_FALSE(file);
    CHECK(file.error().code() == Errc::malformed_output);
    CHECK(file.error().detail() == "NTFS: the folder names tiny, and its record is another file's");
    CHECK(volume->read("/frag", most));
}

TEST_CASE("ntfs: a reparse point that is too short is kept from the library", "[offline]") {
    auto image = ntfs_image();
    const std::string_view all(reinterpret_cast<const char*>(image.data()), image.size());
    const auto tag = all.find(std::string_view("\x17\0\0\x80\x10\0\0\0", 8)); // 16 bytes follow
    REQUIRE(tag != all.npos);
    const auto length = GENERATE(0, 4, 15);
    image[tag + 4] = static_cast<std::byte>(length);
    MemorySource source(image);
    auto volume = NtfsVolume::open(source);
    REQUIRE(volume);
    const auto file = volume->read("/wof", most);
    REQUIRE_FALSE(file);
    CHECK(file.error().code() == Errc::unsupported);
    CHECK(file.error().detail() == "NTFS: the file is a reparse point of an unread tag");
    CHECK(volume->descriptor("/wof"));
}

TEST_CASE("ntfs: rights of a file", "[offline]") {
    const auto image = ntfs_image();
    MemorySource source(image);
    auto volume = NtfsVolume::open(source);
    REQUIRE(volume);
    const auto bytes = volume->descriptor("/tiny");
    REQUIRE(bytes);
    const auto text = sddl_of(*bytes, DescriptorParts::owner_dacl);
    REQUIRE(text);
    CHECK(*text == "O:SYD:PAI(A;OICIID;FA;;;SY)(D;;0x1200a9;;;BU)");
}

TEST_CASE(
    "ntfs: an error of the source comes out as it went in, wherever it happens", "[offline]"
) {
    const auto image = ntfs_image();
    std::size_t cut = 0;
    for (std::size_t reads = 0; reads < 1000; ++reads) {
        Failing source(image, reads);
        auto volume = NtfsVolume::open(source);
        const auto said = [&](const auto& result) {
            return !result && result.error().code() == Errc::peer_closed &&
                   result.error().detail() == "the line was cut";
        };
        if (!volume) {
            CHECK(said(volume));
            ++cut;
            continue;
        }
        const auto file = volume->read("/packed/text", most);
        const auto folder = volume->list("/keys", 100);
        const auto rights = volume->descriptor("/tiny");
        const auto state = volume->state();
        const bool whole = file && folder && rights && state;
        if (whole && source.left() > 0) {
            break;
        }
        // The first that failed, and all after it.
        bool lost = false;
        for (const bool one : {said(file), said(folder), said(rights), said(state)}) {
            CHECK((!lost || one));
            lost = lost || one;
        }
        CHECK((lost || whole));
        ++cut;
    }
    CHECK(cut > 20);
    CHECK(cut < 1000);
}

TEST_CASE("ntfs: what is no NTFS is told as that", "[offline]") {
    const std::vector<std::byte> zeros(std::size_t{1} << 20U);
    MemorySource source(zeros);
    const auto volume = NtfsVolume::open(source);
    REQUIRE_FALSE(volume);
    CHECK(volume.error().code() == Errc::malformed_output);
}

namespace {

// Two restart pages, of which the newer one says so.
std::vector<std::byte> journal(std::uint16_t clients, std::uint16_t flags, std::size_t newer) {
    std::vector<std::byte> head(journal_head_bytes);
    for (const std::size_t page : {std::size_t{0}, std::size_t{4096}}) {
        const auto put = [&](std::size_t at, std::uint64_t number, std::size_t length) {
            std::memcpy(head.data() + page + at, &number, length);
        };
        put(0, 0x52545352, 4);
        put(24, 0x30, 2);
        put(0x30, page == newer ? 2 : 1, 8);
        put(0x30 + 12, page == newer ? clients : 0xFFFF, 2);
        put(0x30 + 14, page == newer ? flags : 0, 2);
    }
    return head;
}

} // namespace

TEST_CASE("ntfs journal: the newer restart page says whether it was closed", "[offline]") {
    const auto newer = GENERATE(std::size_t{0}, std::size_t{4096});
    CHECK(is_journal_clean(journal(0xFFFF, 0, newer)) == true);
    CHECK(is_journal_clean(journal(0, 2, newer)) == true);
    CHECK(is_journal_clean(journal(0, 0, newer)) == false);
    CHECK(is_journal_clean(journal(0, 1, newer)) == false);
    CHECK(is_journal_clean(std::vector<std::byte>(journal_head_bytes, std::byte{0xFF})) == true);
    CHECK(is_journal_clean(std::vector<std::byte>(journal_head_bytes)) == std::nullopt);
    CHECK(is_journal_clean({}) == std::nullopt);
}
