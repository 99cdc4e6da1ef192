// SPDX-License-Identifier: Apache-2.0
// YAML text to nodes: see yaml_text.h.
#include "config/yaml_text.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>

namespace fastpath {

namespace {

// Remembers where a document starts, and nothing of what is in it.
class StartFinder : public YAML::EventHandler {
  public:
    void OnDocumentStart(const YAML::Mark &mark) override { start = mark; }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark &, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark &, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark &, const std::string &, YAML::anchor_t, const std::string &) override {}
    void OnSequenceStart(const YAML::Mark &, const std::string &, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark &, const std::string &, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}

    YAML::Mark start;
};

// Not with YAML::LoadAll(): a stray ',' at the top level makes it find empty documents there without end.
std::optional<YAML::Mark> second_document(const std::string &text) {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    StartFinder finder;
    if (parser.HandleNextDocument(finder) && parser.HandleNextDocument(finder)) {
        return finder.start;
    }
    return std::nullopt;
}

// yaml-cpp says "illegal map value" where a tab indents, which YAML forbids and nobody sees.
std::string tab_hint(std::string_view text, const YAML::Mark &mark) {
    const std::size_t pos = std::min(text.size(), static_cast<std::size_t>(std::max(mark.pos, 0)));
    const std::size_t line_end = text.substr(0, pos).rfind('\n');
    const std::string_view line = text.substr(line_end + 1); // npos + 1 is 0
    const std::string_view indent = line.substr(0, line.find_first_not_of(" \t"));
    return indent.find('\t') == std::string_view::npos ? "" : "; the line is indented with a tab, use spaces";
}

YAML::Mark mark_of_octet(std::string_view text, std::size_t pos) {
    const std::string_view before = text.substr(0, pos);
    YAML::Mark mark;
    mark.line = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
    mark.column = static_cast<int>(pos - (before.rfind('\n') + 1));
    return mark;
}

} // namespace

Parsed<YAML::Node> read_yaml(std::string_view text) {
    // A NUL octet makes yaml-cpp take the text for UTF-16.
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
        return problem(mark_of_octet(text, nul), "the file holds a NUL octet: not a text file in UTF-8");
    }
    const std::string owned(text);
    try {
        if (const auto second = second_document(owned)) {
            return problem(*second, "not valid YAML: stray text, or a second document; a config file holds one");
        }
        return YAML::Load(owned);
    } catch (const YAML::DeepRecursion &error) {
        return problem(error.mark, "nested too deeply");
    } catch (const YAML::ParserException &error) {
        return problem(error.mark, "not valid YAML: " + error.msg + tab_hint(text, error.mark));
    }
}

} // namespace fastpath
