// SPDX-License-Identifier: Apache-2.0
// The manual pages say all that the programs know, and are text that man(1) takes as it is meant.
#include "config/keys.h"
#include "ctl/command_line.h"
#include "manual/roff.h"
#include "manual/sections.h"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

namespace fastpath::manual {
namespace {

TEST(ManualRoff, EscapesWhatRoffWouldTakeForItsOwn) {
    EXPECT_EQ(roff_text("--json"), "\\-\\-json");
    EXPECT_EQ(roff_text("a\\b"), "a\\eb");
    EXPECT_EQ(roff_text(".TH"), "\\&.TH");
    EXPECT_EQ(roff_text("'a\n.b"), "\\&'a\n\\&.b");
    EXPECT_EQ(roff_text("a.b 'c'"), "a.b 'c'");
}

TEST(ManualOptions, HaveNamesValueTextAndDefault) {
    CLI::App app;
    std::string file = "f.yaml";
    bool flag = false;
    app.add_option("-c,--config", file, "what to read")->type_name("FILE")->capture_default_str();
    app.add_flag("--check", flag, "check it.");
    const std::string text = options_section(app);
    EXPECT_NE(
        text.find(".TP\n\\fB\\-c\\fR, \\fB\\-\\-config\\fR \\fIFILE\\fR\nWhat to read. Default: \\fBf.yaml\\fR.\n"),
        std::string::npos)
        << text;
    EXPECT_NE(text.find(".TP\n\\fB\\-\\-check\\fR\nCheck it.\n"), std::string::npos) << text;
}

TEST(ManualCommands, HaveTheirArgumentsAndOptionsBelow) {
    CLI::App app;
    std::string name;
    std::string type;
    int count = 0;
    app.set_help_all_flag("--help-all", "of every command");
    CLI::App &cache = *app.add_subcommand("cache", "not listed itself");
    CLI::App &get = *cache.add_subcommand("get", "show it");
    get.add_option("NAME", name, "a name")->required();
    get.add_option("TYPE", type, "a type");
    get.add_option("-n", count, "how many")->type_name("N");
    EXPECT_EQ(commands_section(app),
              ".TP\n\\fBcache get\\fR \\fINAME\\fR [\\fITYPE\\fR] [\\fB\\-n\\fR \\fIN\\fR]\nShow it.\n"
              ".RS\n.TP\n\\fINAME\\fR\nA name.\n.TP\n\\fITYPE\\fR\nA type.\n"
              ".TP\n\\fB\\-n\\fR \\fIN\\fR\nHow many.\n.RE\n");
}

TEST(ManualCommands, AreThoseOfTheProgram) {
    ctl::Invocation asked;
    CLI::App app;
    ctl::declare_commands(app, asked);
    const std::string text = commands_section(app);
    for (const char *const command : {"status", "drain\\fR \\fIADDR", "cache flush\\fR \\fINAME\\fR [\\fITYPE\\fR]"}) {
        EXPECT_NE(text.find(std::string(".TP\n\\fB") + command), std::string::npos) << command << "\n" << text;
    }
}

TEST(ManualKeys, AreAllThereWithTheirDefaults) {
    const std::string text = keys_section();
    for (const Key &key : config_keys()) {
        EXPECT_NE(text.find(".TP\n\\fB" + roff_text(key.path) + "\\fR\n" + roff_text(key.help)), std::string::npos)
            << key.path;
    }
    EXPECT_NE(text.find("Default: \\fB20000\\-24095\\fR.\n"), std::string::npos);
}

} // namespace
} // namespace fastpath::manual
