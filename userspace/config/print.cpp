// SPDX-License-Identifier: Apache-2.0
// The table of keys as YAML and as Markdown: see print.h.
#include "config/print.h"

#include "config/keys.h"

namespace fastpath {

std::string print_config(const Config &config) {
    YAML::Node root(YAML::NodeType::Map);
    for (const Key &key : config_keys()) {
        const std::string section(section_of(key.path));
        YAML::Node map = section.empty() ? root : root[section];
        map[std::string(name_of(key.path))] = key.value.write(config);
    }
    return YAML::Dump(root) + "\n";
}

std::string render_reference() {
    std::string text =
        "# Keys of dns-fastpath.yaml\n\n"
        "Made from the table in `keys.cpp`; `README.md` says how to make it anew. A change takes effect by a\n"
        "reload (SIGHUP), or by a restart.\n\n"
        "| key | allowed | default | change by | meaning |\n| --- | --- | --- | --- | --- |\n";
    for (const Key &key : config_keys()) {
        const std::string change = key.on_reload == OnReload::applied ? "reload" : "restart";
        text.append("| `").append(key.path).append("` | ").append(key.value.allowed).append(" | `");
        text.append(value_text(key, Config{}))
            .append("` | ")
            .append(change)
            .append(" | ")
            .append(key.help)
            .append(" |\n");
    }
    return text;
}

} // namespace fastpath
