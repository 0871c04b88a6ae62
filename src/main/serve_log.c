/* main/serve_log.c - see serve_log.h */
#include "main/serve_log.h"

#include <stdio.h>

#include "base/json.h"
#include "base/timestamp.h"
#include "engine/waiting.h"

enum { LINE_BYTES_MAX = 8192 };

void serve_log_init(struct serve_log *log, bool all_requests)
{
	atomic_init(&log->all_requests, all_requests);
	mutex_init(&log->lock);
}

void serve_log_all_requests(struct serve_log *log, bool all_requests)
{
	atomic_store(&log->all_requests, all_requests);
}

void serve_log_done(struct serve_log *log)
{
	mutex_done(&log->lock);
}

static void put_text(struct json_writer *w, const char *key, str text)
{
	json_put_key(w, str_of(key));
	json_put_string(w, text);
}

static void put_number(struct json_writer *w, const char *key, int64_t number)
{
	json_put_key(w, str_of(key));
	json_put_int(w, number);
}

static struct json_writer begin(struct strbuf *out, const char *level, const char *what)
{
	struct json_writer w = json_writer_of(out, JSON_COMPACT);
	char now[INSTANT_TEXT_BYTES];

	json_put_object(&w);
	put_text(&w, "time", instant_utc(now, clock_real()->now_ms(clock_real())));
	put_text(&w, "level", str_of(level));
	put_text(&w, "what", str_of(what));
	return w;
}

static void end(struct serve_log *log, struct json_writer *w, struct strbuf *out)
{
	json_put_end(w);
	strbuf_add_byte(out, '\n');
	mutex_lock(&log->lock);
	if (strbuf_ok(out))
		(void)fwrite(out->ptr, 1, out->len, stderr); /* a log: there is nobody to tell */
	mutex_unlock(&log->lock);
	strbuf_done(out);
}

void serve_log_request(struct serve_log *log, const struct http_log_line *line)
{
	if (!atomic_load(&log->all_requests) && line->status < 500)
		return;
	struct strbuf out = strbuf_heap(LINE_BYTES_MAX);
	struct json_writer w = begin(&out, line->status >= 500 ? "error" : "info", "request");

	put_text(&w, "method", str_of(line->method));
	put_text(&w, "path", str_of(line->pattern));
	put_number(&w, "status", line->status);
	put_number(&w, "bytes", (int64_t)line->body_bytes);
	put_number(&w, "us", line->duration_us);
	put_text(&w, "trace", str_of(line->trace));
	end(log, &w, &out);
}

void serve_log_error(struct serve_log *log, const char *what, const struct why *why)
{
	struct strbuf out = strbuf_heap(LINE_BYTES_MAX), words = strbuf_heap(LINE_BYTES_MAX / 2);
	struct json_writer w = begin(&out, "error", what);

	why_words(why, LANGUAGE_ENGLISH, &words);
	put_text(&w, "code", message_kebab(why->message));
	put_text(&w, "detail", strbuf_str(&words));
	strbuf_done(&words);
	end(log, &w, &out);
}
