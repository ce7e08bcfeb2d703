// Deals the decks behind the mixes' names.
#include "tests/simfleet/mix.hpp"

#include "tests/simfleet/dice.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace simfleet {
namespace {

constexpr std::string_view one_prefix = "one:";

using Profiles = std::vector<const Profile*>;

Profiles of_kind(Kind kind) {
    Profiles found;
    for (const auto* profile : all_profiles()) {
        if (profile->kind == kind && profile->weight != 0) found.push_back(profile);
    }
    return found;
}

const Profile* draw(const Profiles& from, Dice& dice) {
    std::uint32_t total = 0;
    for (const auto* profile : from)
        total += profile->weight;
    auto left = dice.below(total);
    for (const auto* profile : from) {
        if (left < profile->weight) return profile;
        left -= profile->weight;
    }
    return from.back();
}

// Fisher and Yates, so that neighbours have nothing to do with each other.
void shuffle(Profiles& profiles, Dice& dice) {
    for (std::size_t i = profiles.size(); i > 1; --i) {
        std::swap(profiles[i - 1], profiles[dice.below(static_cast<std::uint32_t>(i))]);
    }
}

void add(Profiles& deck, const Profiles& from, std::size_t count, Dice& dice) {
    for (std::size_t i = 0; i < count; ++i)
        deck.push_back(draw(from, dice));
}

void add(Profiles& deck, std::string_view name, std::size_t count) {
    const auto* profile = find_profile(name);
    assert(profile != nullptr);
    deck.insert(deck.end(), count, profile);
}

// Hosts that take all of the client's patience are 1 % at most: they decide how long a scan takes.
Profiles deal_demo(std::size_t vms, Dice& dice) {
    Profiles deck;
    const auto hostile = vms / 200;
    const auto slow = vms / 125;
    const auto wire = vms / 10 - slow;
    const auto faults = vms * 35 / 100 - hostile;
    add(deck, of_kind(Kind::slow_wire), slow, dice);
    add(deck, of_kind(Kind::wire), wire, dice);
    add(deck, of_kind(Kind::hostile), hostile, dice);
    add(deck, of_kind(Kind::fault), faults, dice);
    add(deck, of_kind(Kind::healthy), vms - deck.size(), dice);
    shuffle(deck, dice);
    return deck;
}

Profiles deal_every(std::size_t vms, Dice& dice) {
    const auto all = all_profiles();
    Profiles deck(
        all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(vms, all.size()))
    );
    const auto more = deal_demo(vms - deck.size(), dice);
    deck.insert(deck.end(), more.begin(), more.end());
    return deck;
}

Profiles deal_trouble(std::size_t vms, Dice& dice) {
    const auto of_thousand = [&](std::size_t count) { return (vms * count + 500) / 1000; };
    Profiles deck;
    add(deck, "wire_black_hole", of_thousand(50));
    add(deck, "wire_mute", of_thousand(50));
    add(deck, "wire_garbage", of_thousand(20));
    add(deck, "wire_endless", of_thousand(10));
    add(deck, of_kind(Kind::healthy), vms - deck.size(), dice);
    shuffle(deck, dice);
    return deck;
}

} // namespace

bool known_mix(std::string_view mix) {
    if (mix.starts_with(one_prefix)) return find_profile(mix.substr(one_prefix.size())) != nullptr;
    return mix == "demo" || mix == "every" || mix == "healthy" || mix == "trouble";
}

std::vector<const Profile*> deal(std::string_view mix, std::size_t vms, std::uint64_t seed) {
    if (!known_mix(mix)) return {};
    Dice dice(seed);
    if (mix == "demo") return deal_demo(vms, dice);
    if (mix == "every") return deal_every(vms, dice);
    if (mix == "trouble") return deal_trouble(vms, dice);
    Profiles deck;
    if (mix == "healthy")
        add(deck, of_kind(Kind::healthy), vms, dice);
    else
        add(deck, mix.substr(one_prefix.size()), vms);
    return deck;
}

} // namespace simfleet
