/* main/svg.h - the little of SVG that drawings need: text made safe and short. */
#pragma once

#include "base/arena.h"

/* Text within an element or attribute. */
void svg_add_text(struct strbuf *out, str text);
/* As many characters of `text` as may stand, with "…" where more are left out. */
void text_add_short(struct strbuf *out, str text, size_t characters_max);
