// Trouble between us and the VM: one profile for every Manner, on a healthy Windows.
#include "tests/simfleet/profiles/profile.hpp"

#include <array>

namespace simfleet {
namespace {

Truth unreachable(std::uint32_t) {
    return not_assessed("unreachable");
}

Truth refused(std::uint32_t) {
    return not_assessed("refused");
}

Profile well(std::string_view name, Manner manner) {
    Profile profile{.name = name, .kind = Kind::wire, .weight = 4, .builds = current_builds()};
    profile.wire.manner = manner;
    return profile;
}

Profile lost(std::string_view name, Manner manner, std::uint32_t weight = 3) {
    auto profile = well(name, manner);
    profile.weight = weight;
    profile.truth = unreachable;
    return profile;
}

// Costs the client its whole patience.
Profile slow(std::string_view name, Manner manner) {
    auto profile = lost(name, manner, 1);
    profile.kind = Kind::slow_wire;
    return profile;
}

Profile barred(std::string_view name, Manner manner, std::uint32_t weight = 3) {
    auto profile = well(name, manner);
    profile.weight = weight;
    profile.truth = refused;
    return profile;
}

// Nor would WMI answer.
Profile without_cim(Profile profile) {
    profile.wire.cim = false;
    return profile;
}

Profile strict_bindings() {
    auto profile = well("wire_strict_bindings", Manner::polite);
    profile.wire.require_channel_bindings = true;
    return profile;
}

Profile far_away() {
    auto profile = well("wire_latency", Manner::polite);
    profile.wire.latency = std::chrono::milliseconds(180);
    profile.wire.powershell_start = std::chrono::milliseconds(900);
    return profile;
}

// HTTPS with TLS 1.0 only; over HTTP nothing is wrong with it.
Profile old_tls() {
    auto profile = well("wire_tls_legacy", Manner::tls_legacy);
    profile.wire.http_works = true;
    return profile;
}

const std::array wire_table{
    far_away(),
    strict_bindings(),
    well("wire_clixml_noise", Manner::clixml_noise),
    well("wire_split_output", Manner::split_output),
    well("wire_slow_script", Manner::slow_script),
    well("wire_quota_shells", Manner::quota_shells),
    well("wire_small_environment", Manner::small_environment),
    lost("wire_refused", Manner::refused, 12),
    lost("wire_tls_off", Manner::tls_off, 6),
    lost("wire_tls_alert", Manner::tls_alert),
    old_tls(),
    lost("wire_garbage", Manner::garbage),
    lost("wire_bad_xml", Manner::bad_xml),
    lost("wire_xml_bomb", Manner::xml_bomb, 1),
    lost("wire_wrong_relates_to", Manner::wrong_relates_to, 1),
    lost("wire_reset_mid_answer", Manner::reset_mid_answer),
    without_cim(lost("wire_script_fails", Manner::script_fails)),
    without_cim(lost("wire_truncated_frame", Manner::truncated_frame, 2)),
    without_cim(lost("wire_powershell_missing", Manner::powershell_missing, 2)),
    lost("wire_not_wsman", Manner::not_wsman),
    lost("wire_service_down", Manner::service_down),
    lost("wire_empty_500", Manner::empty_500),
    barred("wire_expired_cert", Manner::expired_cert, 6),
    barred("wire_wrong_name_cert", Manner::wrong_name_cert, 6),
    barred("wire_basic_only", Manner::basic_only, 2),
    barred("wire_bad_password", Manner::bad_password, 10),
    barred("wire_not_authorized", Manner::not_authorized, 6),
    without_cim(barred("wire_shells_forbidden", Manner::shells_forbidden)),
    slow("wire_black_hole", Manner::black_hole),
    slow("wire_mute", Manner::mute),
    slow("wire_mute_after_tls", Manner::mute_after_tls),
    slow("wire_drip", Manner::drip),
    slow("wire_endless", Manner::endless),
    slow("wire_huge", Manner::huge),
    slow("wire_quota_forever", Manner::quota_forever),
    [] {
        auto profile = barred("wire_unauthorized_loop", Manner::unauthorized_loop, 1);
        profile.kind = Kind::slow_wire;
        return profile;
    }()};

} // namespace

std::span<const Profile> wire_profiles() {
    return wire_table;
}

} // namespace simfleet
