// Who gets a place, and what becomes of one that is given back.
#include "core/places.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run_task.hpp"

#include <map>
#include <string>

using namespace rdpsweep;
using namespace std::chrono_literals;

namespace {

// Places, and hosts that want one; each keeps its own until the test takes it away.
struct Room {
    Room(asio::any_io_executor on, std::size_t most)
        : executor(std::move(on)), places(most, [this] { ++free_again; }) {}

    void ask(char name, Clock::duration patience = 1h) {
        const auto wait = [this](char who, Clock::duration limit) -> Task<void> {
            HostDeadline own(executor, Clock::now() + limit);
            auto place = co_await places.enter(own);
            came.push_back(place ? who : '-');
            if (place) held.emplace(who, std::move(place));
        };
        asks.push_back(wait);
        asio::co_spawn(executor, asks.back()(name, patience), asio::detached);
    }

    asio::any_io_executor executor;
    int free_again = 0;
    Places places;
    std::list<std::function<Task<void>(char, Clock::duration)>> asks;
    std::map<char, Places::Place> held;
    std::string came;
};

// Runs a scene of a room with so many places until nothing is left to do.
std::string came(std::size_t most, const std::function<void(Room&, int)>& act, int acts) {
    asio::io_context lane{1};
    Room room(lane.get_executor(), most);
    for (int i = 0; i < acts; ++i) {
        act(room, i);
        lane.restart();
        lane.poll();
    }
    const auto order = room.came;
    room.held.clear();
    room.places.resize(100);
    lane.restart();
    lane.poll();
    return order;
}

} // namespace

TEST_CASE("Places: so many at once, then in the order of asking", "[deadline]") {
    const auto order = came(
        2,
        [](Room& room, int act) {
            if (act == 0)
                for (const char name : {'a', 'b', 'c', 'd', 'e'})
                    room.ask(name);
            if (act == 1) CHECK(room.came == "ab");
            if (act == 1) CHECK((room.places.taken() == 2 && room.places.waiting() == 3));
            if (act == 2) room.held.erase('b');
            if (act == 3) CHECK(room.came == "abc");
            if (act == 3) room.places.resize(4);
            if (act == 4) CHECK(room.places.taken() == 4);
        },
        5
    );
    CHECK(order == "abcde");
}

TEST_CASE("Places: a place goes to whoever waits, and only then is it told free", "[deadline]") {
    came(
        1,
        [](Room& room, int act) {
            if (act == 0) room.ask('a');
            if (act == 0) room.ask('b');
            if (act == 1) room.held.erase('a');
            if (act == 2) CHECK(room.free_again == 0);
            if (act == 2) room.held.erase('b');
            if (act == 3) CHECK(room.free_again == 1);
        },
        4
    );
}

TEST_CASE("Places: fewer places take none away from who holds one", "[deadline]") {
    came(
        3,
        [](Room& room, int act) {
            if (act == 0)
                for (const char name : {'a', 'b', 'c', 'd'})
                    room.ask(name);
            if (act == 1) room.places.resize(1);
            if (act == 2) CHECK(room.places.taken() == 3);
            if (act == 2) room.held.erase('a');
            if (act == 3) CHECK(room.came == "abc");
            if (act == 3) room.held.clear();
            if (act == 4) CHECK(room.came == "abcd");
        },
        5
    );
}

TEST_CASE("Places: one whose deadline ends gets none and holds up nobody", "[deadline]") {
    asio::io_context lane{1};
    Room room(lane.get_executor(), 1);
    room.ask('a');
    lane.poll();
    room.ask('b', 1ms);
    room.ask('c');
    lane.restart();
    while (room.came.size() < 2)
        lane.run_one();
    CHECK(room.came == "a-");
    room.held.clear();
    lane.restart();
    lane.poll();
    CHECK(room.came == "a-c");
    room.held.clear();
}
