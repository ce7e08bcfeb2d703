// Writes rows as recorded servers do.
#include "tests/simfleet/wmi/cim_row.hpp"

#include "core/text.hpp"
#include "tests/simfleet/winrm/soap_reply.hpp"

namespace simfleet {

namespace {

constexpr std::string_view xsi = " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
constexpr std::string_view cim = " xmlns:cim=\"http://schemas.dmtf.org/wbem/wscim/1/common\"";

void write_value(
    std::string& out, const std::string& tag, const CimValue& value, std::string_view time_tag
) {
    if (value.null) {
        out += "<" + tag + " xsi:nil=\"true\"/>";
        return;
    }
    for (const auto& text : value.texts) {
        out += "<" + tag + ">";
        const auto escaped = xml_escape(text);
        if (value.kind == CimValue::Kind::time) {
            const std::string inner(time_tag);
            out += "<" + inner + ">" + escaped + "</" + inner + ">";
        } else {
            out += escaped;
        }
        out += "</" + tag + ">";
    }
}

} // namespace

CimValue cim_text(std::string text) {
    return {{std::move(text)}, CimValue::Kind::text, false};
}

CimValue cim_number(std::uint64_t number) {
    return {{std::to_string(number)}, CimValue::Kind::number, false};
}

CimValue cim_time(std::int64_t unix_seconds) {
    auto text = rdpsweep::to_iso8601(unix_seconds);
    text.insert(text.size() - 1, ".488171");
    return {{std::move(text)}, CimValue::Kind::time, false};
}

CimValue cim_texts(std::vector<std::string> texts) {
    // An empty array travels as a null.
    if (texts.empty()) return cim_null();
    return {std::move(texts), CimValue::Kind::text, false};
}

CimValue cim_bytes(std::string_view bytes) {
    CimValue value{{}, CimValue::Kind::number, bytes.empty()};
    for (const char c : bytes)
        value.texts.push_back(std::to_string(static_cast<unsigned char>(c)));
    return value;
}

CimValue cim_null() {
    return {{}, CimValue::Kind::text, true};
}

std::string
render_instance(std::string_view name_space, std::string_view class_name, const CimRow& row) {
    const std::string name(class_name);
    std::string out = "<p:" + name;
    out += xsi;
    out += " xmlns:p=\"" + std::string(uri_wmi) + std::string(name_space) + "/" + name + "\"";
    out += cim;
    out += " xsi:type=\"p:" + name + "_Type\">";
    for (const auto& [property, value] : row)
        write_value(out, "p:" + property, value, "cim:Datetime");
    return out + "</p:" + name + ">";
}

std::string render_columns(const CimRow& row) {
    std::string out = "<w:XmlFragment";
    out += xsi;
    out += ">";
    for (const auto& [property, value] : row)
        write_value(out, property, value, "Datetime");
    return out + "</w:XmlFragment>";
}

std::string render_output(const CimRow& row) {
    std::string out;
    for (const auto& [property, value] : row)
        write_value(out, "p:" + property, value, "cim:Datetime");
    return out;
}

} // namespace simfleet
