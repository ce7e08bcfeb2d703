// Answers for a VM's port as Resource Manager does, and carries frames between a client and its
// console.
#include "tests/simfleet/serial/console_gateway.hpp"

#include "core/digest.hpp"
#include "core/text.hpp"
#include "tests/simfleet/azure/arm_answer.hpp"
#include "tests/simfleet/serial/typed_engine.hpp"
#include "tests/simfleet/serial/ws_frames.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <deque>
#include <utility>

namespace simfleet {

namespace asio = rdpsweep::asio;
using nlohmann::json;
using rdpsweep::Task;
using Clock = std::chrono::steady_clock;

namespace {

using namespace std::chrono_literals;
using Scene = ConsoleScene;

constexpr auto tick = 20ms;
constexpr std::string_view banner = "+-----------------------------------------------+\r\n"
                                    "| Connected to the serial port of the VM.       |\r\n"
                                    "| If no login prompt is displayed, press ENTER. |\r\n"
                                    "+-----------------------------------------------+\r\n";

std::string close_payload(std::uint16_t code, std::string_view reason) {
    std::string payload;
    payload += static_cast<char>(code >> 8);
    payload += static_cast<char>(code & 255);
    return payload.append(reason);
}

} // namespace

// One WebSocket. Its reader and its writer are two coroutines; the stream is the writer's.
struct ConsoleGateway::Live {
    explicit Live(PeerStream& wire, std::uint64_t seed) : stream(wire), dice(seed) {}

    PeerStream& stream;
    Dice dice;
    std::string unread;
    std::deque<std::pair<Clock::time_point, std::string>>
        keys;            // on their way, and when they arrive
    std::string control; // pongs, the answer to a close: the writer sends them
    std::string token;
    bool gone = false; // the peer is
    bool over = false; // the writer has ended
    bool reading = false;
    std::size_t spoiled = 0;
};

ConsoleGateway::ConsoleGateway(
    std::shared_ptr<World> world,
    const std::vector<std::string>& scenes,
    std::string base,
    KnowsToken knows,
    std::vector<std::string> engine,
    std::size_t engine_vms
)
    : world_(std::move(world)), base_(std::move(base)), knows_(std::move(knows)),
      engine_(std::move(engine)), engine_vms_(engine_vms) {
    for (const auto& name : scenes) {
        for (const auto& scene : all_scenes())
            if (name == "every" || name == scene.name) scenes_.push_back(&scene);
    }
    if (scenes_.empty()) scenes_.push_back(find_scene("happy"));
    account_ = {world_->policy.domain, world_->policy.user, world_->policy.password};
}

const ConsoleScene& ConsoleGateway::scene(std::size_t index) const {
    return *scenes_[index % scenes_.size()];
}

ConsoleGateway::Port& ConsoleGateway::port(std::size_t index) {
    auto& port = ports_[index];
    if (port.machine == nullptr) {
        const auto& vm = world_->fleet.at(index);
        ChannelSetting setting{vm, scene(index), world_->stats, account_, nullptr};
        if (!engine_.empty() && index < engine_vms_) {
            setting.powershell = [this, &vm](std::string_view arguments) {
                return std::make_unique<TypedEngine>(engine_, vm, arguments);
            };
        }
        port.machine = std::make_unique<SacMachine>(setting, index * 7919 + 17, Clock::now());
    }
    return port;
}

HttpResponse ConsoleGateway::port_state(std::size_t index) {
    const auto& port = ports_[index];
    const bool active =
        port.now_open != 0 || port.taken || scene(index).gate == Scene::Gate::in_use;
    return json_answer(
        200,
        {{"properties",
          {{"state", "enabled"}, {"connectionState", active ? "active" : "inactive"}}}}
    );
}

HttpResponse ConsoleGateway::connect(std::size_t index, const HttpRequest& request) {
    if (request.header("content-type") == nullptr) {
        return arm_failure(415, "UnsupportedMediaType", "The content type is missing.");
    }
    switch (scene(index).gate) {
    case Scene::Gate::rights:
        return arm_failure(403, "AuthorizationFailed", "The client does not have authorization.");
    case Scene::Gate::storage:
        return arm_failure(
            403,
            "Forbidden",
            "A 'Forbidden' response came from this VM's boot diagnostic storage account."
        );
    case Scene::Gate::storage_gone:
        return arm_failure(400, "BadRequest", "The storage account of this VM cannot be found.");
    case Scene::Gate::slow_host:
        return arm_failure(
            504, "GatewayTimeout", "The service did not respond in a timely manner."
        );
    case Scene::Gate::busy:
        if (ports_[index].busy > 0) {
            --ports_[index].busy;
            auto busy = arm_failure(429, "TooManyRequests", "Too many.");
            busy.headers.emplace_back("Retry-After", "1");
            return busy;
        }
        break;
    default:
        break;
    }
    const auto path = "/n/connector/consoleconn-" + std::to_string(index) + "/sessions/" +
                      rdpsweep::ascii_lower(rdpsweep::random_guid()) + "/client";
    addresses_[path] = index;
    auto host = base_.substr(base_.find("://") + 3);
    if (scene(index).gate == Scene::Gate::foreign_host) host = "gateway.evil.example";
    return json_answer(200, {{"connectionString", "wss://" + host + path}});
}

// Follows an order of who has a token that is good for consoles, and only while the session is
// open; what is asked for stands in the path and in the body.
HttpResponse ConsoleGateway::order(const HttpRequest& request) {
    constexpr std::string_view scheme = "Bearer ";
    constexpr std::string_view mark = "/adminCommand/";
    const auto* caller = request.header("authorization");
    if (caller == nullptr || !caller->starts_with(scheme) || !knows_(caller->substr(scheme.size())))
        return arm_failure(401, "InvalidAuthenticationToken", "The token is not good for this.");
    const auto at = request.target.find(mark);
    const auto session = open_.find(request.target.substr(0, at));
    if (at == std::string::npos || session == open_.end())
        return arm_failure(404, "NotFound", "There is no such session.");
    const auto what = request.target.substr(at + mark.size());
    const auto body = json::parse(request.body, nullptr, false);
    const bool whole = body.is_object() && body.value("command", json()) == json(what) &&
                       body.value("requestId", json()).is_string() &&
                       body.value("commandParameters", json()).is_object();
    if (!whole || (what != "nmi" && what != "reset"))
        return arm_failure(400, "BadRequest", "The command is not known.");
    auto& port = this->port(session->second);
    port.orders.push_back(what);
    if (what == "nmi") port.machine->interrupt(Clock::now());
    if (what == "reset") port.machine->reset(Clock::now());
    return json_answer(200, json::object());
}

// Text or binary frames as the scene has it; a byte that is no UTF-8 now and then.
std::string
ConsoleGateway::frames_of(const ConsoleScene& scene, std::string_view bytes, Live& live) {
    std::string out;
    while (!bytes.empty()) {
        const auto size = scene.split ? 1 + live.dice.below(40) : bytes.size();
        std::string piece(bytes.substr(0, size));
        bytes.remove_prefix(piece.size());
        const bool binary = scene.frames == Scene::Frames::binary ||
                            (scene.frames == Scene::Frames::mixed && live.dice.below(2) == 0);
        if (scene.bad_utf8 && live.spoiled++ % 50 == 0) piece += "\xff";
        const auto opcode = binary ? WsOpcode::binary : WsOpcode::text;
        if (scene.split && piece.size() > 2 && live.dice.below(4) == 0) {
            // A message in two frames, a ping between them.
            out += ws_frame(opcode, piece.substr(0, 1), false);
            out += ws_frame(WsOpcode::ping, "p");
            out += ws_frame(WsOpcode::continuation, piece.substr(1));
        } else {
            out += ws_frame(opcode, piece);
        }
    }
    return out;
}

Task<void> ConsoleGateway::read_keys(std::shared_ptr<Live> live, std::size_t index) {
    for (;;) {
        WsFrame frame;
        const auto state = read_ws_frame(live->unread, frame);
        if (state == WsRead::incomplete) {
            const bool came = co_await live->stream.read(live->unread);
            if (!came || live->over) break;
            continue;
        }
        if (state == WsRead::bad) {
            world_->stats.violation("a WebSocket frame that no client may send");
            break;
        }
        if (frame.opcode == WsOpcode::close) {
            live->control += ws_frame(WsOpcode::close, frame.payload.substr(0, 2));
            break;
        }
        if (frame.opcode == WsOpcode::ping)
            live->control += ws_frame(WsOpcode::pong, frame.payload);
        if (frame.opcode > WsOpcode::binary) continue;
        if (frame.opcode == WsOpcode::binary) {
            world_->stats.violation("keys in a binary frame");
        }
        if (live->token.empty()) {
            live->token = frame.payload;
            continue;
        }
        if (frame.payload == live->token) {
            world_->stats.violation("the token was sent to the serial port");
        }
        if (frame.payload.size() > 256) world_->stats.violation("more than 256 keys in a frame");
        if (live->over) continue;
        const auto latency = scene(index).latency;
        if (latency.count() == 0)
            port(index).machine->input(frame.payload, Clock::now());
        else
            live->keys.emplace_back(Clock::now() + latency, frame.payload);
    }
    live->gone = true;
    live->reading = false;
}

// What the gateway asks for before it shows a byte of the VM's.
Task<bool> ConsoleGateway::trust(Live& live, std::size_t index) {
    const auto executor = co_await asio::this_coro::executor;
    auto hello = ws_frame(WsOpcode::text, "Connecting...\r\n");
    bool sent = co_await live.stream.write(std::move(hello));
    boost::system::error_code ignored;
    while (sent && live.token.empty() && !live.gone) {
        asio::steady_timer timer(executor, tick);
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    const auto gate = scene(index).gate;
    const bool known = knows_(live.token) && gate != Scene::Gate::distrust;
    if (!sent || live.gone) co_return false;
    if (known && gate != Scene::Gate::closes_4xxx) co_return true;
    auto bye = known ? close_payload(4002, "") : close_payload(1011, "Connection not trusted");
    bye = ws_frame(WsOpcode::close, bye);
    sent = co_await live.stream.write(std::move(bye));
    co_return false;
}

// Whether the scene ends the session here; says goodbye in the way it does.
bool ConsoleGateway::cut_now(std::size_t index, Live& live) {
    auto& port = ports_[index];
    if (port.cut) return false;
    using Stage = SacMachine::Stage;
    const auto stage = port.machine->stage();
    switch (scene(index).cut) {
    case Scene::Cut::taken_before_logon:
        port.taken = port.cut = stage == Stage::dialog;
        break;
    case Scene::Cut::taken_after_logon:
        port.taken = port.cut = stage == Stage::program;
        break;
    case Scene::Cut::idle:
        port.cut = stage == Stage::program;
        break;
    default:
        return false;
    }
    if (port.cut && live.dice.below(2) == 0) {
        live.control += ws_frame(WsOpcode::close, close_payload(1000, ""));
    }
    return port.cut;
}

Task<void> ConsoleGateway::show(Live& live, std::size_t index, std::size_t session) {
    const auto executor = co_await asio::this_coro::executor;
    auto& port = this->port(index);
    const auto& told = scene(index);
    std::string bytes(banner);
    bytes += port.machine->past();
    bool good = true;
    while (good && !live.gone && port.now_open == session) {
        for (; !live.keys.empty() && live.keys.front().first <= Clock::now(); live.keys.pop_front())
            port.machine->input(live.keys.front().second, Clock::now());
        bytes += port.machine->output(Clock::now());
        auto wire = frames_of(told, bytes, live) + std::exchange(live.control, {});
        bytes.clear();
        const bool cut = cut_now(index, live);
        if (cut) wire += std::exchange(live.control, {});
        if (!wire.empty()) good = co_await live.stream.write(std::move(wire));
        if (cut) break;
        asio::steady_timer timer(executor, tick);
        boost::system::error_code ignored;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    auto rest = std::exchange(live.control, {});
    if (good && !rest.empty()) good = co_await live.stream.write(std::move(rest));
}

Task<void>
ConsoleGateway::serve(PeerStream& stream, const HttpRequest& request, std::string unread) {
    const auto executor = co_await asio::this_coro::executor;
    const auto mark = request.target.find('?');
    if (mark != std::string::npos) world_->stats.violation("a console's URL with a query");
    const auto found = addresses_.find(request.target.substr(0, mark));
    const auto* key = request.header("sec-websocket-key");
    if (found == addresses_.end() || key == nullptr) {
        HttpResponse refused;
        refused.status = 404;
        auto bytes = to_bytes(refused);
        (void)co_await stream.write(std::move(bytes));
        co_return;
    }
    const auto index = found->second;
    const auto session_path = found->first.substr(0, found->first.rfind('/'));
    addresses_.erase(found); // good for one connection
    std::string hello = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
                        "Upgrade\r\nSec-WebSocket-Accept: " +
                        ws_accept(*key) + "\r\n\r\n";
    const bool sent = co_await stream.write(std::move(hello));
    if (!sent) co_return;
    const auto live = std::make_shared<Live>(stream, ++sessions_ * 31 + index);
    live->unread = std::move(unread);
    live->reading = true;
    asio::co_spawn(executor, read_keys(live, index), asio::detached);
    const bool trusted = co_await trust(*live, index);
    if (trusted) {
        auto& port = this->port(index);
        const auto session = ++port.sessions;
        port.now_open = session; // whoever had it is put out
        open_[session_path] = index;
        co_await show(*live, index, session);
        open_.erase(session_path);
        if (port.now_open == session) port.now_open = 0;
    }
    live->over = true;
    // A moment for the goodbye to arrive, then the reader's wait ends with the socket.
    asio::steady_timer timer(executor, 100ms);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    stream.reset();
    while (live->reading) {
        timer.expires_after(tick);
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

std::string ConsoleGateway::report() const {
    auto all = json::array();
    for (std::size_t index = 0; index < world_->fleet.size(); ++index) {
        const auto& told = scene(index);
        const auto port = ports_.find(index);
        const bool met = port != ports_.end() && port->second.machine != nullptr;
        all.push_back(
            {{"name", world_->fleet.name(index)},
             {"address", world_->fleet.address(index)},
             {"scene", told.name},
             {"outcome", told.outcome},
             {"note", told.outcome_of},
             {"orders", port == ports_.end() ? json::array() : json(port->second.orders)},
             {"sessions", met ? port->second.sessions : 0},
             {"left_open", met ? port->second.machine->left_open() : 0}}
        );
    }
    return all.dump(1, ' ', true, json::error_handler_t::replace);
}

} // namespace simfleet
