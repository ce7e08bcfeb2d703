// What we read of Azure ourselves: rows, errors, tokens, results, boot logs.
#include "core/json.hpp"
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

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    RestAnswer answer;
    answer.status = 400;
    answer.body = text;
    answer.headers = {{"retry-after", std::string(text)}};
    arm_error(answer);
    asked_pause(answer);
    token_refused(400, text);
    (void)parse_token(text, 0);
    (void)read_cloud(text);
    is_arm_link(*find_cloud("AzureCloud"), text);
    read_boot_log(text);
    part_of(text, "subscriptions");
    const auto document = parse_json(text, Phase::decode);
    if (!document) return 0;
    vm_of_compute(*document);
    vm_of_graph(*document);
    interface_of_network(*document);
    interface_of_graph(*document);
    public_address_of_network(*document);
    state_of_view(*document);
    (void)read_run_command(*document);
    return 0;
}
