// Fixes key-acl and key-folder: the rights that Windows ships, added where they are missing.
//
// Article step 2.3 takes ownership of every key of the machine and grants by localised names. Here
// one file, or the folder for itself alone, gets the entries it lacks, by SID; everything else
// stays.
#include "probes/fix/fixes.hpp"
#include "probes/fix/rights.hpp"
#include "probes/fix/system_door.hpp"
#include "probes/reading/key_access.hpp"
#include "probes/reading/rule_support.hpp"

namespace rdpsweep {

namespace {

const std::string folder = R"(%ProgramData%\Microsoft\Crypto\RSA\MachineKeys)";
const std::string cng_folder = R"(%ProgramData%\Microsoft\Crypto\Keys)";

constexpr std::array<std::string_view, 3> one_file{
    R"(file:%ProgramData%\Microsoft\Crypto\RSA\MachineKeys\*)",
    R"(file:%ProgramData%\Microsoft\Crypto\Keys\*)",
    "task:rdpsweep-key-acl"};
constexpr std::array<std::string_view, 2> the_folder{
    R"(file:%ProgramData%\Microsoft\Crypto\RSA\MachineKeys)", "task:rdpsweep-key-folder"};

// Returns the change of place (its after is not used) to what grants what it lacks. An
// administrator has no WRITE_DAC on a file of SYSTEM's: then SYSTEM makes it.
Prepared change_rights(
    const Facts& facts, std::string_view fix, Change place, std::span<const Grant> grants
) {
    auto better = with_grants(place.before, grants);
    if (!better) return Refusal{"fix.refused.rights_unclear", {{"path", place.place}}};
    if (*better == place.before) return std::vector<Change>();
    const bool by_system = !may_write_dacl(facts, place.before);
    place.before = "sddl:" + place.before;
    place.after = "sddl:" + *better;
    std::vector<Change> changes{std::move(place)};
    if (!by_system) return changes;
    return through_system(facts, fix, std::move(changes));
}

// Administrators lose access to the file from build 17763 on; SessionEnv, which renews the
// certificate, has it instead.
std::vector<Grant> shipped(std::uint32_t number) {
    std::vector<Grant> grants{
        {sid::system, file_access::all}, {sid::network_service, file_access::read}};
    if (number >= build::server_2019)
        grants.push_back({service_sid("SessionEnv"), file_access::all});
    else
        grants.push_back({sid::administrators, file_access::read});
    return grants;
}

Prepared prepare_file(const Facts& facts, const Finding&, const FixChoices&) {
    const auto number = build_of(facts);
    if (!facts.machine_keys || !number) return Refusal{"fix.refused.unread", {{"fact", "/keys"}}};
    const auto& keys = *facts.machine_keys;
    const auto name = rdp_key_file(facts);
    const auto* file = name.empty() ? nullptr : keys.find(name);
    if (file == nullptr || !file->sddl)
        return Refusal{"fix.refused.unread", {{"fact", "/keys/files"}}};
    const bool cng = pointer_to(keys, *file, "sddl").starts_with("/keys/cng_files");
    return change_rights(
        facts,
        "key-acl",
        {Change::Kind::rights,
         (cng ? cng_folder : folder) + "\\" + file->name,
         "",
         *file->sddl,
         ""},
        shipped(*number)
    );
}

Prepared prepare_folder(const Facts& facts, const Finding&, const FixChoices&) {
    constexpr std::uint32_t read_and_write = 0x12019f; // as shipped
    if (!facts.machine_keys || !facts.machine_keys->directory_sddl)
        return Refusal{"fix.refused.unread", {{"fact", "/keys/dir_sddl"}}};
    const std::array grants{
        Grant{sid::everyone, read_and_write}, Grant{sid::administrators, file_access::all}};
    return change_rights(
        facts,
        "key-folder",
        {Change::Kind::folder, folder, "", *facts.machine_keys->directory_sddl, ""},
        grants
    );
}

} // namespace

Fix key_acl_fix() noexcept {
    static constexpr std::array<std::string_view, 1> rules{"KEY.ACL"};
    return {
        .id = "key-acl",
        .rules = rules,
        .risk = Risk::low,
        .restart = Restart::if_still_failing,
        .declared = one_file,
        .prepare = prepare_file};
}

Fix key_folder_fix() noexcept {
    static constexpr std::array<std::string_view, 1> rules{"KEY.FOLDER"};
    return {
        .id = "key-folder",
        .rules = rules,
        .risk = Risk::low,
        .restart = Restart::if_still_failing,
        .declared = the_folder,
        .prepare = prepare_folder};
}

} // namespace rdpsweep
