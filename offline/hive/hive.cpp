// Opens a hive, and goes from key to key.
#include "offline/hive/hive.hpp"

#include <array>
#include <utility>

#include "offline/bytes.hpp"
#include "offline/hive/base_block.hpp"
#include "offline/hive/list_all.hpp"
#include "offline/hive/names.hpp"
#include "offline/hive/records.hpp"

namespace rdpsweep::offline {

Result<Hive> Hive::open(ByteSource& bytes) {
    std::array<std::byte, base_block_length> first{};
    if (bytes.size() < cells_begin) {
        return Error(Phase::run, Errc::malformed_output, "the file is too short for a hive");
    }
    if (auto read = bytes.read(0, first); !read) {
        return std::move(read).error();
    }
    const auto base = read_base_block(first);
    if (!base || base->type != HiveFile::hive) {
        return Error(Phase::run, Errc::malformed_output, "the file is no hive of a registry");
    }
    if (base->major != 1 || base->minor < 3 || base->minor > 6) {
        return Error(
            Phase::run,
            Errc::unsupported,
            "the hive has version " + std::to_string(base->major) + "." +
                std::to_string(base->minor) + ", and only 1.3 to 1.6 are read"
        );
    }
    return Hive(Cells(bytes, base->bins_size), base->root, base->minor);
}

Result<Key> Hive::root() const {
    return read_key(cells_, root_);
}

Result<std::optional<Key>> Hive::child(const Key& key, std::u16string_view name) const {
    auto listed = listed_keys(cells_, key);
    if (!listed) {
        return std::move(listed).error();
    }
    const auto capitals = upcase(name);
    for (const auto& one : *listed) {
        if (!may_be(one, capitals)) {
            continue;
        }
        auto found = read_key(cells_, one.cell);
        if (!found) {
            return std::move(found).error();
        }
        if (upcase(found->name) == capitals) {
            return std::optional(*std::move(found));
        }
    }
    return std::optional<Key>();
}

Result<std::optional<Key>> Hive::find(std::string_view path) const {
    auto top = root();
    return top ? find(*top, path) : Result<std::optional<Key>>(std::move(top).error());
}

Result<std::optional<Key>> Hive::find(const Key& from, std::string_view path) const {
    std::optional<Key> key(from);
    for (std::size_t depth = 0; key && !path.empty(); ++depth) {
        if (depth == hive_limit::path_keys) {
            return std::optional<Key>(); // Windows makes no key so far below
        }
        const auto name = path.substr(0, path.find('\\'));
        path.remove_prefix(std::min(path.size(), name.size() + 1));
        if (name.empty()) {
            continue;
        }
        auto next = child(*key, name_of(name));
        if (!next) {
            return std::move(next).error();
        }
        key = *std::move(next);
    }
    return key;
}

Result<Listing<Key>> Hive::subkeys(const Key& key) const {
    auto listed = listed_keys(cells_, key);
    if (!listed) {
        return std::move(listed).error();
    }
    const auto read = [this](const auto& one) { return read_key(cells_, one.cell); };
    return list_all<Key>(*listed, read, "a key has more subkeys than are read");
}

Result<std::vector<std::byte>> Hive::security(const Key& key) const {
    constexpr std::size_t head = 20;
    constexpr std::uint16_t signature = 0x6B73; // "sk"
    auto bytes = cells_.read(key.security, head + hive_limit::descriptor);
    if (!bytes) {
        return std::move(bytes).error();
    }
    const auto size = number_at<std::uint32_t>(*bytes, 16);
    if (number_at<std::uint16_t>(*bytes, 0) != signature || !size) {
        return bad_cell(key.security, "is not a security descriptor");
    }
    const auto descriptor = slice(*bytes, head, *size);
    if (!descriptor) {
        return bad_cell(key.security, "is shorter than its security descriptor");
    }
    return std::vector<std::byte>(descriptor->begin(), descriptor->end());
}

} // namespace rdpsweep::offline
