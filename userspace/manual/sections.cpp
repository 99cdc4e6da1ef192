// SPDX-License-Identifier: Apache-2.0
#include "manual/sections.h"

#include "config/keys.h"
#include "manual/roff.h"

#include <CLI/CLI.hpp>

namespace fastpath::manual {

namespace {

std::string bold(const std::string &text) {
    return "\\fB" + roff_text(text) + "\\fR";
}

std::string italic(const std::string &text) {
    return "\\fI" + roff_text(text) + "\\fR";
}

// What follows a colon is how CLI11 shows a check.
std::string value_of(const CLI::Option &option) {
    return option.get_type_size() == 0 || option.get_type_name().empty() ? "" : " " + italic(option.get_type_name());
}

std::string names_of(const CLI::Option &option) {
    std::string names;
    for (const std::string &name : option.get_snames()) {
        names += (names.empty() ? "" : ", ") + bold("-" + name);
    }
    for (const std::string &name : option.get_lnames()) {
        names += (names.empty() ? "" : ", ") + bold("--" + name);
    }
    return names + value_of(option);
}

std::string default_of(const CLI::Option &option) {
    const std::string value = option.get_default_str();
    return value.empty() ? "" : " Default: " + bold(value) + ".";
}

std::string as_sentence(std::string text) {
    if (!text.empty()) {
        text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
        text += text.ends_with('.') ? "" : ".";
    }
    return text;
}

std::string entry(const std::string &head, const std::string &text) {
    return ".TP\n" + head + "\n" + text + "\n";
}

std::string option_entry(const CLI::Option &option) {
    return entry(names_of(option), roff_text(as_sentence(option.get_description())) + default_of(option));
}

bool is_positional(const CLI::Option &option) {
    return option.get_positional();
}

// Every command has them.
bool is_help(const CLI::Option &option) {
    return option.check_name("--help") || option.check_name("--help-all");
}

std::string synopsis_of(const CLI::App &command, const std::string &before) {
    std::string text = bold(before + command.get_name());
    for (const CLI::Option *const option : command.get_options()) {
        if (is_positional(*option)) {
            const std::string name = italic(option->get_name(true));
            text += option->get_required() ? " " + name : " [" + name + "]";
        } else if (!is_help(*option)) {
            text += " [" + names_of(*option) + "]";
        }
    }
    return text;
}

// Arguments first, as they stand on the command line.
std::string arguments_of(const CLI::App &command) {
    std::string arguments;
    std::string options;
    for (const CLI::Option *const option : command.get_options()) {
        if (is_positional(*option)) {
            arguments += entry(italic(option->get_name(true)), roff_text(as_sentence(option->get_description())));
        } else if (!is_help(*option)) {
            options += option_entry(*option);
        }
    }
    const std::string all = arguments + options;
    return all.empty() ? "" : ".RS\n" + all + ".RE\n";
}

std::string commands_of(const CLI::App &app, const std::string &before) {
    std::string text;
    for (const CLI::App *const command : app.get_subcommands([](const CLI::App *) { return true; })) {
        const std::string inner = commands_of(*command, before + command->get_name() + " ");
        text += inner.empty()
                    ? entry(synopsis_of(*command, before), roff_text(as_sentence(command->get_description()))) +
                          arguments_of(*command)
                    : inner;
    }
    return text;
}

} // namespace

std::string options_section(const CLI::App &app) {
    std::string text;
    for (const CLI::Option *const option : app.get_options()) {
        if (!is_positional(*option)) {
            text += option_entry(*option);
        }
    }
    return text;
}

std::string commands_section(const CLI::App &app) {
    return commands_of(app, "");
}

std::string keys_section() {
    std::string text;
    for (const Key &key : config_keys()) {
        text += entry(bold(std::string(key.path)), roff_text(key.help));
        text += ".br\nAllowed: " + roff_text(key.value.allowed) +
                ".\n.br\nDefault: " + bold(value_text(key, Config{})) + ".";
        text += key.on_reload == OnReload::applied ? "\n" : " A change takes effect by a restart.\n";
    }
    return text;
}

} // namespace fastpath::manual
