/* exchange/jsonl.h - JSON lines: Segment calls and Ariane's own records in, our own out.
 *
 * One JSON object a line: a Segment call (segment.h), an envelope {"batch":[...]} of them, or an
 * Ariane record (native.h), in any mixture.  LF or CRLF, blank lines and a byte order mark are
 * passed over.  A line that is none of these is a reject with line, column and reason; in a batch
 * only the call at fault is, as a line of its own with what the envelope gave it.  Lines over
 * `line_bytes_max` are rejects too and take no more memory than that.
 */
#pragma once

#include "exchange/stream.h"

enum {
	JSONL_LINE_BYTES_MAX = 1 << 26, /* any record of ours fits, whatever its escapes */
	JSONL_NESTING_MAX = 256, /* of the JSON; a record's own limit is checked later */
	JSONL_REJECT_BYTES_MAX = 4096, /* of an overlong line that go with its reject */
};

struct jsonl_options {
	size_t line_bytes_max; /* 0: JSONL_LINE_BYTES_MAX; at most that */
	int64_t received_ms; /* see segment.h; 0 for files */
};

err jsonl_read(struct input *input, const struct jsonl_options *options, struct record_sink *sink,
	struct read_summary *summary, struct why *why);

/* Writes each record as one line (native.h), in the order of the source. */
err jsonl_write(struct record_source *source, struct output *output, struct why *why);
