// Answers questions about a disk image, for tests that compare the answers with other programs'.
//   usage: disk_dump IMAGE <questions
// A question a line: "partitions", "use NUMBER" (a partition, from 0), "cat PATH",
// "part OFFSET LENGTH PATH", "list PATH", "rights PATH", "state", "facts", "cost". An
// answer is a line of JSON.
#include "core/digest.hpp"
#include "core/encoding.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fcntl.h>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "offline/block_cache.hpp"
#include "offline/descriptor.hpp"
#include "offline/facts_from_disk.hpp"
#include "offline/fat32.hpp"
#include "offline/ntfs.hpp"
#include "offline/partition_table.hpp"

namespace {

using nlohmann::json;
using namespace rdpsweep;
using namespace rdpsweep::offline;

constexpr std::size_t most_file_bytes = std::size_t{64} << 20U;

class FileSource final : public ByteSource {
public:
    explicit FileSource(const char* path) : file_(::open(path, O_RDONLY | O_CLOEXEC)) {
        struct stat status {};

        if (file_ >= 0 && ::fstat(file_, &status) == 0) {
            size_ = static_cast<std::uint64_t>(status.st_size);
        }
    }

    ~FileSource() override { ::close(file_); }

    [[nodiscard]] bool opened() const noexcept { return file_ >= 0; }

    [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }

    Status read(std::uint64_t offset, std::span<std::byte> into) override {
        const auto got = ::pread(file_, into.data(), into.size(), static_cast<off_t>(offset));
        if (got == static_cast<ssize_t>(into.size())) {
            return {};
        }
        return Error(Phase::run, Errc::peer_closed, "the image cannot be read");
    }

private:
    int file_;
    std::uint64_t size_ = 0;
};

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

json error_json(const Error& error) {
    return {{"error", to_string(error.code())}, {"detail", error.detail()}};
}

json bytes_json(const Result<std::vector<std::byte>>& bytes) {
    if (!bytes) {
        return error_json(bytes.error());
    }
    return {{"size", bytes->size()}, {"sha256", sha256_hex(text_of(*bytes))}};
}

json state_json(const Result<NtfsState>& state) {
    if (!state) {
        return error_json(state.error());
    }
    json answer{{"dirty", state->dirty}, {"journal_clean", nullptr}};
    if (state->journal_clean) {
        answer["journal_clean"] = *state->journal_clean;
    }
    return answer;
}

json folder_json(const Result<NtfsFolder>& folder) {
    if (!folder) {
        return error_json(folder.error());
    }
    json entries = json::array();
    for (const auto& entry : folder->entries) {
        entries.push_back({entry.name, entry.size, entry.folder});
    }
    return {{"count", folder->count}, {"entries", std::move(entries)}};
}

json rights_json(const Result<std::vector<std::byte>>& descriptor) {
    if (!descriptor) {
        return error_json(descriptor.error());
    }
    const auto sddl = sddl_of(*descriptor, DescriptorParts::owner_group_dacl);
    return {
        {"bytes", hex_encode(text_of(*descriptor))},
        {"sddl", sddl ? json(*sddl) : error_json(sddl.error())}};
}

// One image, and the partition in use.
class Dump {
public:
    explicit Dump(ByteSource& file) : file_(file), cache_(file) {}

    json answer(const std::string& question) {
        std::istringstream words(question);
        std::string verb;
        words >> verb;
        if (verb == "partitions") return partitions();
        if (verb == "use") return use(words);
        if (verb == "facts") return facts();
        if (verb == "cost") {
            return {
                {"requests", cache_.requests()},
                {"bytes", cache_.bytes()},
                {"requests_before", stages_}};
        }
        return ask(verb, words);
    }

private:
    json partitions() {
        table_ = read_table();
        if (!*table_) return error_json(table_->error());
        json list = json::array();
        for (const auto& one : (*table_)->partitions) {
            list.push_back(
                {{"offset", one.offset},
                 {"length", one.length},
                 {"type", one.type},
                 {"name", one.name},
                 {"kind", to_string(one.kind)}}
            );
        }
        return {
            {"table", to_string((*table_)->kind)},
            {"sector", (*table_)->sector},
            {"damaged", (*table_)->damaged},
            {"partitions", std::move(list)}};
    }

    Result<PartitionTable> read_table() { return read_partition_table(cache_); }

    json facts() {
        DiskOptions options;
        options.stage = [this](std::string_view stage) {
            stages_.push_back({stage, cache_.requests()});
        };
        const auto found = facts_from_disk(cache_, options);
        if (found) return json::parse(*found);
        auto answer = error_json(found.error());
        answer["native"] = found.error().native();
        answer["hint"] = found.error().hint();
        return answer;
    }

    json use(std::istringstream& words) {
        std::size_t number = 0;
        words >> number;
        ntfs_.reset();
        if (!table_) partitions();
        if (!*table_) return error_json(table_->error());
        if (number >= (*table_)->partitions.size()) return {{"error", "no such partition"}};
        const auto& one = (*table_)->partitions[number];
        volume_.emplace(cache_, one.offset, one.length);
        if (one.kind == VolumeKind::ntfs) {
            auto opened = NtfsVolume::open(*volume_);
            if (!opened) return error_json(opened.error());
            ntfs_ = std::move(*opened);
        }
        return {{"kind", to_string(one.kind)}};
    }

    json ask(const std::string& verb, std::istringstream& words) {
        std::uint64_t offset = 0;
        std::uint64_t length = 0;
        if (verb == "part") words >> offset >> length;
        std::string path;
        std::getline(words >> std::ws, path);
        if (!volume_) return {{"error", "no partition in use"}};
        if (verb == "cat" && !ntfs_) {
            return bytes_json(read_fat32_file(*volume_, path, most_file_bytes));
        }
        if (!ntfs_) return {{"error", "no such question"}};
        if (verb == "cat") return bytes_json(ntfs_->read(path, most_file_bytes));
        if (verb == "list") return folder_json(ntfs_->list(path, 10'000));
        if (verb == "rights") return rights_json(ntfs_->descriptor(path));
        if (verb == "state") return state_json(ntfs_->state());
        return part(path, offset, length);
    }

    json part(const std::string& path, std::uint64_t offset, std::uint64_t length) {
        const auto file = ntfs_->file(path);
        if (!file) return error_json(file.error());
        std::vector<std::byte> bytes(std::min<std::uint64_t>(length, most_file_bytes));
        if (const auto read = (*file)->read(offset, bytes); !read) return error_json(read.error());
        return bytes_json(bytes);
    }

    ByteSource& file_;
    BlockCache cache_;
    json stages_ = json::array(); // of the facts, and what was asked for until each began
    std::optional<Result<PartitionTable>> table_;
    std::optional<PartSource> volume_;
    std::optional<NtfsVolume> ntfs_;
};

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: disk_dump IMAGE <questions\n";
        return 2;
    }
    FileSource file(argv[1]);
    if (!file.opened()) {
        std::cerr << "cannot open " << argv[1] << '\n';
        return 2;
    }
    Dump dump(file);
    std::string question;
    while (std::getline(std::cin, question)) {
        const auto answer = dump.answer(question);
        std::cout << answer.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
    }
    return 0;
}
