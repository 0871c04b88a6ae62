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

static struct json_writer begin(struct strbuf *out, const char *level, const char *what)
{
	struct json_writer w = json_writer_of(out, JSON_COMPACT);
	char now[INSTANT_TEXT_BYTES];

	json_put_object(&w);
	json_member_string(&w, "time", instant_utc(now, clock_real()->now_ms(clock_real())));
	json_member_string(&w, "level", str_of(level));
	json_member_string(&w, "what", str_of(what));
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

	json_member_string(&w, "method", str_of(line->method));
	json_member_string(&w, "path", str_of(line->pattern));
	json_member_int(&w, "status", line->status);
	json_member_int(&w, "bytes", (int64_t)line->body_bytes);
	json_member_int(&w, "us", line->duration_us);
	json_member_string(&w, "trace", str_of(line->trace));
	end(log, &w, &out);
}

void serve_log_error(struct serve_log *log, const char *what, const struct why *why)
{
	struct strbuf out = strbuf_heap(LINE_BYTES_MAX), words = strbuf_heap(LINE_BYTES_MAX / 2);
	struct json_writer w = begin(&out, "error", what);

	why_words(why, LANGUAGE_ENGLISH, &words);
	json_member_string(&w, "code", message_kebab(why->message));
	json_member_string(&w, "detail", strbuf_str(&words));
	strbuf_done(&words);
	end(log, &w, &out);
}
