// SPDX-License-Identifier: Apache-2.0
// The walk from the root through the sections to the keys: see document.h.
#include "config/document.h"

#include "config/contradiction.h"
#include "config/fields.h"
#include "config/keys.h"
#include "util/quote.h"

#include <algorithm>
#include <map>

namespace fastpath {

namespace {

class DocumentReader {
  public:
    Parsed<Config> read(const YAML::Node &root);

  private:
    Parsed<> read_section(const Field &section);
    Parsed<> read_key(const Key &key, const Field &field);
    [[nodiscard]] Parsed<> check_contradictions() const;

    Config config_;
    std::map<std::string_view, YAML::Node> values_; // those that the file sets, by path
};

Parsed<> in_key(std::string_view path, Parsed<> read) {
    return std::move(read).map_error([path](Problem &&found) {
        return Problem{found.mark, std::string(path) + ": " + found.text};
    });
}

const Key *find_key(std::string_view path) {
    const auto &keys = config_keys();
    const auto key = std::find_if(keys.begin(), keys.end(), [path](const Key &k) { return k.path == path; });
    return key == keys.end() ? nullptr : &*key;
}

bool is_section(std::string_view name) {
    const auto &keys = config_keys();
    return !name.empty() &&
           std::any_of(keys.begin(), keys.end(), [name](auto &k) { return section_of(k.path) == name; });
}

// What may stand in `section`, or at the top level if that is empty.
std::vector<std::string_view> names_in(std::string_view section) {
    std::vector<std::string_view> names;
    for (const Key &key : config_keys()) {
        const std::string_view name =
            section.empty() && !section_of(key.path).empty() ? section_of(key.path) : key.path;
        const bool is_here = section.empty() || section_of(key.path) == section;
        if (is_here && std::find(names.begin(), names.end(), name) == names.end()) {
            names.push_back(name);
        }
    }
    return names;
}

tl::unexpected<Problem> unknown(std::string_view section, const std::string &path, const YAML::Mark &mark) {
    std::vector<std::string_view> all_paths;
    for (const Key &key : config_keys()) {
        all_paths.push_back(key.path);
        if (key.path == path) { // "cache.max_ttl: 5" at the top level
            const std::string parts = std::string(name_of(path)) + " in the section " + std::string(section_of(path));
            return problem(mark, "unknown key " + in_quotes(path) + "; write " + parts);
        }
    }
    return unknown_key(mark, path, names_in(section), all_paths);
}

// As far as the file goes: what it does not set has the place of what it would be in.
YAML::Mark mark_of(const YAML::Node &value, const std::vector<std::string> &within) {
    YAML::Node node = value;
    for (const std::string &step : within) {
        const YAML::Node &parent = node; // of a Node that is not const, [] would make what is not there
        const YAML::Node child = parent.IsSequence() ? parent[std::stoul(step)] : parent[step];
        if (!child.IsDefined()) {
            break;
        }
        node.reset(child);
    }
    return node.Mark();
}

Parsed<Config> DocumentReader::read(const YAML::Node &root) {
    if (root.IsNull()) {
        return config_;
    }
    if (!root.IsMap()) {
        return unexpected_value(root, "a map of keys");
    }
    const auto fields = read_fields(root, "");
    if (!fields) {
        return tl::unexpected(fields.error());
    }
    for (const Field &field : *fields) {
        const Key *key = section_of(field.name).empty() ? find_key(field.name) : nullptr;
        const Parsed<> read = key != nullptr           ? read_key(*key, field)
                              : is_section(field.name) ? read_section(field)
                                                       : unknown("", field.name, field.mark);
        if (!read) {
            return tl::unexpected(read.error());
        }
    }
    return check_contradictions().map([&] { return config_; });
}

Parsed<> DocumentReader::read_section(const Field &section) {
    if (section.value.IsNull()) { // all its keys are commented out
        return {};
    }
    if (!section.value.IsMap()) {
        return in_key(section.name, unexpected_value(section.value, "a map of keys"));
    }
    const auto fields = read_fields(section.value, section.name + ".");
    if (!fields) {
        return tl::unexpected(fields.error());
    }
    for (const Field &field : *fields) {
        const std::string path = section.name + "." + field.name;
        const Key *key = find_key(path);
        if (Parsed<> read = key != nullptr ? read_key(*key, field) : unknown(section.name, path, field.mark); !read) {
            return read;
        }
    }
    return {};
}

Parsed<> DocumentReader::read_key(const Key &key, const Field &field) {
    values_.emplace(key.path, field.value);
    return in_key(key.path,
                  needs_value(field, key.value.allowed).and_then([&] { return key.value.read(field.value, config_); }));
}

Parsed<> DocumentReader::check_contradictions() const {
    const auto contradiction = find_contradiction(config_);
    if (!contradiction) {
        return {};
    }
    // One of the keys is in the file, because the defaults do not contradict each other.
    const auto &places = contradiction->places;
    const auto culprit = std::find_if(places.begin(), places.end(), [&](auto &p) { return values_.contains(p.key); });
    return problem(mark_of(values_.at(culprit->key), culprit->within), contradiction->text);
}

} // namespace

Parsed<Config> read_document(const YAML::Node &root) {
    return DocumentReader().read(root);
}

} // namespace fastpath
