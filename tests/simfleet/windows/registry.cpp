// A persistent tree: a change copies the keys on its way and no others.
#include "tests/simfleet/windows/registry.hpp"

#include "core/text.hpp"
#include "core/unicode.hpp"

#include <utility>

namespace simfleet {
namespace {

// The first name of a path; the rest stays in path.
std::string_view take_name(std::string_view& path) {
    const auto end = path.find('\\');
    const auto name = path.substr(0, end);
    path = end == std::string_view::npos ? std::string_view{} : path.substr(end + 1);
    return name;
}

// A key that nobody else shares. Its children may still be shared.
RegistryKey& unshare(std::shared_ptr<RegistryKey>& key) {
    if (key.use_count() != 1) key = std::make_shared<RegistryKey>(*key);
    return *key;
}

std::string nul_terminated(std::string_view utf8) {
    return rdpsweep::utf8_to_utf16le(utf8) + std::string(2, '\0');
}

std::string without_nul(std::string_view bytes) {
    auto text = rdpsweep::utf16le_to_utf8(bytes);
    while (!text.empty() && text.back() == '\0')
        text.pop_back();
    return text;
}

void visit_key(
    const std::string& path,
    const RegistryKey& key,
    const std::function<void(const std::string&, const RegistryKey&)>& visitor
) {
    if (!path.empty()) visitor(path, key);
    for (const auto& [lower, child] : key.keys) {
        visit_key(path.empty() ? child->name : path + '\\' + child->name, *child, visitor);
    }
}

} // namespace

RegistryValue dword_value(std::uint32_t number) {
    std::string data;
    for (int i = 0; i < 4; ++i)
        data.push_back(static_cast<char>(number >> (8 * i) & 0xff));
    return {reg_dword, std::move(data)};
}

RegistryValue text_value(std::string_view utf8) {
    return {reg_sz, nul_terminated(utf8)};
}

RegistryValue texts_value(const std::vector<std::string>& utf8) {
    std::string data;
    for (const auto& text : utf8)
        data += nul_terminated(text);
    return {reg_multi_sz, data + std::string(2, '\0')};
}

RegistryValue binary_value(std::string bytes) {
    return {reg_binary, std::move(bytes)};
}

Registry::Registry() : root_(std::make_shared<RegistryKey>()) {}

RegistryKey& Registry::own(std::string_view path) {
    auto* key = &unshare(root_);
    while (!path.empty()) {
        const auto name = take_name(path);
        auto& child = key->keys[rdpsweep::ascii_lower(name)];
        if (!child) {
            child = std::make_shared<RegistryKey>();
            child->name = std::string(name);
        }
        key = &unshare(child);
    }
    return *key;
}

void Registry::set(std::string_view path, std::string_view name, RegistryValue value) {
    own(path).values[rdpsweep::ascii_lower(name)] = {std::string(name), std::move(value)};
}

void Registry::create(std::string_view path) {
    own(path);
}

void Registry::protect(std::string_view path, std::string sddl) {
    own(path).sddl = std::move(sddl);
}

void Registry::erase(std::string_view path) {
    if (find(path) == nullptr) return;
    const auto cut = path.rfind('\\');
    const auto parent = cut == std::string_view::npos ? std::string_view{} : path.substr(0, cut);
    const auto name = cut == std::string_view::npos ? path : path.substr(cut + 1);
    own(parent).keys.erase(rdpsweep::ascii_lower(name));
}

void Registry::erase_value(std::string_view path, std::string_view name) {
    if (value(path, name) != nullptr) own(path).values.erase(rdpsweep::ascii_lower(name));
}

const RegistryKey* Registry::find(std::string_view path) const {
    const auto* key = root_.get();
    while (!path.empty()) {
        const auto found = key->keys.find(rdpsweep::ascii_lower(take_name(path)));
        if (found == key->keys.end()) return nullptr;
        key = found->second.get();
    }
    return key;
}

const RegistryValue* Registry::value(std::string_view path, std::string_view name) const {
    const auto* key = find(path);
    if (key == nullptr) return nullptr;
    const auto found = key->values.find(rdpsweep::ascii_lower(name));
    return found == key->values.end() ? nullptr : &found->second.value;
}

std::optional<std::uint32_t> Registry::dword(std::string_view path, std::string_view name) const {
    const auto* found = value(path, name);
    if (found == nullptr || found->type != reg_dword || found->data.size() != 4) return {};
    std::uint32_t number = 0;
    for (std::size_t i = 4; i-- > 0;) {
        number = number << 8 | static_cast<unsigned char>(found->data[i]);
    }
    return number;
}

std::optional<std::string> Registry::text(std::string_view path, std::string_view name) const {
    const auto* found = value(path, name);
    if (found == nullptr || (found->type != reg_sz && found->type != reg_expand_sz)) return {};
    return without_nul(found->data);
}

std::optional<std::vector<std::string>>
Registry::texts(std::string_view path, std::string_view name) const {
    const auto* found = value(path, name);
    if (found == nullptr || found->type != reg_multi_sz) return {};
    const auto all = without_nul(found->data);
    if (all.empty()) return std::vector<std::string>{};
    return rdpsweep::split(all, '\0');
}

std::optional<std::string> Registry::binary(std::string_view path, std::string_view name) const {
    const auto* found = value(path, name);
    if (found == nullptr || found->type != reg_binary) return {};
    return found->data;
}

void Registry::visit(const std::function<void(const std::string&, const RegistryKey&)>& visitor
) const {
    visit_key({}, *root_, visitor);
}

} // namespace simfleet
