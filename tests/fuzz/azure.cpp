// What we read of Azure ourselves: rows, errors, tokens, results, boot logs.
#include "core/json.hpp"
#include "core/text.hpp"
#include "tests/fuzz/target.hpp"
#include "transports/azure/arm_error.hpp"
#include "transports/azure/boot_log.hpp"
#include "transports/azure/cloud.hpp"
#include "transports/azure/rows.hpp"
#include "transports/azure/run_command.hpp"
#include "transports/azure/token.hpp"

#include <nlohmann/json.hpp>

using namespace rdpsweep;
using namespace rdpsweep::azure;

namespace {

void check_answers(std::string_view text) {
    RestAnswer answer;
    answer.status = 400;
    answer.body = text;
    answer.headers = {{"retry-after", std::string(text)}};
    must(arm_error(answer).phase() == Phase::inventory, "ARM's refusals are the inventory's");
    if (const auto pause = asked_pause(answer))
        must(pause->count() >= 0 && pause->count() <= 600, "a pause is at most 10 minutes");
    must(!token_refused(400, text).detail().empty(), "a refusal has a sentence");
    if (const auto token = parse_token(text, 1000))
        must(token->refresh <= token->expires, "a token is renewed before it ends");
}

void check_links(std::string_view text) {
    const auto& cloud = *find_cloud("AzureCloud");
    if (!is_arm_link(cloud, text)) return;
    // The token goes there: a second look, by hand.
    must(ascii_lower(text.substr(0, 8)) == "https://", "https only");
    const auto host = ascii_lower(text.substr(8, text.find_first_of("/?#:", 8) - 8));
    must(host == "management.azure.com" || host.ends_with(".management.azure.com"), "ARM's host");
    must(host.find_first_of("@\\") == std::string::npos, "and nobody's user name");
}

void check_cloud(std::string_view text) {
    const auto cloud = read_cloud(text);
    if (!cloud) return;
    for (const auto& url : {cloud->arm, cloud->authority})
        must(url.starts_with("https://") && !url.ends_with('/'), "https, without a slash");
}

void check_rows(const nlohmann::json& document) {
    for (const auto& row : {vm_of_compute(document), vm_of_graph(document)})
        for (const auto& id : row.interfaces)
            must(ascii_lower(id) == id, "ids are folded");
    for (const auto& row : {interface_of_network(document), interface_of_graph(document)})
        must(ascii_lower(row.id) == row.id, "ids are folded");
    const auto address = public_address_of_network(document);
    must(ascii_lower(address.id) == address.id, "ids are folded");
    state_of_view(document);
    (void)read_run_command(document);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_answers(text);
    check_links(text);
    check_links("https://" + std::string(text));
    check_links("https://management.azure.com" + std::string(text));
    check_cloud(text);
    read_boot_log(text);
    must(part_of(text, "subscriptions").find('/') == std::string::npos, "a part has no slash");
    if (const auto document = parse_json(text, Phase::decode)) check_rows(*document);
    return 0;
}
