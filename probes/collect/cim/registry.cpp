// What StdRegProv is asked, and what its return values mean.
#include "core/text.hpp"
#include "probes/collect/cim/steps.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace rdpsweep::cim_plan {

namespace {

constexpr std::string_view hklm = "2147483650"; // HKEY_LOCAL_MACHINE (winreg.h)
constexpr std::size_t most_subkeys = 64;        // as the PowerShell collector

// Return values of StdRegProv are Win32 codes (winerror.h).
constexpr std::uint32_t file_not_found = 2;
constexpr std::uint32_t invalid_function = 1; // some providers' word for an absent value
constexpr std::uint32_t access_denied = 5;

std::string in_hex(std::uint32_t code) {
    char text[16];
    std::snprintf(text, sizeof text, "0x%08x", static_cast<unsigned>(code));
    return text;
}

} // namespace

void Steps::registry_failed(const std::string& about, std::uint32_t code) {
    lost(about, code == access_denied ? "denied" : "error", in_hex(code));
}

void Steps::registry(const std::string& about, RegistryCall what, ReadOutput read) {
    cim::Invoke call{
        std::string(what.method),
        {{"hDefKey", std::string(hklm)}, {"sSubKeyName", std::move(what.key)}},
        {}};
    if (what.value) call.parameters.emplace_back("sValueName", *std::move(what.value));
    ask(about,
        {registry_namespace_, "StdRegProv", std::move(call)},
        [this, about, read = std::move(read)](Result<cim::Rows>& rows) {
            if (!rows) return lost(about, rows.error());
            const auto code =
                rows->empty() ? std::nullopt : number_of(rows->front(), "ReturnValue");
            if (!code) return lost(about, "error", "no ReturnValue");
            read(static_cast<std::uint32_t>(*code), rows->front());
        });
}

void Steps::subkeys(
    const std::string& about,
    std::string key,
    std::function<void(const std::optional<std::vector<std::string>>&)> read
) {
    registry(
        about,
        {"EnumKey", std::move(key)},
        [this, about, read](auto code, const auto& output) {
            if (code == file_not_found) return read(std::nullopt);
            if (code != 0) return registry_failed(about, code);
            std::vector<std::string> names;
            if (const auto* list = value_of(output, "sNames")) names = list->texts;
            if (names.size() > most_subkeys) names.resize(most_subkeys);
            read(std::move(names));
        }
    );
}

void Steps::values(
    const std::string& about,
    std::string key,
    std::function<void(const std::optional<KeyValues>&)> read
) {
    registry(
        about,
        {"EnumValues", std::move(key)},
        [this, about, read](auto code, const auto& output) {
            if (code == file_not_found) return read(std::nullopt);
            if (code != 0) return registry_failed(about, code);
            KeyValues values;
            const auto* names = value_of(output, "sNames");
            const auto* types = value_of(output, "Types");
            if (names == nullptr) return read(values); // a key without values
            if (types == nullptr || types->texts.size() != names->texts.size()) {
                return lost(about, "error", "names and types differ in number");
            }
            for (std::size_t i = 0; i < names->texts.size(); ++i) {
                const auto& name = names->texts[i];
                const auto type = number_in(types->texts[i]).value_or(0);
                values.by_name[ascii_lower(name)] = {name, static_cast<std::uint32_t>(type)};
            }
            read(values);
        }
    );
}

// A value that is absent is not read; one that may not be is lost.
void Steps::value(const std::string& about, RegistryCall what, ReadValue read) {
    registry(
        about,
        std::move(what),
        [this, about, read = std::move(read)](auto code, const auto& output) {
            if (code == file_not_found || code == invalid_function) return;
            if (code != 0) return registry_failed(about, code);
            read(output);
        }
    );
}

void Steps::dword(
    const std::string& about,
    std::string key,
    std::string name,
    std::function<void(std::uint32_t)> read
) {
    value(about, {"GetDWORDValue", std::move(key), std::move(name)}, [=, this](const auto& output) {
        const auto number = number_of(output, "uValue");
        if (!number || *number > 0xffffffff) return lost(about, "error", "no number");
        read(static_cast<std::uint32_t>(*number));
    });
}

void Steps::text(
    const std::string& about,
    std::string key,
    std::string name,
    std::function<void(std::string)> read
) {
    // Null is how an empty text comes.
    value(about, {"GetStringValue", std::move(key), std::move(name)}, [=](const auto& output) {
        read(text_of(output, "sValue").value_or(""));
    });
}

void Steps::expanded(
    const std::string& about,
    std::string key,
    std::string name,
    std::function<void(std::string)> read
) {
    value(
        about,
        {"GetExpandedStringValue", std::move(key), std::move(name)},
        [=](const auto& output) { read(text_of(output, "sValue").value_or("")); }
    );
}

void Steps::texts(
    const std::string& about,
    std::string key,
    std::string name,
    std::function<void(std::vector<std::string>)> read
) {
    value(about, {"GetMultiStringValue", std::move(key), std::move(name)}, [=](const auto& output) {
        const auto* list = value_of(output, "sValue");
        read(list == nullptr ? std::vector<std::string>{} : list->texts);
    });
}

void Steps::binary(
    const std::string& about,
    std::string key,
    std::string name,
    std::function<void(std::string)> read
) {
    value(
        about,
        {"GetBinaryValue", std::move(key), std::move(name)},
        [=, this](const auto& output) {
            if (value_of(output, "uValue") == nullptr) return read({});
            auto bytes = bytes_of(output, "uValue");
            if (!bytes) return lost(about, "error", "no bytes");
            read(*std::move(bytes));
        }
    );
}

void Steps::dwords(
    const std::string& below,
    const std::string& key,
    const std::optional<KeyValues>& values,
    std::string_view pairs
) {
    if (!values) return;
    for (const auto& pair : split(pairs, ' ')) {
        const auto equals = pair.find('=');
        const auto pointer = below + "/" + pair.substr(0, equals);
        const auto name = pair.substr(equals + 1);
        const auto type = values->type_of(name);
        if (!type) continue;
        if (*type != reg_dword) {
            unread(pointer, "error", "wrong type");
            continue;
        }
        dword(pointer, key, name, [this, pointer](std::uint32_t number) { put(pointer, number); });
    }
}

void Steps::key_sddl(const std::string& about, std::string key, ReadSddl read) {
    registry(
        about,
        {"GetSecurityDescriptor", std::move(key)},
        [this, about, read](auto code, const auto& output) {
            if (code == file_not_found) return;
            if (code != 0) return registry_failed(about, code);
            const auto* value = value_of(output, "Descriptor");
            auto sddl = value != nullptr && !value->objects.empty()
                            ? sddl_of(value->objects.front())
                            : std::nullopt;
            if (!sddl) return lost(about, "error", "no descriptor");
            read(*std::move(sddl));
        }
    );
}

} // namespace rdpsweep::cim_plan
