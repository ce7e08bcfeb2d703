// Builds small hives and logs byte by byte, sound ones and ones with any field damaged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "offline/hive/base_block.hpp"
#include "offline/hive/marvin.hpp"

namespace rdpsweep::offline::testing {

using Buffer = std::vector<std::byte>;

inline void put(Buffer& bytes, std::size_t at, std::uint64_t number, std::size_t width) {
    if (bytes.size() < at + width) bytes.resize(at + width);
    for (std::size_t i = 0; i < width; ++i)
        bytes[at + i] = static_cast<std::byte>(number >> (8 * i));
}

inline void put_text(Buffer& bytes, std::size_t at, std::string_view text) {
    for (const char character : text)
        put(bytes, at++, static_cast<unsigned char>(character), 1);
}

inline void put_checksum(Buffer& bytes) {
    put(bytes, base_field::checksum, base_checksum(bytes), 4);
}

// A base block of 512 bytes with both sequence numbers equal.
inline Buffer base_block(HiveFile type, std::uint32_t sequence, std::uint32_t bins_size) {
    Buffer base(base_block_length);
    put_text(base, 0, "regf");
    put(base, base_field::primary, sequence, 4);
    put(base, base_field::secondary, sequence, 4);
    put(base, base_field::written, 0x1D6, 8);
    put(base, base_field::major, 1, 4);
    put(base, base_field::minor, 5, 4);
    put(base, base_field::type, static_cast<std::uint64_t>(type), 4);
    put(base, base_field::root, 0x20, 4);
    put(base, base_field::bins_size, bins_size, 4);
    put_checksum(base);
    return base;
}

class HiveBuilder {
public:
    explicit HiveBuilder(std::size_t pages = 16)
        : bytes(base_block(HiveFile::hive, 7, static_cast<std::uint32_t>(pages * 4096))) {
        bytes.resize((1 + pages) * 4096);
        put_text(bytes, 4096, "hbin");
        put(bytes, 4096 + 8, pages * 4096, 4);
    }

    // Adds a cell that is in use; returns its offset.
    std::uint32_t cell(const Buffer& content) {
        const auto size = (content.size() + 4 + 7) / 8 * 8;
        const auto at = next_;
        put(bytes, 4096 + at, std::uint32_t{0} - static_cast<std::uint32_t>(size), 4);
        std::copy(content.begin(), content.end(), bytes.begin() + 4096 + at + 4);
        next_ += static_cast<std::uint32_t>(size);
        return at;
    }

    std::uint32_t key(std::string_view name, std::uint32_t subkeys = 0, std::uint32_t list = 0) {
        Buffer content(76);
        put_text(content, 0, "nk");
        put(content, 2, 0x20, 2);
        put(content, 4, 0x01D9'0000'0000'0001, 8);
        put(content, 20, subkeys, 4);
        put(content, 28, list, 4);
        put(content, 44, 0xFFFFFFFF, 4);
        put(content, 72, name.size(), 2);
        put_text(content, 76, name);
        return cell(content);
    }

    // Gives a key its values.
    void values(std::uint32_t key, const std::vector<std::uint32_t>& cells) {
        put(bytes, 4096 + key + 4 + 36, cells.size(), 4);
        put(bytes, 4096 + key + 4 + 40, plain(cells), 4);
    }

    std::uint32_t value(std::string_view name, std::uint32_t type, const Buffer& data) {
        Buffer content(20);
        put_text(content, 0, "vk");
        put(content, 2, name.size(), 2);
        put(content, 12, type, 4);
        put(content, 16, 1, 2);
        put_text(content, 20, name);
        if (data.size() <= 4) {
            put(content, 4, 0x80000000U | data.size(), 4);
            std::copy(data.begin(), data.end(), content.begin() + 8);
        } else {
            put(content, 4, data.size(), 4);
            put(content, 8, cell(data), 4);
        }
        return cell(content);
    }

    // A list of cells without a head.
    std::uint32_t plain(const std::vector<std::uint32_t>& cells) {
        Buffer content;
        for (const auto one : cells)
            put(content, content.size(), one, 4);
        return cell(content);
    }

    // "li" or "ri".
    std::uint32_t list(std::string_view kind, const std::vector<std::uint32_t>& cells) {
        Buffer content;
        put_text(content, 0, kind);
        put(content, 2, cells.size(), 2);
        for (const auto one : cells)
            put(content, content.size(), one, 4);
        return cell(content);
    }

    // "lf" or "lh", with a hint for each cell.
    std::uint32_t hinted(
        std::string_view kind, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& cells
    ) {
        Buffer content;
        put_text(content, 0, kind);
        put(content, 2, cells.size(), 2);
        for (const auto& [one, hint] : cells) {
            put(content, content.size(), one, 4);
            put(content, content.size(), hint, 4);
        }
        return cell(content);
    }

    // Makes a key the topmost one.
    void root(std::uint32_t key) {
        put(bytes, base_field::root, key, 4);
        put_checksum(bytes);
    }

    Buffer bytes;

private:
    std::uint32_t next_ = 0x20;
};

struct Page {
    std::uint32_t offset;
    Buffer content;
};

// An entry of a log with right hashes.
inline Buffer
log_entry(std::uint32_t sequence, std::uint32_t bins_size, const std::vector<Page>& pages) {
    Buffer entry(40);
    put_text(entry, 0, "HvLE");
    put(entry, 12, sequence, 4);
    put(entry, 16, bins_size, 4);
    put(entry, 20, pages.size(), 4);
    for (const auto& page : pages) {
        put(entry, entry.size(), page.offset, 4);
        put(entry, entry.size(), page.content.size(), 4);
    }
    for (const auto& page : pages)
        entry.insert(entry.end(), page.content.begin(), page.content.end());
    entry.resize((entry.size() + 511) / 512 * 512);
    put(entry, 4, entry.size(), 4);
    Marvin32 of_pages;
    of_pages.add(Bytes(entry).subspan(40));
    put(entry, 24, of_pages.finish(), 8);
    Marvin32 of_head;
    of_head.add(Bytes(entry).first(32));
    put(entry, 32, of_head.finish(), 8);
    return entry;
}

inline Buffer joined(std::initializer_list<Buffer> parts) {
    Buffer all;
    for (const auto& part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

} // namespace rdpsweep::offline::testing
