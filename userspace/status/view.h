// SPDX-License-Identifier: Apache-2.0
// What the page shows, in words: the data of page/view.html. Both who renders it on this side (page.cpp) and in the browser
// (page/update.js) put it in as it is, escaped.
#pragma once

#include "status/report.h"

namespace fastpath::status {

Json view_of(const Facts &facts);

} // namespace fastpath::status
