// SPDX-License-Identifier: Apache-2.0
#include "random_answer.h"

#include <random>

namespace fastpath::test {
namespace {

class RandomAnswer {
  public:
    explicit RandomAnswer(uint32_t seed) : random_(seed) {}

    ResponseText text() {
        const std::vector<std::string> types = {"A", "AAAA", "NS", "MX", "PTR", "TXT", "SRV", "TYPE65280"};
        const std::string type = types[below(types.size())];
        std::string owner = name();
        ResponseText text{.question = owner + " IN " + type, .opt = OptText{.records_behind = 0}};
        for (size_t i = below(3); i > 0; --i) {
            const std::string next = name();
            text.answer.push_back(owner + ttl() + "IN CNAME " + next);
            owner = next;
        }
        for (size_t i = 1 + below(6); i > 0; --i) {
            text.answer.push_back(owner + ttl() + "IN " + type + data_of(type));
        }
        for (size_t i = below(3); i > 0; --i) {
            text.authority.push_back(name() + ttl() + "IN NS" + data_of("NS"));
        }
        for (size_t i = below(4); i > 0; --i) {
            text.additional.push_back(name() + ttl() + "IN A" + data_of("A"));
        }
        text.opt->records_behind = below(text.additional.size() + 1);
        return text;
    }

  private:
    size_t below(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(random_); }

    std::string name() {
        std::string name;
        for (size_t i = below(3); i > 0; --i) {
            name += std::string(1 + below(5), static_cast<char>('a' + below(3))) + ".";
        }
        return name + (below(2) == 0 ? "example.com." : "example.net.");
    }

    std::string ttl() {
        return " " + std::to_string(2 + std::uniform_int_distribution<uint32_t>(0, 0x7ffffff0)(random_)) + " ";
    }

    std::string data_of(const std::string &type) {
        const std::string number = std::to_string(below(256));
        if (type == "A") {
            return " 192.0.2." + number;
        }
        if (type == "AAAA") {
            return " 2001:db8::" + number;
        }
        if (type == "TXT") {
            return " \"" + std::string(below(9), 'x') + "\"";
        }
        if (type == "TYPE65280") {
            return " \\# 3 c00c" + std::string(number.size() > 1 ? "0a" : "0b");
        }
        return (type == "MX" ? " " + number : type == "SRV" ? " 0 0 " + number : "") + " " + name();
    }

    std::mt19937 random_;
};

} // namespace

ResponseText random_answer(uint32_t seed) {
    return RandomAnswer(seed).text();
}

} // namespace fastpath::test
