// Catch2, included the one way every test file shares (precompiled).
#pragma once

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>
