/* tests/exchange_log_test.c - lines of access logs, well formed and not. */
#include "exchange/log.h"
#include "support/record_trap.h"
#include "test.h"

#include <string.h>

#define WHEN "[14/Mar/2026:15:09:26 +0100]"

TEST(log_lines)
{
	static const struct {
		const char *row, *line, *expected;
	} rows[] = {
		{ "common", "203.0.113.7 - - " WHEN " \"GET /faq HTTP/1.1\" 200 2326",
			"1 event 2026-03-14T15:09:26+01:00 web [GET /faq] ip:203.0.113.7 "
			"method='GET' "
			"path='/faq' protocol='HTTP/1.1' status=200 bytes=2326\n" },
		{ "combined",
			"::1 - jeanne " WHEN " \"POST /a?b=c HTTP/2\" 302 - \"https://ex.fr/\" "
			"\"Mozilla \\\"5\\\"\"",
			"1 event 2026-03-14T15:09:26+01:00 web [POST /a] user_id:jeanne ip:::1 "
			"method='POST' path='/a?b=c' protocol='HTTP/2' status=302 "
			"referer='https://ex.fr/' user_agent='Mozilla \"5\"'\n" },
		{ "more", "h - a b " WHEN " \"GET / HTTP/1.1\" 200 1 \"-\" \"-\" 0.003 \"x\"",
			"1 event 2026-03-14T15:09:26+01:00 web [GET /] user_id:a b ip:h "
			"method='GET' "
			"path='/' protocol='HTTP/1.1' status=200 bytes=1 more='0.003 \"x\"'\n" },
		{ "escaped text", "h - - " WHEN " \"GET /caf\\xc3\\xa9 HTTP/1.1\" 200 1",
			"1 event 2026-03-14T15:09:26+01:00 web [GET /caf\xc3\xa9] ip:h "
			"method='GET' "
			"path='/caf\xc3\xa9' protocol='HTTP/1.1' status=200 bytes=1\n" },
		{ "no request", "h - - " WHEN " \"\\x16\\x03\" 400 0",
			"1 event 2026-03-14T15:09:26+01:00 web [\\x16\\x03] ip:h path='\\x16\\x03' "
			"status=400 bytes=0\n" },
		{ "blank", "", "" },
		{ "words", "hello world", "!1:1 log-line hello world\n" },
		{ "open quote", "h - - " WHEN " \"GET / 200 1",
			"!1:1 log-line h - - " WHEN " \"GET / 200 1\n" },
		{ "open escape", "h - - " WHEN " \"GET /\\",
			"!1:1 log-line h - - " WHEN " \"GET /\\\n" },
		{ "open bracket", "h - - [14/Mar/2026", "!1:1 log-line h - - [14/Mar/2026\n" },
		{ "bad time", "h - - [soon] \"GET / HTTP/1.1\" 200 1",
			"!1:1 csv-time h - - [soon] \"GET / HTTP/1.1\" 200 1\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct text_input input = text_input_of(str_of(rows[i].line), 0);
		struct record_trap trap = record_trap_make();
		struct mapping mapping = mapping_default();
		struct read_summary summary;
		CHECK(rows[i].row,
			log_read(&input.input, &mapping, &trap.sink, &summary, NULL) == OK);
		CHECK(rows[i].row,
			summary.records == trap.records && summary.rejects == trap.rejects);
		strbuf_add_byte(&trap.lines, '\0');
		if (strcmp(trap.lines.ptr, rows[i].expected) != 0)
			CHECK(trap.lines.ptr, false);
		record_trap_done(&trap);
	}
}
