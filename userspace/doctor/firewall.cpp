// SPDX-License-Identifier: Apache-2.0
// Statements are as in libnftables-json(5): {"match": {"op", "left", "right"}}, {"accept": null}, {"vmap": {"key", "data"}}.
#include "doctor/firewall.h"

#include "doctor/json_member.h"

#include <algorithm>
#include <utility>

namespace fastpath::doctor {

namespace {

using Json = nlohmann::json;

constexpr int dns_port = 53;

bool has(const Json &object, const char *key) {
    return object.is_object() && object.contains(key);
}

template <class Predicate> bool any_statement(const NftRule &rule, Predicate predicate) {
    return std::any_of(rule.statements.begin(), rule.statements.end(), predicate);
}

bool has_statement(const NftRule &rule, const char *name) {
    return any_statement(rule, [name](const Json &statement) { return has(statement, name); });
}

bool is_in_same_table(const auto &one, const auto &other) {
    return one.family == other.family && one.table == other.table;
}

// "new", ["established", "related"], {"set": [53, {"range": [1, 2]}]}: one value or several.
bool any_value(const Json &right, const auto &is_wanted) {
    if (has(right, "set")) {
        return any_value(right["set"], is_wanted);
    }
    if (right.is_array()) {
        return std::any_of(right.begin(), right.end(), [&](const Json &value) { return any_value(value, is_wanted); });
    }
    return is_wanted(right);
}

bool is_dns_port(const Json &value) {
    if (has(value, "range") && value["range"].is_array() && value["range"].size() == 2) {
        const Json &first = value["range"][0];
        const Json &last = value["range"][1];
        return first.is_number() && last.is_number() && first <= dns_port && last >= dns_port;
    }
    return value == dns_port || value == "domain";
}

// "udp", "tcp", or "th" for both: of which the rule matches port 53 in this field; "" where it does not.
std::string protocol_of_dns(const NftRule &rule, const char *field) {
    for (const Json &statement : rule.statements) {
        const Json &match = member(statement, "match");
        const Json &payload = member(member(match, "left"), "payload");
        if (member(match, "op") == "==" && member(payload, "field") == field &&
            any_value(member(match, "right"), is_dns_port)) {
            return member(payload, "protocol").is_string() ? member(payload, "protocol").get<std::string>() : "th";
        }
    }
    return {};
}

bool matches_port(const NftRule &rule, const char *field) {
    return !protocol_of_dns(rule, field).empty();
}

bool is_ct_state(const Json &expression) {
    return member(member(expression, "ct"), "key") == "state";
}

bool looks_at_state(const NftRule &rule) {
    return any_statement(rule, [](const Json &statement) {
        return is_ct_state(member(member(statement, "match"), "left")) ||
               is_ct_state(member(member(statement, "vmap"), "key"));
    });
}

// `ct state established,related accept`
bool accepts_by_match(const NftRule &rule, const char *state) {
    return has_statement(rule, "accept") && any_statement(rule, [state](const Json &statement) {
               const Json &match = member(statement, "match");
               return is_ct_state(member(match, "left")) && member(match, "op") != "!=" &&
                      any_value(member(match, "right"), [state](const Json &value) { return value == state; });
           });
}

// `ct state vmap { established : accept, ... }`
bool accepts_by_map(const NftRule &rule, const char *state) {
    return any_statement(rule, [state](const Json &statement) {
        const Json &map = member(statement, "vmap");
        const Json &pairs = member(member(map, "data"), "set");
        return is_ct_state(member(map, "key")) && std::any_of(pairs.begin(), pairs.end(), [state](const Json &pair) {
                   return pair.is_array() && pair.size() == 2 && pair[0] == state && has(pair[1], "accept");
               });
    });
}

bool accepts_state(const NftRule &rule, const char *state) {
    return accepts_by_match(rule, state) || accepts_by_map(rule, state);
}

// Lets packets with port 53 in this field in, whatever the state: of this protocol at least.
bool lets_untracked_in(const NftRule &rule, const char *field, const std::string &protocol) {
    const std::string accepted = protocol_of_dns(rule, field);
    return accepts_state(rule, "untracked") ||
           (has_statement(rule, "accept") && !looks_at_state(rule) && (accepted == protocol || accepted == "th"));
}

// Drops all that comes to it: `drop`, or `reject`, perhaps counted and logged.
bool drops_the_rest(const NftRule &rule) {
    const auto is_harmless = [](const Json &statement) {
        return has(statement, "counter") || has(statement, "log") || has(statement, "drop") || has(statement, "reject");
    };
    return (has_statement(rule, "drop") || has_statement(rule, "reject")) &&
           std::all_of(rule.statements.begin(), rule.statements.end(), is_harmless);
}

bool filters_input(const NftRuleset &ruleset, const NftRule &rule) {
    const auto is_input = [&](const NftChain &chain) { return is_in_same_table(chain, rule) && chain.hook == "input"; };
    return std::any_of(ruleset.chains.begin(), ruleset.chains.end(), is_input);
}

bool table_drops_the_rest(const NftRuleset &ruleset, const NftRule &of) {
    const auto has_drop_policy = [&](const NftChain &chain) {
        return is_in_same_table(chain, of) && chain.hook == "input" && chain.policy == "drop";
    };
    const auto is_drop = [&](const NftRule &rule) { return is_in_same_table(rule, of) && drops_the_rest(rule); };
    return std::any_of(ruleset.chains.begin(), ruleset.chains.end(), has_drop_policy) ||
           std::any_of(ruleset.rules.begin(), ruleset.rules.end(), is_drop);
}

bool table_lets_untracked_in(const NftRuleset &ruleset, const NftRule &of, const char *field,
                             const std::string &protocol) {
    return std::any_of(ruleset.rules.begin(), ruleset.rules.end(), [&](const NftRule &rule) {
        return is_in_same_table(rule, of) && lets_untracked_in(rule, field, protocol);
    });
}

// `ct state established accept`, by which answers came in.
bool wants_answers_tracked(const NftRuleset &ruleset, const NftRule &rule) {
    return accepts_state(rule, "established") && !table_lets_untracked_in(ruleset, rule, "sport", "udp");
}

// `tcp dport 53 ct state new accept`, by which queries came in.
bool wants_queries_tracked(const NftRuleset &ruleset, const NftRule &rule) {
    const std::string protocol = protocol_of_dns(rule, "dport");
    return !protocol.empty() && accepts_state(rule, "new") &&
           !table_lets_untracked_in(ruleset, rule, "dport", protocol);
}

std::vector<const NftRule *> rules_where(const NftRuleset &ruleset, const auto &predicate) {
    std::vector<const NftRule *> found;
    for (const NftRule &rule : ruleset.rules) {
        if (predicate(rule)) {
            found.push_back(&rule);
        }
    }
    return found;
}

} // namespace

std::optional<std::set<IpAddress>> notrack_addresses(const NftRuleset &ruleset, const std::string &table) {
    const auto is_ours = [&table](const auto &object) { return object.family == "inet" && object.table == table; };
    std::set<std::string> hooks;
    std::set<std::string> chains_with_notrack;
    std::set<IpAddress> addresses;
    for (const NftChain &chain : ruleset.chains) {
        if (is_ours(chain) && !chain.hook.empty()) {
            hooks.insert(chain.hook);
        }
    }
    for (const NftRule &rule : ruleset.rules) {
        if (is_ours(rule) && has_statement(rule, "notrack")) {
            chains_with_notrack.insert(rule.chain);
        }
    }
    for (const NftSet &set : ruleset.sets) {
        if (is_ours(set)) {
            addresses.insert(set.addresses.begin(), set.addresses.end());
        }
    }
    const bool is_whole = hooks == std::set<std::string>{"output", "prerouting"} && chains_with_notrack.size() == 2;
    return is_whole ? std::optional(addresses) : std::nullopt;
}

std::vector<const NftRule *> zone_rules(const NftRuleset &ruleset) {
    return rules_where(ruleset, [](const NftRule &rule) {
        return any_statement(rule, [](const Json &statement) {
            return member(member(member(member(statement, "mangle"), "key"), "ct"), "key") == "zone";
        });
    });
}

std::vector<const NftRule *> dns_translations(const NftRuleset &ruleset) {
    return rules_where(ruleset, [](const NftRule &rule) {
        const bool translates = has_statement(rule, "dnat") || has_statement(rule, "redirect") ||
                                has_statement(rule, "snat") || has_statement(rule, "masquerade");
        return translates && (matches_port(rule, "dport") || matches_port(rule, "sport"));
    });
}

std::vector<const NftRule *> rules_that_want_tracking(const NftRuleset &ruleset) {
    return rules_where(ruleset, [&](const NftRule &rule) {
        return (wants_answers_tracked(ruleset, rule) || wants_queries_tracked(ruleset, rule)) &&
               filters_input(ruleset, rule) && table_drops_the_rest(ruleset, rule);
    });
}

std::string list_of(const std::vector<const NftRule *> &rules) {
    std::string list;
    for (const NftRule *rule : rules) {
        list += (list.empty() ? "" : "; ") + place_of(*rule);
    }
    return list;
}

std::optional<std::string> hindrance_of_notrack(const NftRuleset &ruleset) {
    const std::vector<const NftRule *> rules = rules_that_want_tracking(ruleset);
    if (rules.empty()) {
        return std::nullopt;
    }
    return "the firewall lets DNS in only by the state of its connection, and would drop it untracked: " +
           list_of(rules) + ". " + std::string(remedy_for_tracking_rules);
}

} // namespace fastpath::doctor
