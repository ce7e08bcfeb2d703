// Keeps no SAS: who needs one gets it, and a hash tells whether it is another one.
#include "transports/disk/referred_sas.hpp"

#include "core/digest.hpp"
#include "core/foreign_text.hpp"
#include "core/offload.hpp"
#include "transports/disk/sas_url.hpp"
#include "transports/disk/waiting.hpp"

#include <memory>

namespace rdpsweep::disk {

namespace {

// The sentence of an error says where the SAS was to be found.
Error in_place(const DiskImage& disk, const Error& error) {
    return Error(error.phase(), error.code(), sas_place(disk) + ": " + std::string(error.detail()))
        .with_native(std::string(error.native()))
        .with_hint(std::string(error.hint()));
}

Result<Secret>
read_now(const DiskImage& disk, const std::function<Result<Secret>(const DiskImage& disk)>& read) {
    if (!read) return Error(Phase::config, Errc::unsupported, "no SAS can be read here");
    auto plain = read(disk);
    if (!plain) return plain;
    const auto url = read_sas_url(*plain);
    if (!url) return in_place(disk, url.error());
    return plain;
}

} // namespace

std::string sas_place(const DiskImage& disk) {
    if (!disk.sas_systemd.empty()) return "systemd's credential " + foreign_text(disk.sas_systemd);
    return disk.sas_file.empty() ? "the environment variable " + foreign_text(disk.sas_env)
                                 : "the file " + foreign_text(disk.sas_file);
}

std::string sas_reference(const DiskImage& disk) {
    if (!disk.sas_systemd.empty()) return "sas systemd:" + disk.sas_systemd;
    return disk.sas_file.empty() ? "sas env:" + disk.sas_env : "sas file:" + disk.sas_file;
}

Status check_sas(const DiskImage& disk, const Services& services) {
    const auto plain = read_now(disk, services.disk_sas);
    if (!plain) return plain.error();
    return {};
}

Task<Result<Secret>> ReferredSas::url(bool again, HostDeadline& deadline) {
    using Given = std::shared_ptr<Result<Secret>>; // a Secret is not copied, and a function is
    std::function<Given()> work = [disk = disk_, read = services_.disk_sas] {
        return std::make_shared<Result<Secret>>(read_now(disk, read));
    };
    auto came = co_await offload(pool_, std::move(work), deadline);
    if (!came) co_return time_is_over(deadline).in_phase(Phase::open);
    auto given = std::move(**came);
    if (!given) co_return std::move(given).error();
    const auto hash = sha256_hex(given->reveal());
    if (again && hash == last_) {
        co_return Error(Phase::config, Errc::access_denied, sas_place(disk_) + " has no other SAS");
    }
    last_ = hash;
    co_return std::move(*given);
}

} // namespace rdpsweep::disk
