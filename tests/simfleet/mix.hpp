// Which profile each VM of a fleet has.
#pragma once

#include "tests/simfleet/profiles/profile.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace simfleet {

// demo, every, healthy, trouble, and "one:PROFILE", which makes all VMs alike.
//   demo     55 % healthy, 35 % broken or at risk, 10 % trouble on the way there
//   every    each profile once, in the order of the table, then as demo
//   healthy  healthy VMs of all kinds
//   trouble  of 1,000: 50 black_hole, 50 mute, 20 garbage, 10 endless, the rest healthy (in
//            proportion for other numbers, rounded)
bool known_mix(std::string_view mix);

// One profile a VM, in the order of the fleet; the same for the same seed. Empty when the mix is
// not known.
std::vector<const Profile*> deal(std::string_view mix, std::size_t vms, std::uint64_t seed);

} // namespace simfleet
