// Takes System, EventData and UserData apart, whatever prefixes their names have.
#include "offline/event/record_xml.hpp"

#include "core/text.hpp"

#include <pugixml.hpp>

#include <charconv>

namespace rdpsweep::offline {

namespace {

std::string_view local_name(pugi::xml_node node) {
    const std::string_view name = node.name();
    return name.substr(name.rfind(':') + 1); // npos + 1 is 0
}

pugi::xml_node child(pugi::xml_node node, std::string_view name) {
    for (const auto inner : node.children())
        if (local_name(inner) == name) return inner;
    return {};
}

std::string shortened(std::string_view text, std::size_t most) {
    return to_valid_utf8(text.substr(0, most));
}

// Gathers the texts below a node, at any depth.
class Texts final : public pugi::xml_tree_walker {
public:
    explicit Texts(std::size_t most) : most_(most) {}

    bool for_each(pugi::xml_node& node) override {
        text_ += std::string_view(node.value()).substr(0, most_ - text_.size());
        return text_.size() < most_;
    }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::size_t most_;
    std::string text_;
};

std::string text_below(pugi::xml_node node, std::size_t most) {
    Texts texts(most);
    node.traverse(texts);
    return to_valid_utf8(texts.text());
}

std::uint32_t number_of(std::string_view text) {
    std::uint32_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

void read_system(pugi::xml_node system, EventRecord& record, const RecordLimits& limits) {
    const auto provider = child(system, "Provider");
    record.provider = shortened(provider.attribute("Name").value(), limits.name_bytes);
    record.channel = text_below(child(system, "Channel"), limits.name_bytes);
    record.id = number_of(child(system, "EventID").text().get());
    record.level = number_of(child(system, "Level").text().get());
    record.pid = number_of(child(system, "Execution").attribute("ProcessID").value());
    record.time = from_iso8601(child(system, "TimeCreated").attribute("SystemTime").value());
    const std::string_view number = child(system, "EventRecordID").text().get();
    std::from_chars(number.data(), number.data() + number.size(), record.number);
}

void read_field(pugi::xml_node node, EventRecord& record, const RecordLimits& limits) {
    if (node.type() != pugi::node_element) return;
    auto text = text_below(node, limits.text_bytes);
    const auto local = local_name(node);
    if (local == "Binary") {
        record.binary = std::move(text);
        return;
    }
    if (record.fields.size() >= limits.fields) return;
    std::string_view name = node.attribute("Name").value();
    if (name.empty() && local != "Data") name = local;
    record.fields.push_back({.name = shortened(name, limits.name_bytes), .text = std::move(text)});
}

} // namespace

std::optional<EventRecord> read_record_xml(std::string_view xml, const RecordLimits& limits) {
    pugi::xml_document document;
    const auto parsed =
        document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
    const auto event = document.document_element();
    if (!parsed || local_name(event) != "Event") return std::nullopt;
    EventRecord record;
    read_system(child(event, "System"), record, limits);
    for (const auto node : child(event, "EventData").children())
        read_field(node, record, limits);
    for (const auto schema : child(event, "UserData").children())
        for (const auto node : schema.children())
            read_field(node, record, limits);
    return record;
}

} // namespace rdpsweep::offline
