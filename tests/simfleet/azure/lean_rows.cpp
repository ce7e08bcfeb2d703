// Leaves out of full facts what the lean profile leaves out, then packs and numbers the rows.
#include "tests/simfleet/azure/lean_rows.hpp"

#include "core/digest.hpp"
#include "core/encoding.hpp"
#include "tests/simfleet/windows/windows.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <zlib.h>

namespace simfleet {

using nlohmann::json;

namespace {

// Of Base64 in a row: for a console, and for ways without columns.
constexpr std::size_t console_columns = 56;
constexpr std::size_t wide_columns = 1000;

json skipped(const char* pointer) {
    return {{"ptr", pointer}, {"why", "skipped"}, {"code", "lean"}};
}

bool starts_with_evt(const json& entry) {
    return entry.value("ptr", std::string()).starts_with("/evt");
}

// Of the key files only those of RDP's nine containers, whose names begin with the hash of theirs.
bool of_rdp(const std::string& name) {
    for (int number = 1; number <= 9; ++number) {
        if (name.starts_with(capi_file_name("TSSecKeySet" + std::to_string(number)))) return true;
    }
    return false;
}

void keep_rdp_keys(json& facts, const char* list) {
    auto& keys = facts["keys"];
    if (!keys.is_object() || !keys.contains(list)) return;
    auto kept = json::array();
    std::size_t others = 0;
    for (auto& file : keys[list]) {
        const bool own = of_rdp(file.value("n", std::string()));
        if (own) kept.push_back(std::move(file));
        if (!own) ++others;
    }
    keys["other_count"] = keys.value("other_count", 0u) + others;
    const auto places = kept.size();
    keys[list] = std::move(kept);
    const auto gone = "/keys/" + std::string(list) + "/";
    auto unread = json::array();
    for (auto& entry : facts["unread"]) {
        const auto pointer = entry.value("ptr", std::string());
        const bool of_file =
            pointer.starts_with(gone) && std::stoul(pointer.substr(gone.size())) >= places;
        if (!of_file) unread.push_back(std::move(entry));
    }
    facts["unread"] = std::move(unread);
}

// Returns what Schannel logged of the collector's own handshake, where TLS did not complete.
json own_events(const json& facts) {
    auto kept = json::array();
    if (!facts.contains("evt") || !facts.contains("hs") || facts["hs"].empty()) return kept;
    if (facts["hs"][0].value("stage", std::string()) != "tls") return kept;
    for (const auto& event : facts["evt"]) {
        const auto id = event.value("id", 0u);
        const bool asked = event.value("prov", std::string()) == "Schannel" && id >= 36869 &&
                           id <= 36874 && event["utc"] == facts["collector"]["utc"];
        if (asked && kept.size() < 4) kept.push_back(event);
    }
    return kept;
}

json leaner(std::string_view text) {
    auto facts = json::parse(text);
    auto events = own_events(facts);
    for (const auto* name : {"evt", "evt_window_h", "evt_oldest_utc"})
        facts.erase(name);
    if (facts.contains("cert") && facts["cert"].is_object()) facts["cert"].erase("program_data");
    if (facts.contains("listener")) facts["listener"].erase("winstations");
    auto unread = json::array();
    for (auto& entry : facts["unread"])
        if (!starts_with_evt(entry)) unread.push_back(std::move(entry));
    if (events.empty()) {
        unread.push_back(skipped("/evt"));
    } else {
        for (const auto* log :
             {"Schannel", "TermService", "SCM", "NETLOGON", "RdpCoreTS", "LSM", "Security"})
            unread.push_back(skipped(("/evt/" + std::string(log)).c_str()));
        facts["evt"] = std::move(events);
    }
    facts["unread"] = std::move(unread);
    keep_rdp_keys(facts, "files");
    keep_rdp_keys(facts, "cng_files");
    return facts;
}

std::string deflated(const std::string& text) {
    z_stream stream{};
    constexpr int raw = -15;
    constexpr int memory = 8;
    deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, raw, memory, Z_DEFAULT_STRATEGY);
    std::string packed(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

std::string fletcher(std::string_view text) {
    unsigned low = 0;
    unsigned high = 0;
    for (const char c : text) {
        low = (low + static_cast<unsigned char>(c)) % 255;
        high = (high + low) % 255;
    }
    char digits[8];
    std::snprintf(digits, sizeof digits, "%02x%02x", high, low);
    return digits;
}

std::string rows(const std::string& document, const std::string& nonce, std::size_t columns) {
    const auto text = rdpsweep::base64_encode(deflated(document));
    std::string out;
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); at += columns, ++count) {
        char number[8];
        std::snprintf(number, sizeof number, "%03zu", count);
        const auto row = number + text.substr(at, columns);
        out += "#" + row + fletcher(row) + "\n";
    }
    return out + "#= " + std::to_string(count) + " " + std::to_string(document.size()) + " " +
           rdpsweep::sha256_hex(document).substr(0, 16) + " " + nonce + "\n";
}

} // namespace

std::string lean_answer(std::string_view text, const std::string& nonce, std::size_t most) {
    auto facts = leaner(text);
    const auto columns = most == 0 ? console_columns : wide_columns;
    auto out = rows(facts.dump(), nonce, columns);
    const bool other = facts.contains("cert") && facts["cert"].contains("my_match");
    // The last newline is not counted by the collector.
    if (most == 0 || out.size() - 1 < most || !other) return out;
    facts["cert"].erase("store");
    facts["unread"].push_back(skipped("/cert/store"));
    return rows(facts.dump(), nonce, columns);
}

} // namespace simfleet
