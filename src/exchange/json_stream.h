/* exchange/json_stream.h - one large JSON object, piece by piece.
 *
 * For documents such as {"events":[...],"objects":[...]} of any size: each element of an array
 * at the top comes out alone, as text, with the member it stands in; a member that is no array
 * comes out whole.  Memory is bounded by the longest piece accepted; a longer one is passed over
 * and told by its place.  What lies inside a piece is not looked at, beyond where it ends: the
 * caller parses it.
 */
#pragma once

#include "exchange/stream.h"

enum { JSON_STREAM_KEY_BYTES_MAX = 512 };

struct json_stream;
struct json_stream *json_stream_create(struct input *input, size_t piece_bytes_max);
void json_stream_free(struct json_stream *stream);

struct json_piece {
	str key; /* of the member, as written between its quotes; valid until the next call */
	str text; /* of the element or value; a long one is cut to its beginning */
	struct place place; /* where it begins */
	bool in_array;
	bool is_long;
	bool is_empty; /* a member whose array has no elements; no text */
};

/* *more false after the end of the document.  ERR_SYNTAX with the place when the document is
 * not of this form; errors of the input. */
err json_stream_next(
	struct json_stream *stream, struct json_piece *piece, bool *more, struct why *why);
uint64_t json_stream_offset(const struct json_stream *stream); /* bytes taken so far */
