// Where the tests of the scanner find a folder for a test.
#pragma once

#include "tests/support/scratch.hpp"
