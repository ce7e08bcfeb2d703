// Takes subscription and subnet out of a target's id and address.
#include "scanner/admission/keys.hpp"

#include "core/text.hpp"

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>

namespace rdpsweep {

std::string subscription_of(const Target& target) {
    constexpr std::string_view prefix = "/subscriptions/";
    const auto id = ascii_lower(target.vm.empty() ? target.disk->snapshot : target.vm);
    if (!id.starts_with(prefix)) return {};
    return id.substr(prefix.size(), id.find('/', prefix.size()) - prefix.size());
}

std::string subnet_of(const asio::ip::address& address) {
    if (address.is_v6() && !address.to_v6().is_v4_mapped()) {
        return asio::ip::network_v6(address.to_v6(), 64).canonical().to_string();
    }
    const auto v4 = address.is_v4()
                        ? address.to_v4()
                        : asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return asio::ip::network_v4(v4, 24).canonical().to_string();
}

std::optional<asio::ip::address> literal_address(const Target& target) {
    boost::system::error_code wrong;
    auto address = asio::ip::make_address(target.address, wrong);
    if (wrong) return std::nullopt;
    return address;
}

} // namespace rdpsweep
