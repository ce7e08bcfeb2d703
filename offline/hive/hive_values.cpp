// The values of a key and their data, which lies in the value, in a cell or in pieces.
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "offline/bytes.hpp"
#include "offline/hive/hive.hpp"
#include "offline/hive/list_all.hpp"
#include "offline/hive/names.hpp"
#include "offline/hive/records.hpp"

namespace rdpsweep::offline {

namespace {

constexpr std::size_t piece = 16'344;          // of big data; the last one is what is left
constexpr std::uint16_t pieces = 0x6264;       // "db"
constexpr std::uint32_t first_with_pieces = 4; // minor version

Error too_much(const char* what) {
    return {Phase::run, Errc::output_limit, what};
}

} // namespace

Result<std::vector<std::uint32_t>> Hive::value_cells(const Key& key) const {
    if (key.values == 0) {
        return std::vector<std::uint32_t>{};
    }
    if (key.values > hive_limit::values) {
        return too_much("a key has more values than are read");
    }
    const auto length = std::size_t{4} * key.values;
    auto bytes = cells_.read(key.value_list, length);
    if (!bytes) {
        return std::move(bytes).error();
    }
    if (bytes->size() < length) {
        return bad_cell(key.value_list, "is shorter than its list of values");
    }
    std::vector<std::uint32_t> cells(key.values);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        cells[i] = number_at<std::uint32_t>(*bytes, 4 * i).value_or(no_cell);
    }
    return cells;
}

Result<Listing<ValueEntry>> Hive::values(const Key& key) const {
    auto cells = value_cells(key);
    if (!cells) {
        return std::move(cells).error();
    }
    const auto read = [this](std::uint32_t cell) { return read_value_entry(cells_, cell); };
    return list_all<ValueEntry>(*cells, read, "a key has more values than are read");
}

Result<std::optional<ValueEntry>> Hive::value(const Key& key, std::string_view name) const {
    auto cells = value_cells(key);
    if (!cells) {
        return std::move(cells).error();
    }
    const auto capitals = upcase(name_of(name));
    std::optional<Error> unread;
    for (const auto cell : *cells) {
        auto found = read_value_entry(cells_, cell);
        if (!found) {
            unread = std::move(found).error();
            continue;
        }
        if (found->name.size() == capitals.size() && upcase(found->name) == capitals) {
            return std::optional(*std::move(found));
        }
    }
    // It may be the one that could not be read.
    return unread ? Result<std::optional<ValueEntry>>(*std::move(unread))
                  : std::optional<ValueEntry>();
}

Result<std::vector<std::byte>> Hive::big_data(std::uint32_t cell, std::size_t size) const {
    constexpr std::size_t head = 8;
    auto record = cells_.read(cell, head);
    if (!record) {
        return std::move(record).error();
    }
    const auto wanted = (size + piece - 1) / piece;
    const auto list = number_at<std::uint32_t>(*record, 4).value_or(no_cell);
    if (number_at<std::uint16_t>(*record, 2).value_or(0) < wanted) {
        return bad_cell(cell, "has fewer pieces than its data");
    }
    auto places = cells_.read(list, 4 * wanted);
    if (!places) {
        return std::move(places).error();
    }
    std::vector<std::byte> data;
    data.reserve(size);
    for (std::size_t i = 0; i < wanted; ++i) {
        const auto place = number_at<std::uint32_t>(*places, 4 * i).value_or(no_cell);
        const auto length = std::min(piece, size - data.size());
        auto part = cells_.read(place, length);
        if (!part) {
            return std::move(part).error();
        }
        if (part->size() < length) {
            return bad_cell(place, "is shorter than its data");
        }
        data.insert(data.end(), part->begin(), part->end());
    }
    return data;
}

Result<std::vector<std::byte>> Hive::data(const ValueEntry& value, std::size_t most) const {
    if (value.size > most) {
        return too_much("a value has more data than is read");
    }
    if (value.size == 0) {
        return std::vector<std::byte>{};
    }
    if (value.inline_data) {
        std::vector<std::byte> data(std::min<std::size_t>(value.size, sizeof(std::uint32_t)));
        for (std::size_t i = 0; i < data.size(); ++i) {
            data[i] = static_cast<std::byte>(*value.inline_data >> (8 * i) & 0xFFU);
        }
        return data;
    }
    auto data = cells_.read(value.cell, value.size);
    if (!data) {
        return data;
    }
    if (data->size() == value.size) {
        return data;
    }
    const bool split = value.size > piece && minor_ >= first_with_pieces &&
                       number_at<std::uint16_t>(*data, 0) == pieces;
    if (!split) {
        return bad_cell(value.cell, "is shorter than its data");
    }
    return big_data(value.cell, value.size);
}

} // namespace rdpsweep::offline
