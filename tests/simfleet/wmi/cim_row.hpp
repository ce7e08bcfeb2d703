// Rows of WMI classes, and how WS-Management writes them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace simfleet {

struct CimValue {
    enum class Kind : std::uint8_t { text, number, time, flag };

    std::vector<std::string> texts; // one; several of an array
    Kind kind = Kind::text;
    bool null = false;
};

CimValue cim_text(std::string text);
CimValue cim_number(std::uint64_t number);
CimValue cim_time(std::int64_t unix_seconds); // in UTC, with a fraction as real ones have
CimValue cim_texts(std::vector<std::string> texts);
CimValue cim_bytes(std::string_view bytes);
CimValue cim_null();

// Properties by name, as spelled; the order is the alphabet's, as Windows writes columns.
using CimRow = std::map<std::string, CimValue>;

// All of a class's properties, in the namespace of the class.
std::string
render_instance(std::string_view name_space, std::string_view class_name, const CimRow& row);

// The columns that a query names: un-namespaced.
std::string render_columns(const CimRow& row);

// The children of a method's output, prefix p.
std::string render_output(const CimRow& row);

} // namespace simfleet
