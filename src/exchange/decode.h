/* exchange/decode.h - an input in any encoding, as an input in UTF-8.
 *
 * The encoding is told from the first TEXT_SAMPLE_BYTES (base/text.h says how), or given; a byte
 * order mark is believed before either, and dropped.  UTF-8 passes through unchanged, well-formed
 * or not: whoever makes records of it refuses those that are not.  An error of the input is told
 * behind what came before it.  Memory: the sample, and 256 KiB.
 */
#pragma once

#include "base/text.h"
#include "exchange/stream.h"

struct decode;

/* `encoding` ENCODING_UNKNOWN: tell it.  `input` must outlive the decoder and is not closed. */
err decode_open(
	struct input *input, enum text_encoding encoding, struct decode **out, struct why *why);
struct input *decode_input(struct decode *decode); /* the same bytes, in UTF-8 */
enum text_encoding decode_encoding(const struct decode *decode);
uint64_t decode_bytes_read(const struct decode *decode); /* from `input` */
void decode_close(struct decode *decode); /* NULL is fine */
