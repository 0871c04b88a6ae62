/* base/text.h - text as it comes from outside: which bytes it is in, and in which normal form.
 *
 * Inside, all text is UTF-8 in normal form C (Unicode annex 15): "é" is one character, however it
 * was typed.  Nearly all text is so already, and is told from the rest at memory speed.
 *
 * All functions are pure, but for the memory they are given to fill.
 */
#pragma once

#include "base/why.h"

bool text_is_ascii(str text);

/* Quick: true for ASCII and for all text below U+0300, such as French without combining marks.
 * False says nothing yet. */
bool text_is_surely_nfc(str text);

/* `text` in normal form C: itself where it is so already or is no UTF-8 (whoever checks the text
 * will say so), else a copy in `arena`.  ERR_LIMIT: no room there, or over TEXT_NFC_BYTES_MAX. */
enum { TEXT_NFC_BYTES_MAX = 64 << 20 };
err text_nfc(str text, struct arena *arena, str *out, struct why *why);

enum text_encoding {
	ENCODING_UNKNOWN,
	ENCODING_UTF8,
	ENCODING_UTF16LE,
	ENCODING_UTF16BE,
	ENCODING_WINDOWS_1252,
	ENCODING_ISO_8859_1,
	ENCODING_ISO_8859_15,
	ENCODING_COUNT_
};

/* Told from the first bytes of a file; TEXT_SAMPLE_BYTES of them are enough:
 *   1. a byte order mark says UTF-8 or UTF-16;
 *   2. what is well-formed UTF-8 is UTF-8 (ASCII too); a last character cut in two is forgiven
 *      unless the sample is the `whole` text;
 *   3. every second byte zero in nine of ten places of the first 4 KiB: UTF-16 without a mark;
 *   4. a byte 0x80 to 0x9f: Windows-1252, where those are quotes, dashes and the euro;
 *   5. else ISO-8859-1.
 * ISO-8859-15 differs from that in eight characters and cannot be told: it must be named. */
enum { TEXT_SAMPLE_BYTES = 1 << 20 };
enum text_encoding text_detect(str sample, bool whole, size_t *mark_bytes);

/* "UTF-8", "latin1", "cp1252" ... as people write it; ENCODING_UNKNOWN if it is none of ours. */
enum text_encoding text_encoding_named(str name);
const char *text_encoding_name(enum text_encoding encoding); /* "ISO-8859-1" */

/* Appends `in` as UTF-8 and says how many bytes were taken: all, but for an incomplete last UTF-16
 * unit or pair (kept for the next call; at the end of the text, `last`, it is taken too).  A half
 * of a pair alone comes out as three bytes that are no UTF-8, so that whoever checks the text
 * refuses it; likewise UTF-8 input passes as it is.  Fails, as a strbuf does, when `out` is full:
 * three bytes for one of `in` are always enough. */
size_t text_decode(enum text_encoding encoding, str in, bool last, struct strbuf *out);
