/* base/glob.h - patterns in which * stands for any run of bytes, also none; all else is itself.
 *
 * No other sign has a meaning, so that names with brackets, question marks or backslashes can be
 * asked for as they are.  Linear in the text for each * (the last one alone is gone back to).
 */
#pragma once

#include "base/base.h"

bool glob_fits(str pattern, str text); /* the whole text; pure */
