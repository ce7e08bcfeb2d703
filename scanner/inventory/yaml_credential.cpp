// Reads a credential: a user, and where the proof of being that user comes from.
#include "scanner/inventory/yaml_credential.hpp"

#include "core/text.hpp"
#include "scanner/inventory/yaml_fields.hpp"

namespace rdpsweep {

namespace {

constexpr std::string_view references =
    "password: { env: VARIABLE }, { file: PATH }, { systemd: NAME }, "
    "{ command: [az, keyvault, ...] } or { prompt: true }";

bool is_variable_name(std::string_view name) {
    return !name.empty() && name.size() <= 256 &&
           name.find_first_of(std::string_view("= \t\0", 4)) == std::string_view::npos;
}

// Reads the name of a credential of systemd into either kind of source.
template <class Source>
void read_systemd(const YamlFields& fields, Source& source) {
    fields.apply("systemd", [&source](std::string_view text) -> Complaint {
        // Not shown: it may be the secret itself.
        if (!is_systemd_name(text))
            return Mistake{
                "not the name of a credential of systemd",
                "systemd: NAME, as the unit has it in LoadCredential=NAME:PATH"};
        source = FromSystemd{std::string(text)};
        return {};
    });
}

void read_command(const YamlFields& fields, CredentialSpec& spec, YamlPlace place) {
    auto argv = fields.texts("command");
    if (!argv) return;
    const auto* command = fields.find("command");
    if (command->kind == YamlNode::Kind::scalar || argv->empty() || argv->front().empty()) {
        place.complain(
            command->at,
            {"a command is a list: its program and its arguments, no shell",
             "command: [az, keyvault, secret, show, ...]"}
        );
    } else {
        spec.password = FromCommand{std::move(*argv)};
    }
}

void read_password(
    const YamlNode& node, CredentialSpec& spec, const ReadContext& context, YamlPlace place
) {
    if (node.kind == YamlNode::Kind::scalar) {
        // The text itself is not shown: it is most likely the password.
        place.complain(
            node.at, {"a password does not belong in an inventory", std::string(references)}
        );
        return;
    }
    const YamlFields fields(
        node, "a password", {"env", "file", "systemd", "command", "prompt"}, place
    );
    if (node.kind != YamlNode::Kind::map) return;
    if (node.entries.size() != 1) {
        place.complain(node.at, {"a password has exactly one source", std::string(references)});
        return;
    }
    fields.apply("env", [&spec](std::string_view text) -> Complaint {
        if (!is_variable_name(text)) return Mistake{"not the name of a variable", ""};
        spec.password = from_environment(std::string(text));
        return {};
    });
    fields.apply("file", [&](std::string_view text) -> Complaint {
        if (text.empty()) return Mistake{"the path is empty", ""};
        spec.password = FromFile{path_beside(text, context)};
        return {};
    });
    read_systemd(fields, spec.password);
    read_command(fields, spec, place);
    fields.apply("prompt", [&spec](std::string_view text) -> Complaint {
        if (parse_boolean(text) != true) return Mistake{"prompt must be true", "prompt: true"};
        spec.password = FromPrompt{};
        return {};
    });
}

// Returns a PEM text's one source: { file: PATH }, { env: VARIABLE } or { systemd: NAME }.
PemSource read_pem(
    const YamlFields& parent, std::string_view key, const ReadContext& context, YamlPlace place
) {
    PemSource source;
    const auto* node = parent.find(key);
    if (node == nullptr) return source;
    const YamlFields fields(*node, "a PEM text", {"file", "env", "systemd"}, place);
    if (node->kind != YamlNode::Kind::map) return source;
    if (node->entries.size() != 1) {
        place.complain(
            node->at,
            {"a PEM text has exactly one source",
             "{ file: PATH }, { env: VARIABLE } or { systemd: NAME }"}
        );
    }
    read_systemd(fields, source);
    fields.apply("file", [&](std::string_view text) -> Complaint {
        if (text.empty()) return Mistake{"the path is empty", ""};
        source = FromFile{path_beside(text, context)};
        return {};
    });
    fields.apply("env", [&](std::string_view text) -> Complaint {
        if (!is_variable_name(text)) return Mistake{"not the name of a variable", ""};
        source = from_environment(std::string(text));
        return {};
    });
    return source;
}

// Complains about what a credential may not be at once, or not at all.
void check_proofs(
    const YamlFields& fields, const YamlEntry& entry, const CredentialSpec& spec, YamlPlace place
) {
    const bool kerberos = spec.kerberos;
    const auto name = "the credential " + in_quotes(entry.key);
    const bool password = fields.find("password") != nullptr;
    const bool certificate = fields.find("certificate") != nullptr;
    if (certificate != (fields.find("key") != nullptr)) {
        place.complain(
            entry.key_at,
            {name + " needs both certificate and key",
             "certificate: { file: PATH }, key: { file: PATH }"}
        );
    } else if (password + kerberos + certificate > 1) {
        place.complain(
            entry.key_at,
            {name + (certificate ? " has a certificate and another proof"
                                 : " has both a password and kerberos"),
             "keep one of them"}
        );
    } else if (!password && !kerberos && !certificate && spec.ssh_key.empty() && !spec.agent) {
        place.complain(entry.key_at, {name + " proves nothing", std::string(references)});
    }
    if (!kerberos && !certificate && !fields.find("username")) {
        place.complain(entry.key_at, {name + " has no username", "add username: 'CORP\\me'"});
    }
}

void read_kerberos(
    const YamlNode& node, CredentialSpec& spec, const ReadContext& context, YamlPlace place
) {
    spec.kerberos = true;
    if (node.kind == YamlNode::Kind::scalar && parse_boolean(node.text) == true) return;
    const YamlFields fields(node, "kerberos", {"ccache"}, place);
    fields.apply("ccache", [&](std::string_view text) -> Complaint {
        if (text.empty()) return Mistake{"the path is empty", ""};
        // FILE:, KCM:, KEYRING: and the like are names that libkrb5 understands by itself.
        const bool typed = text.find(':') != std::string_view::npos;
        spec.ccache = typed ? std::string(text) : path_beside(text, context);
        return {};
    });
}

void read_username(const YamlFields& fields, CredentialSpec& spec) {
    fields.apply("username", [&spec](std::string_view text) -> Complaint {
        if (printable(text, text.size() * 4) != text) {
            return Mistake{
                "the username holds a control character: " + in_quotes(text),
                std::string(backslash_hint)};
        }
        spec.username = text;
        return {};
    });
}

void read_agent(const YamlFields& fields, CredentialSpec& spec) {
    fields.apply("agent", [&spec](std::string_view text) -> Complaint {
        const auto agent = parse_boolean(text);
        if (!agent) return Mistake{"agent must be true or false", "agent: true"};
        spec.agent = *agent;
        return {};
    });
}

} // namespace

CredentialSpec read_yaml_credential(const YamlEntry& entry, const ReadContext& context) {
    const YamlPlace place{context.file, context.problems};
    CredentialSpec spec;
    spec.name = entry.key;
    spec.origin = to_text(context.file, entry.key_at);
    const YamlFields fields(
        entry.value,
        "a credential",
        {"username",
         "password",
         "certificate",
         "key",
         "ssh_key",
         "ssh_passphrase",
         "agent",
         "kerberos"},
        place
    );
    if (entry.value.kind != YamlNode::Kind::map) return spec;
    read_username(fields, spec);
    if (const auto* password = fields.find("password")) {
        read_password(*password, spec, context, place);
    }
    if (const auto* kerberos = fields.find("kerberos")) {
        read_kerberos(*kerberos, spec, context, place);
    }
    if (const auto key = fields.text("ssh_key")) spec.ssh_key = path_beside(*key, context);
    if (const auto* passphrase = fields.find("ssh_passphrase")) {
        CredentialSpec words;
        read_password(*passphrase, words, context, place);
        spec.ssh_passphrase = std::move(words.password);
    }
    read_agent(fields, spec);
    spec.certificate = read_pem(fields, "certificate", context, place);
    spec.key = read_pem(fields, "key", context, place);
    check_proofs(fields, entry, spec, place);
    return spec;
}

} // namespace rdpsweep
