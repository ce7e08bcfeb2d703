#include "scanner/inventory/yaml_target.hpp"

#include "core/text.hpp"

namespace rdpsweep {

namespace {

void read_tls(const YamlNode& node, TargetDraft& draft, YamlPlace place) {
    const YamlFields fields(node, "tls", {"pin", "legacy", "post_handshake_auth"}, place);
    fields.apply("pin", [&draft](std::string_view text) { return set_winrm_pin(draft, text); });
    fields.apply("post_handshake_auth", [&draft](std::string_view text) {
        return set_winrm_post_handshake(draft, text);
    });
    fields.apply("legacy", [&draft](std::string_view text) {
        return set_winrm_legacy(draft, text);
    });
}

void read_winrm(const YamlNode& node, TargetDraft& draft, YamlPlace place) {
    const YamlFields fields(
        node,
        "winrm",
        {"port",
         "scheme",
         "http_port",
         "http_fallback",
         "auth",
         "tls",
         "channel_bindings",
         "spn_service"},
        place
    );
    const auto apply = [&](std::string_view key, auto set) {
        fields.apply(key, [&draft, set](std::string_view text) { return set(draft, text); });
    };
    apply("port", set_winrm_port);
    apply("auth", set_winrm_auth);
    apply("channel_bindings", set_channel_bindings);
    apply("spn_service", set_winrm_spn);
    apply("scheme", set_winrm_scheme);
    apply("http_port", set_winrm_http_port);
    apply("http_fallback", set_winrm_http_fallback);
    if (const auto* tls = fields.find("tls")) read_tls(*tls, draft, place);
}

void read_rdp(const YamlNode& node, TargetDraft& draft, YamlPlace place) {
    const YamlFields fields(node, "rdp", {"port", "outside", "thumbprint"}, place);
    const auto apply = [&](std::string_view key, auto set) {
        fields.apply(key, [&draft, set](std::string_view text) { return set(draft, text); });
    };
    apply("port", set_rdp_port);
    apply("outside", set_rdp_outside);
    apply("thumbprint", set_rdp_thumbprint);
}

void read_ssh(const YamlNode& node, TargetDraft& draft, YamlPlace place) {
    const YamlFields fields(node, "ssh", {"port", "user", "pin", "via"}, place);
    fields.apply("via", [&draft](std::string_view text) { return set_ssh_via(draft, text); });
    fields.apply("port", [&draft](std::string_view text) { return set_ssh_port(draft, text); });
    fields.apply("user", [&draft](std::string_view text) { return set_ssh_user(draft, text); });
    fields.apply("pin", [&draft](std::string_view text) { return set_ssh_pin(draft, text); });
}

// What a target and the defaults have in common.
void read_shared(
    const YamlFields& fields, TargetDraft& draft, const ReadContext& context, YamlPlace place
) {
    if (const auto route = fields.texts("route")) {
        if (auto complaint = set_route(draft, *route, context.transports)) {
            place.complain(fields.find("route")->at, std::move(*complaint));
        }
    }
    fields.apply("credential", [&draft](std::string_view text) {
        return set_credential(draft, text);
    });
    fields.apply("deadline", [&draft](std::string_view text) { return set_deadline(draft, text); });
    if (const auto* winrm = fields.find("winrm")) read_winrm(*winrm, draft, place);
    if (const auto* rdp = fields.find("rdp")) read_rdp(*rdp, draft, place);
    if (const auto* ssh = fields.find("ssh")) read_ssh(*ssh, draft, place);
    read_yaml_tags(fields, draft, place);
}

} // namespace

void read_yaml_tags(const YamlFields& fields, TargetDraft& draft, YamlPlace place) {
    const auto* tags = fields.find("tags");
    if (tags == nullptr || tags->kind == YamlNode::Kind::null) return;
    if (tags->kind != YamlNode::Kind::map) {
        place.complain(tags->at, {"tags must be a map", "tags: {env: prod, role: web}"});
        return;
    }
    for (const auto& [key, key_at, value] : tags->entries) {
        if (value.kind != YamlNode::Kind::scalar) {
            place.complain(value.at, {"the tag " + in_quotes(key) + " must be text", ""});
        } else if (auto complaint = set_tag(draft, key, value.text)) {
            place.complain(key_at, std::move(*complaint));
        }
    }
}

TargetDraft read_yaml_target(const YamlNode& node, const ReadContext& context) {
    const YamlPlace place{context.file, context.problems};
    const auto mistakes = context.problems.list().size();
    TargetDraft draft;
    draft.target.origin = to_text(context.file, node.at);
    const YamlFields fields(
        node,
        "a target",
        {"name", "address", "vm", "route", "credential", "deadline", "winrm", "rdp", "ssh", "tags"},
        place
    );
    fields.apply("name", [&draft](std::string_view text) { return set_name(draft, text); });
    fields.apply("address", [&draft](std::string_view text) { return set_address(draft, text); });
    fields.apply("vm", [&draft](std::string_view text) { return set_vm(draft, text); });
    read_shared(fields, draft, context, place);
    // One mistake is reported once: a target whose address is wrong does not also lack one.
    if (context.problems.list().size() != mistakes) return draft;
    if (auto complaint = finish(draft)) place.complain(node.at, std::move(*complaint));
    return draft;
}

TargetDraft read_yaml_jump_host(const YamlNode& node, const ReadContext& context) {
    const YamlPlace place{context.file, context.problems};
    const auto mistakes = context.problems.list().size();
    TargetDraft draft;
    draft.target.origin = to_text(context.file, node.at);
    const YamlFields fields(node, "a jump host", {"name", "address", "credential", "ssh"}, place);
    fields.apply("name", [&draft](std::string_view text) { return set_name(draft, text); });
    fields.apply("address", [&draft](std::string_view text) { return set_address(draft, text); });
    fields.apply("credential", [&draft](std::string_view text) {
        return set_credential(draft, text);
    });
    if (const auto* ssh = fields.find("ssh")) read_ssh(*ssh, draft, place);
    if (context.problems.list().size() != mistakes) return draft;
    if (auto complaint = finish(draft)) place.complain(node.at, std::move(*complaint));
    return draft;
}

TargetDraft read_yaml_defaults(const YamlNode& node, const ReadContext& context) {
    const YamlPlace place{context.file, context.problems};
    TargetDraft draft;
    if (node.kind == YamlNode::Kind::null) return draft;
    const YamlFields fields(
        node, "defaults", {"route", "credential", "deadline", "winrm", "rdp", "ssh", "tags"}, place
    );
    read_shared(fields, draft, context, place);
    return draft;
}

} // namespace rdpsweep
