// SPDX-License-Identifier: Apache-2.0
// Changes between two configs: see diff.h. Works on what the config would look like in YAML.
#include "config/diff.h"

#include "config/keys.h"

#include <algorithm>
#include <map>

namespace fastpath {

namespace {

constexpr std::size_t most_shown = 10; // items of one list: a line of the log has to stay readable

using Nodes = std::map<std::string, YAML::Node>;
using Lines = std::vector<std::string>; // the items of a list, each on one line

Nodes fields_of(const YAML::Node &map) {
    Nodes fields;
    for (const auto &entry : map) {
        fields.emplace(entry.first.Scalar(), entry.second);
    }
    return fields;
}

Lines items_of(const YAML::Node &list) {
    Lines lines;
    std::transform(list.begin(), list.end(), std::back_inserter(lines), node_text);
    return lines;
}

// `sign` and item, for each of `these` that is not among `others`.
void add_missing(Lines &shown, char sign, const Lines &these, Lines others) {
    std::sort(others.begin(), others.end());
    for (const std::string &line : these) {
        if (!std::binary_search(others.begin(), others.end(), line)) {
            shown.push_back(sign + line);
        }
    }
}

std::string list_change(const Lines &old, const Lines &now) {
    Lines shown;
    add_missing(shown, '-', old, now);
    add_missing(shown, '+', now, old);
    if (shown.empty()) {
        return "another order";
    }
    std::string text;
    for (std::size_t i = 0; i < std::min(shown.size(), most_shown); ++i) {
        text.append(i == 0 ? "" : " ").append(shown[i]);
    }
    const std::size_t rest = shown.size() - std::min(shown.size(), most_shown);
    return text + (rest > 0 ? " and " + std::to_string(rest) + " more" : "");
}

class Differ {
  public:
    void compare(const Key &key, const Config &old, const Config &now) {
        reloadable_ = key.on_reload == OnReload::applied;
        compare(std::string(key.path), key.value.write(old), key.value.write(now));
    }

    std::vector<ConfigChange> changes;

  private:
    // What is on one side alone is compared with an empty one: a pool that goes takes its upstreams along.
    void compare(const std::string &path, const YAML::Node &old, const YAML::Node &now) {
        if (old.IsMap() || now.IsMap()) {
            compare_maps(path, fields_of(old), fields_of(now));
        } else if (old.IsSequence() || now.IsSequence()) {
            const Lines before = items_of(old);
            const Lines after = items_of(now);
            if (before != after) {
                changes.push_back({path, list_change(before, after), reloadable_});
            }
        } else if (const std::string before = node_text(old), after = node_text(now); before != after) {
            changes.push_back({path, before + " -> " + after, reloadable_});
        }
    }

    void compare_maps(const std::string &path, Nodes old, Nodes now) {
        Nodes names = old;
        names.insert(now.begin(), now.end());
        for (const auto &[name, node] : names) {
            compare(std::string(path).append(".").append(name), old[name], now[name]);
        }
    }

    bool reloadable_ = true;
};

} // namespace

std::vector<ConfigChange> diff(const Config &old, const Config &now) {
    Differ differ;
    for (const Key &key : config_keys()) {
        differ.compare(key, old, now);
    }
    return std::move(differ.changes);
}

Config after_reload(const Config &running, Config next) {
    for (const Key &key : config_keys()) {
        if (key.on_reload == OnReload::needs_restart) {
            key.value.copy(running, next);
        }
    }
    return next;
}

} // namespace fastpath
