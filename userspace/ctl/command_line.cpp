// SPDX-License-Identifier: Apache-2.0
#include "ctl/command_line.h"

#include "ctl/records.h"

#include <CLI/CLI.hpp>
#include <string>
#include <version.h>

namespace fastpath::ctl {

namespace {

constexpr const char *exit_codes = "Exit codes: 0 fine, 1 failed or degraded, 2 bad usage, 3 not running.";

// Arguments as they were typed; they become values when the whole command line has been read.
struct Arguments {
    std::string name;
    std::string zone;
    std::string type;
};

CLI::App *add_command(CLI::App &parent, const char *name, const char *help, Command command, Invocation &asked) {
    CLI::App *const added = parent.add_subcommand(name, help);
    added->callback([&asked, command] { asked.command = command; });
    return added;
}

void add_name_and_type(CLI::App &command, Arguments &arguments) {
    command.add_option("NAME", arguments.name, "a domain name, with or without the dot at the end")->required();
    command.add_option("TYPE", arguments.type, "a record type, such as MX or TYPE65280; default: all types");
}

void add_cache_commands(CLI::App &app, Invocation &asked, Arguments &arguments) {
    CLI::App &cache = *app.add_subcommand("cache", "look at the answers in the cache, or take some out");
    cache.require_subcommand(1);

    add_name_and_type(*add_command(cache, "get", "show the answers for a name", cache_get, asked), arguments);
    add_command(cache, "dump", "show all answers", cache_dump, asked);
    add_name_and_type(*add_command(cache, "flush", "forget the answers for a name", cache_flush, asked), arguments);
    add_command(cache, "flush-zone", "forget a name and all names below it", cache_flush, asked)
        ->add_option("ZONE", arguments.zone, "a domain name")
        ->required();
    add_command(cache, "flush-all", "forget all answers", cache_flush, asked);
}

void add_commands(CLI::App &app, Invocation &asked, Arguments &arguments) {
    app.set_version_flag("--version", std::string("dns-fastpathctl ") + version);
    app.set_help_all_flag("--help-all", "print the help of all commands");
    app.add_flag("--json", asked.json, "print JSON");
    app.add_option("--pins", asked.pins, "where the maps are pinned")->type_name("DIR")->capture_default_str();
    app.footer(exit_codes);
    app.require_subcommand(1);
    app.fallthrough(); // --json may also stand behind the command

    add_command(app, "status", "interfaces, daemon, hit ratio and fill; exit 1 where degraded", show_status, asked);
    add_command(app, "stats", "every counter by its metric name", show_stats, asked);
    add_cache_commands(app, asked, arguments);
    add_command(app, "detach", "take the programs off all interfaces now", detach, asked);
}

Result<std::optional<WireName>> optional_name(const std::string &text) {
    if (text.empty()) {
        return std::nullopt;
    }
    return name_from_text(text).map([](WireName name) { return std::optional(std::move(name)); });
}

Result<> take_arguments(const Arguments &arguments, Invocation &asked) {
    Result<std::optional<WireName>> name = optional_name(arguments.name);
    Result<std::optional<WireName>> zone = optional_name(arguments.zone);
    if (!name || !zone) {
        return tl::unexpected(name ? zone.error() : name.error());
    }
    asked.name = std::move(*name);
    asked.zone = std::move(*zone);
    asked.qtype = type_from_text(arguments.type);
    if (!arguments.type.empty() && !asked.qtype) {
        return fail("unknown record type '" + arguments.type + "'; one without a name is written as TYPE65280");
    }
    return {};
}

} // namespace

tl::expected<Invocation, ExitCode> parse_command_line(int argc, const char *const *argv, std::ostream &out,
                                                      std::ostream &err) {
    Invocation asked;
    Arguments arguments;
    CLI::App app("Looks into a running dns-fastpath by its pinned maps; works without the daemon as well.",
                 "dns-fastpathctl");
    add_commands(app, asked, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError &error) {
        return tl::unexpected(app.exit(error, out, err) == 0 ? ExitCode::fine : ExitCode::usage);
    }
    if (const Result<> taken = take_arguments(arguments, asked); !taken) {
        err << "dns-fastpathctl: " << taken.error().message << '\n';
        return tl::unexpected(ExitCode::usage);
    }
    return asked;
}

} // namespace fastpath::ctl
