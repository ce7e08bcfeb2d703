// One fuzz target: the entry point libFuzzer calls, and where its seeds are.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
