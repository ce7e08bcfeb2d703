// Resolves prefixes by hand, since pugixml knows no namespaces, and refuses document types.
#include "transports/winrm/xml.hpp"

#include "core/text.hpp"

#include <array>
#include <iterator>

namespace rdpsweep::winrm {

namespace {

std::pair<std::string_view, std::string_view> split_name(std::string_view qualified) {
    const auto colon = qualified.find(':');
    if (colon == std::string_view::npos) return {{}, qualified};
    return {qualified.substr(0, colon), qualified.substr(colon + 1)};
}

bool has_document_type(const pugi::xml_document& document) {
    for (const auto& node : document.children()) {
        if (node.type() == pugi::node_doctype) return true;
    }
    return false;
}

// Looking a namespace up walks the ancestors and their attributes: bounded here, it stays cheap.
class Elaborate final : public pugi::xml_tree_walker {
public:
    bool for_each(pugi::xml_node& node) override {
        constexpr std::size_t most_nodes = 20'000;
        constexpr std::ptrdiff_t most_attributes = 64;
        constexpr int deepest = 64;
        const auto attributes = std::distance(node.attributes_begin(), node.attributes_end());
        return ++nodes_ <= most_nodes && attributes <= most_attributes && depth() <= deepest;
    }

private:
    std::size_t nodes_ = 0;
};

} // namespace

Result<std::unique_ptr<pugi::xml_document>> parse_xml(std::string_view text) {
    const auto refuse = [](std::string what) {
        return Error(Phase::http, Errc::protocol_violation, std::move(what))
            .with_hint("what answers on this port is not WS-Management");
    };
    // A value may be nothing but blanks.
    constexpr auto parse_flags =
        pugi::parse_default | pugi::parse_doctype | pugi::parse_ws_pcdata_single;
    auto document = std::make_unique<pugi::xml_document>();
    const auto parsed =
        document->load_buffer(text.data(), text.size(), parse_flags, pugi::encoding_utf8);
    if (!parsed) {
        return refuse(
            "the answer is not well-formed XML: " + std::string(parsed.description()) +
            " at byte " + std::to_string(parsed.offset)
        );
    }
    if (has_document_type(*document)) return refuse("the answer carries a document type");
    Elaborate elaborate;
    if (!document->traverse(elaborate)) return refuse("the answer is too elaborate for WinRM");
    if (!document->document_element()) return refuse("the answer holds no element");
    return document;
}

std::string_view namespace_of(const pugi::xml_node& node) {
    const auto [prefix, local] = split_name(node.name());
    const auto wanted = prefix.empty() ? "xmlns" : "xmlns:" + std::string(prefix);
    for (auto scope = node; scope; scope = scope.parent()) {
        const auto declaration = scope.attribute(wanted.c_str());
        if (declaration) return declaration.value();
    }
    return {};
}

std::string_view local_name(const pugi::xml_node& node) {
    return split_name(node.name()).second;
}

bool is_element(const pugi::xml_node& node, std::string_view uri, std::string_view name) {
    return node.type() == pugi::node_element && local_name(node) == name &&
           namespace_of(node) == uri;
}

pugi::xml_node child(const pugi::xml_node& parent, std::string_view uri, std::string_view name) {
    for (const auto& node : parent.children()) {
        if (is_element(node, uri, name)) return node;
    }
    return {};
}

std::vector<pugi::xml_node>
children(const pugi::xml_node& parent, std::string_view uri, std::string_view name) {
    std::vector<pugi::xml_node> found;
    for (const auto& node : parent.children()) {
        if (is_element(node, uri, name)) found.push_back(node);
    }
    return found;
}

std::string whole_text_of(const pugi::xml_node& node) {
    std::string text;
    for (const auto& part : node.children()) {
        if (part.type() == pugi::node_pcdata || part.type() == pugi::node_cdata) {
            text += part.value();
        }
    }
    return text;
}

std::string text_of(const pugi::xml_node& node) {
    return std::string(trim(whole_text_of(node)));
}

namespace {

// Returns what stands for a character: itself, nothing, or an entity.
std::string_view entity(char c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\r':
        return "&#13;"; // a literal CR would be read as LF
    default:
        return {};
    }
}

// True for characters that stand for themselves.
constexpr std::array<bool, 256> plain_characters() {
    std::array<bool, 256> plain{};
    for (std::size_t c = 0x20; c < plain.size(); ++c)
        plain[c] = true;
    plain['\t'] = plain['\n'] = true;
    for (const char special : {'&', '<', '>', '"'})
        plain[static_cast<unsigned char>(special)] = false;
    return plain;
}

} // namespace

// A script of 47 KB goes through here for every host: whole runs are copied at once.
std::string xml_escape(std::string_view text) {
    static constexpr auto table = plain_characters();
    const bool* const plain = table.data();
    std::string out;
    out.reserve(text.size() + text.size() / 16);
    const char* copied = text.data();
    const char* const end = copied + text.size();
    for (const char* at = copied; at != end; ++at) {
        if (plain[static_cast<unsigned char>(*at)]) continue;
        out.append(copied, at).append(entity(*at));
        copied = at + 1;
    }
    return out.append(copied, end);
}

} // namespace rdpsweep::winrm
