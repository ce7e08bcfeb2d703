// Chains of clusters: each is followed with every cluster in bounds and none taken twice.
#include "offline/fat32.hpp"

#include "core/foreign_text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "offline/bytes.hpp"
#include "offline/fat_directory.hpp"
#include "offline/fat_layout.hpp"
#include "offline/volume_kind.hpp"

namespace rdpsweep::offline {
namespace {

constexpr std::size_t most_folder_bytes = std::size_t{65536} * 32; // FAT's own limit
constexpr std::uint32_t last_of_chain = 0x0FFFFFF8;
constexpr std::size_t most_names = 32; // of a path

Error damaged_fat(std::string_view what) {
    return {Phase::run, Errc::malformed_output, std::string("FAT32: ").append(what)};
}

enum class Until : std::uint8_t { enough, end_of_chain };

class FatReader {
public:
    FatReader(ByteSource& volume, Fat fat) : volume_(volume), fat_(fat) {}

    // Reads a folder: to the end of its chain.
    Result<std::vector<std::byte>> folder(std::uint32_t first) {
        const auto found = runs(first, most_folder_bytes, Until::end_of_chain);
        return found ? read(*found, found->bytes) : found.error();
    }

    // Reads a file: so many bytes, however long its chain is.
    Result<std::vector<std::byte>> file(const FatEntry& entry) {
        if (entry.size == 0) {
            return std::vector<std::byte>();
        }
        const auto found = runs(entry.first_cluster, entry.size, Until::enough);
        return found ? read(*found, entry.size) : found.error();
    }

private:
    // Returns the number that follows the cluster; nothing at the end of its chain.
    Result<std::optional<std::uint32_t>> next(std::uint32_t cluster) {
        std::array<std::byte, 4> bytes{};
        if (auto read = volume_.read(fat_.table + std::uint64_t{cluster} * 4, bytes); !read) {
            return std::move(read).error();
        }
        const auto number = number_at<std::uint32_t>(bytes, 0).value_or(0) & 0x0FFFFFFFU;
        if (number >= last_of_chain) {
            return std::optional<std::uint32_t>();
        }
        if (!fat_.has(number)) {
            return damaged_fat("a chain of clusters leaves the volume");
        }
        return std::optional(number);
    }

    // Follows a chain until there are so many bytes.
    Result<Runs> runs(std::uint32_t first, std::uint64_t most, Until until) {
        if (!fat_.has(first)) {
            return damaged_fat("a chain of clusters begins outside of the volume");
        }
        Runs found;
        std::unordered_set<std::uint32_t> seen;
        for (auto at = first;;) {
            if (!seen.insert(at).second) {
                return damaged_fat("a chain of clusters loops");
            }
            found.add(at, fat_.cluster_bytes);
            if (until == Until::enough && found.bytes >= most) {
                return found;
            }
            const auto following = next(at);
            if (!following) {
                return following.error();
            }
            if (!*following) {
                break;
            }
            if (found.bytes >= most) {
                return damaged_fat("a folder is longer than there are");
            }
            at = **following;
        }
        if (until == Until::enough) {
            return damaged_fat("a file's chain of clusters ends before the file");
        }
        return found;
    }

    // Reads so many bytes of the runs, each in one read.
    Result<std::vector<std::byte>> read(const Runs& runs, std::uint64_t wanted) {
        std::vector<std::byte> bytes;
        for (const auto& run : runs.list) {
            const auto at = fat_.data + (run.first - first_data_cluster) * fat_.cluster_bytes;
            const auto length = std::min(run.count * fat_.cluster_bytes, wanted - bytes.size());
            if (!lies_within(volume_.size(), at, length)) {
                return damaged_fat("a cluster lies beyond the end of the volume");
            }
            const auto before = bytes.size();
            bytes.resize(before + length);
            if (auto done = volume_.read(at, std::span(bytes).subspan(before)); !done) {
                return std::move(done).error();
            }
        }
        return bytes;
    }

    ByteSource& volume_;
    Fat fat_;
};

// Returns the names of a path.
std::vector<std::string_view> names_of(std::string_view path) {
    std::vector<std::string_view> names;
    while (!path.empty() && names.size() <= most_names) {
        const auto end = std::min(path.find_first_of("\\/"), path.size());
        if (end != 0) {
            names.push_back(path.substr(0, end));
        }
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return names;
}

Error no_such_file(std::string_view path) {
    return {
        Phase::run, Errc::not_found, "there is no " + foreign_text(path) + " on the FAT32 volume"};
}

Result<Fat> open_fat(ByteSource& volume) {
    std::array<std::byte, 512> sector{};
    if (volume.size() < sector.size()) {
        return damaged_fat("the volume is shorter than a sector");
    }
    if (auto read = volume.read(0, sector); !read) {
        return std::move(read).error();
    }
    if (const auto kind = kind_of_sector(sector); kind != VolumeKind::fat32) {
        return Error(
            Phase::run,
            Errc::unsupported,
            "FAT32 is read alone, and this is " + std::string(to_string(kind))
        );
    }
    return fat_of(sector);
}

} // namespace

Result<std::vector<std::byte>>
read_fat32_file(ByteSource& volume, std::string_view path, std::size_t most) {
    const auto fat = open_fat(volume);
    if (!fat) {
        return fat.error();
    }
    FatReader reader(volume, *fat);
    const auto names = names_of(path);
    FatEntry at{.folder = true, .first_cluster = fat->root, .size = 0};
    for (const auto name : names) {
        if (!at.folder) {
            return no_such_file(path);
        }
        const auto folder = reader.folder(at.first_cluster);
        if (!folder) {
            return folder.error();
        }
        const auto found = find_fat_entry(*folder, name);
        if (!found) {
            return no_such_file(path);
        }
        at = *found;
    }
    if (at.folder) {
        return no_such_file(path);
    }
    if (at.size > most) {
        return Error(
            Phase::run,
            Errc::output_limit,
            std::to_string(at.size) + " bytes are more than is read of " + foreign_text(path)
        );
    }
    return reader.file(at);
}

} // namespace rdpsweep::offline
