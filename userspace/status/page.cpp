// SPDX-License-Identifier: Apache-2.0
#include "status/page.h"

#include "page_files.h"

#include <kainjow/mustache.hpp>

namespace fastpath::status {

namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

// Texts, booleans, objects and lists; view_of() makes nothing else.
data data_of(const Json &json) {
    if (json.is_object()) {
        data object(data::type::object);
        for (const auto &[name, value] : json.items()) {
            object.set(name, data_of(value));
        }
        return object;
    }
    if (json.is_array()) {
        data list(data::type::list);
        for (const Json &value : json) {
            list.push_back(data_of(value));
        }
        return list;
    }
    return json.is_boolean() ? data(json.get<bool>()) : data(json.get<std::string>());
}

} // namespace

std::string page_of(const Json &view, const std::string &nonce) {
    data frame(data::type::object);
    frame.set("title", view.at("title").get<std::string>());
    frame.set("nonce", nonce);
    frame.set("style", page_style);
    frame.set("script", page_script);
    frame.set("template", page_view);
    frame.set("view", mustache(page_view).render(data_of(view)));
    return mustache(page_frame).render(frame);
}

std::string content_security_policy(const std::string &nonce) {
    return "default-src 'none'; style-src 'nonce-" + nonce + "'; script-src 'nonce-" + nonce +
           "'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

} // namespace fastpath::status
