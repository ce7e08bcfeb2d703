// Prints what a hive holds, as offline/hive reads it, for tests that hold it against other readers.
// usage: hive_dump dump HIVE [LOG...]         every key and value; the state of the hive first
//        hive_dump bytes HIVE OUT [LOG...]    the hive as its logs make it, into a file
//        hive_dump ask HIVE [LOG...]          what lines of stdin ask for, a word and a path with tabs
//                                             between: value PATH NAME, values PATH, keys PATH,
//                                             security PATH; then how many blocks that took
//        hive_dump upcase                     the capital of each of 65,536 characters, 16 bits each
// Exits with 1 and says why where it cannot.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "offline/block_cache.hpp"
#include "offline/hive/hive.hpp"
#include "offline/hive/names.hpp"
#include "offline/hive/replay.hpp"
#include "offline/hive/typed.hpp"

namespace {

using namespace rdpsweep;
using namespace rdpsweep::offline;

// A file in memory.
struct File {
    std::vector<char> content;
    std::unique_ptr<MemorySource> bytes;
    std::unique_ptr<BlockCache> blocks;
};

bool load(const char* path, File& file) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        std::cerr << "cannot read " << path << '\n';
        return false;
    }
    file.content.assign(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    file.bytes = std::make_unique<MemorySource>(std::as_bytes(std::span(file.content)));
    file.blocks = std::make_unique<BlockCache>(*file.bytes, BlockRules{.ahead = 1, .gap = 0});
    return true;
}

// Each character that is not a plain one as \uXXXX, so that a line stays a line.
std::string shown(const std::u16string& name) {
    std::string text;
    for (const auto unit : name) {
        if (unit >= 0x20 && unit < 0x7F && unit != '\\') {
            text += static_cast<char>(unit);
            continue;
        }
        char escaped[8];
        std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(unit));
        text += escaped;
    }
    return text;
}

std::string hex(const std::vector<std::byte>& bytes) {
    constexpr const char* digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const auto byte : bytes) {
        text += digits[std::to_integer<unsigned>(byte) >> 4U];
        text += digits[std::to_integer<unsigned>(byte) & 0xFU];
    }
    return text;
}

int refuse(const Error& error) {
    std::cerr << error.detail() << '\n';
    return 1;
}

void say_unreadable(const char* what, const std::string& path, const Error& error) {
    std::cout << "unreadable\t" << what << '\t' << path << '\t' << error.detail() << '\n';
}

void print_values(const Hive& hive, const Key& key, const std::string& path) {
    const auto values = hive.values(key);
    if (!values) {
        say_unreadable("values", path, values.error());
        return;
    }
    for (std::size_t i = 0; i < values->unreadable; ++i) {
        std::cout << "unreadable\tvalue\t" << path << "\t\n";
    }
    for (const auto& value : values->found) {
        const auto data = hive.data(value);
        if (!data) {
            say_unreadable("data", path + '\t' + shown(value.name), data.error());
            continue;
        }
        std::cout << "value\t" << shown(value.name) << '\t' << value.type << '\t' << hex(*data)
                  << '\n';
    }
}

void print_key(const Hive& hive, const Key& key, const std::string& path, std::size_t depth) {
    const auto descriptor = hive.security(key);
    std::cout << "key\t" << path << '\t' << key.written << '\t'
              << (descriptor ? hex(*descriptor) : "unreadable") << '\n';
    print_values(hive, key, path);
    const auto subkeys = hive.subkeys(key);
    if (!subkeys) {
        say_unreadable("subkeys", path, subkeys.error());
        return;
    }
    for (std::size_t i = 0; i < subkeys->unreadable; ++i) {
        std::cout << "unreadable\tsubkey\t" << path << "\t\n";
    }
    for (const auto& subkey : subkeys->found) {
        const auto below = path + '\\' + shown(subkey.name);
        if (depth == hive_limit::path_keys) {
            std::cout << "unreadable\tdepth\t" << below << "\t\n";
            continue;
        }
        print_key(hive, subkey, below, depth + 1);
    }
}

const char* word(HiveState state) {
    if (state == HiveState::clean) return "clean";
    return state == HiveState::replayed ? "replayed" : "untrusted";
}

int print_all(LoggedHive& logged) {
    const auto& replay = logged.replay();
    std::cout << "state\t" << word(replay.state) << '\t' << replay.entries << '\t' << replay.runs
              << '\t' << replay.bytes << '\n';
    const auto hive = Hive::open(logged);
    const auto root = hive ? hive->root() : Result<Key>(hive.error());
    if (!root) return refuse(root.error());
    print_key(*hive, *root, "", 0);
    return 0;
}

std::vector<std::string> fields_of(const std::string& line) {
    std::vector<std::string> fields;
    std::istringstream words(line);
    for (std::string field; std::getline(words, field, '\t');)
        fields.push_back(field);
    fields.resize(3);
    return fields;
}

void answer_keys(const Hive& hive, const Key& key, const std::string& path) {
    const auto subkeys = hive.subkeys(key);
    if (!subkeys) {
        say_unreadable("subkeys", path, subkeys.error());
        return;
    }
    for (const auto& subkey : subkeys->found) {
        std::cout << "key\t" << shown(subkey.name) << '\t' << subkey.written << '\n';
    }
}

void answer_value(const Hive& hive, const Key& key, const std::string& name) {
    const auto value = read_value(hive, key, name);
    if (!value) {
        say_unreadable("value", name, value.error());
    } else if (!*value) {
        std::cout << "absent\t" << name << '\n';
    } else {
        std::cout << "value\t" << name << '\t' << (*value)->type << '\t' << hex((*value)->data)
                  << '\n';
    }
}

void answer(const Hive& hive, const std::vector<std::string>& asked) {
    const auto key = hive.find(asked[1]);
    if (!key) {
        say_unreadable("key", asked[1], key.error());
    } else if (!*key) {
        std::cout << "absent\t" << asked[1] << '\n';
    } else if (asked[0] == "values") {
        print_values(hive, **key, asked[1]);
    } else if (asked[0] == "keys") {
        answer_keys(hive, **key, asked[1]);
    } else if (asked[0] == "security") {
        const auto descriptor = hive.security(**key);
        std::cout << "security\t" << (descriptor ? hex(*descriptor) : "unreadable") << '\n';
    } else {
        answer_value(hive, **key, asked[2]);
    }
}

int answer_all(LoggedHive& logged, const std::vector<File>& files) {
    const auto hive = Hive::open(logged);
    if (!hive) return refuse(hive.error());
    for (std::string line; std::getline(std::cin, line);) {
        answer(*hive, fields_of(line));
    }
    constexpr std::uint64_t block = 65'536;
    for (const auto& file : files) {
        std::cout << "blocks\t" << (file.blocks->bytes() + block - 1) / block << '\n';
    }
    return 0;
}

int write_bytes(LoggedHive& logged, const char* path) {
    std::vector<std::byte> all(logged.size());
    if (auto read = logged.read(0, all); !read) return refuse(read.error());
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(all.data()), static_cast<std::streamsize>(all.size()));
    return out.flush() ? 0 : 1;
}

int print_capitals() {
    for (unsigned unit = 0; unit < 0x10000; ++unit) {
        const auto capital = upcase(static_cast<char16_t>(unit));
        std::cout.put(static_cast<char>(capital & 0xFFU)).put(static_cast<char>(capital >> 8U));
    }
    return std::cout.flush() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    std::ios::sync_with_stdio(false);
    const std::string verb = argc > 1 ? argv[1] : "";
    if (verb == "upcase") return print_capitals();
    const int first_log = verb == "bytes" ? 4 : 3;
    if ((verb != "dump" && verb != "bytes" && verb != "ask") || argc < first_log) {
        std::cerr << "usage: hive_dump dump|ask HIVE [LOG...] | bytes HIVE OUT [LOG...] | upcase\n";
        return 2;
    }
    std::vector<File> files(1 + static_cast<std::size_t>(argc - first_log));
    std::vector<ByteSource*> logs;
    bool loaded = load(argv[2], files.front());
    for (int i = first_log; loaded && i < argc; ++i) {
        auto& log = files[static_cast<std::size_t>(1 + i - first_log)];
        loaded = load(argv[i], log);
        logs.push_back(log.blocks.get());
    }
    if (!loaded) {
        return 1;
    }
    auto logged = LoggedHive::open(*files.front().blocks, logs);
    if (!logged) return refuse(logged.error());
    if (verb == "ask") {
        return answer_all(**logged, files);
    }
    return verb == "bytes" ? write_bytes(**logged, argv[3]) : print_all(**logged);
}
