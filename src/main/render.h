/* main/render.h - an error, told: to people in sentences, to programs as JSON (RFC 9457). */
#pragma once

#include "base/why.h"

/* ariane: calls.csv:12:5: message
 *   hint */
void render_words(const struct why *why, enum language language, struct strbuf *out);

/* {"type":"/problems/file-not-found","title":...,"status":404,"detail":...,"code":...,
 *  "hint":...,"where":{"file","line","column","offset"}}; where holds what is known.  One line. */
void render_json(const struct why *why, enum language language, struct strbuf *out);
/* The same, answered over HTTP with another status than that of its kind: 429 for a queue. */
void render_problem(const struct why *why, int status, enum language language, struct strbuf *out);

/* The one table from errors to HTTP. */
int err_http_status(err e);

/* 0 for OK, 2 where the command was asked wrongly (messages named "usage-..."), else 1. */
int err_exit_code(err e, const struct why *why);
