/* journal/seal_internal.h - what the parts of the sealer share; seal.c tables the bytes.
 *
 * A record becomes a *template* and *values*.  The template is the record's bytes with holes: runs
 * of literal bytes (structure, keys, names) and, for each hole, the column its value went to.
 * Unsealing only fills templates, so it knows nothing of records and cannot misread one: what was
 * not understood when sealing was never cut up.
 */
#pragma once

#include "base/varint.h"
#include "journal/seal.h"

enum {
	SEAL_INLINE_BYTES = 256, /* a shorter stream lies in the directory, else in its own frame */
	SEAL_HOLES_MAX = 4096, /* of one record; a record with more is kept plain */
	SEAL_VALUES_MAX = 8 << 20, /* of one block; records past it are kept plain */
	SEAL_SMALL_BYTES =
		16384, /* a block of fewer is tried whole too: columns cost a little each */
	SEAL_NODES_MAX = 8192, /* places in records that get a column of their own */
	SEAL_PATTERN_TEXT_MAX = 512, /* a longer string is never cut by a pattern */
	SEAL_TOKENS_MAX = 64, /* in one pattern */
	SEAL_PLANES_MAX = 32, /* bytes of one hexadecimal token */
};

/* How a column's values stand in a record. */
enum column_type {
	COLUMN_RAW, /* bytes as they are: a whole record */
	COLUMN_STRING, /* varint length, bytes */
	COLUMN_UNSIGNED, /* varint */
	COLUMN_SIGNED, /* zigzag varint */
	COLUMN_TIME, /* the same, plus the record's received_ms */
	COLUMN_FLOAT, /* 8 bytes */
	COLUMN_BYTE,
	COLUMN_TYPE_COUNT_
};

static inline bool column_is_text(enum column_type type)
{
	return type == COLUMN_RAW || type == COLUMN_STRING;
}

enum text_coding { TEXT_PLAIN, TEXT_PATTERN, TEXT_DICTIONARY = 2 /* added to the other two */ };

enum { FLOAT_DECIMALS_MAX = 6, FLOAT_BITS = 255 };

/* ---- distinct strings in order of appearance (seal_names.c) */

struct names {
	str *items;
	uint32_t *slots, *hashes; /* slots hold index + 1 */
	uint32_t count, cap;
};

/* The index of `name`, added at the end if it is new: borrowed, or copied into `copies`, an
 * arena, if one is given. */
uint32_t names_add(struct names *names, str name, struct arena *copies);
bool names_has(const struct names *names, str name);
void names_clear(struct names *names); /* memory kept */
void names_done(struct names *names);

/* ---- writing: the directory and the frames (seal_streams.c) */

struct seal_streams {
	struct strbuf directory, sizes, frames;
	uint32_t frame_count;
	char *scratch; /* one plane, or what zstd makes of it */
	size_t scratch_bytes;
	void *zstd;
	int level;
};

void streams_init(struct seal_streams *streams, int level);
void streams_done(struct seal_streams *streams);
void streams_put(struct seal_streams *streams, str bytes);
void streams_put_ints(struct seal_streams *streams, const int64_t *numbers, size_t count);
/* Rows of `width` bytes each, put as `width` streams: first bytes, second bytes ... */
void streams_put_planes(struct seal_streams *streams, const char *rows, size_t width, size_t count);
/* zstd if that is smaller, else as it is: appends to `out`, returns how many bytes. */
size_t streams_pack(struct seal_streams *streams, str bytes, struct strbuf *out);

/* A column of strings (seal_text.c). */
void streams_put_text(struct seal_streams *streams, const str *texts, size_t count);

/* ---- tokens of a string (seal_pattern.c) */

enum token_kind {
	TOKEN_LITERAL, /* then varint length, bytes */
	TOKEN_UUID, /* 36 characters, lower case: 16 planes */
	TOKEN_TIME_MS, /* 2026-03-14T15:09:26.535Z: integer */
	TOKEN_TIME_S, /* 2026-03-14T15:09:26Z: integer */
	TOKEN_DECIMAL, /* no leading zero, at most 18 digits: integer */
	TOKEN_DIGITS, /* then varint width: integer with leading zeros, at most 18 */
	TOKEN_HEX, /* then varint bytes: twice as many characters, lower case: planes */
	TOKEN_KIND_COUNT_
};

struct token {
	enum token_kind kind;
	uint32_t width; /* of digits: characters; of hex: bytes */
	str literal;
	int64_t number;
	uint8_t bytes[SEAL_PLANES_MAX];
};

static inline bool token_has_planes(enum token_kind kind)
{
	return kind == TOKEN_UUID || kind == TOKEN_HEX;
}

/* Cuts `text` into at most SEAL_TOKENS_MAX tokens; 0 if it is too long or has too many. */
size_t pattern_cut(str text, struct token tokens[static SEAL_TOKENS_MAX]);
/* Cuts `text` as those tokens of another text say, and puts its values in their place.  False: it
 * does not fit, and what stands in the tokens has no meaning any more but for their kind, width and
 * literal. */
bool pattern_follow(struct token *tokens, size_t count, str text);
void pattern_put(const struct token *tokens, size_t count, struct strbuf *out);
/* Reads the next token's kind, width and literal; false if it is no token. */
bool pattern_next(struct reader *in, struct token *token);
/* Writes the characters of a token to `to`, which has room for SEAL_PATTERN_TEXT_MAX of them less
 * `used`; returns how many, or 0 if they do not fit or the number has no such form. */
size_t token_write(const struct token *token, char *to, size_t used);

/* ---- cutting records (seal_shred.c) */

struct column {
	enum column_type type;
	size_t count, cap;
	str *texts;
	int64_t *numbers;
};

enum { VALUES_FIRST = 64 }; /* a column's first room */

/* A value taken out of a record, on its way into a column. */
struct hole {
	uint32_t column;
	str text;
	int64_t number;
};

/* The next value of a column's type; `received_ms`: of its record.  False: there is none. */
bool hole_read(struct reader *in, enum column_type type, int64_t received_ms, struct hole *hole);

/* ---- templates met before (seal_tree.c) */

struct seal_tree;
struct seal_tree *seal_tree_create(void);
void seal_tree_free(struct seal_tree *tree);
/* Cuts a record as some template says; false: as none, and `holes` have no meaning. */
bool seal_tree_follow(struct seal_tree *tree, const struct sealed_record *record,
	struct hole holes[static SEAL_HOLES_MAX], size_t *count, uint32_t *template);
/* A template's operations, which stay where they are, and the columns they name. */
void seal_tree_add(
	struct seal_tree *tree, str operations, const struct column *columns, uint32_t template);

struct shredder;
struct shredder *shredder_create(bool whole); /* whole: cuts nothing, keeps all records plain */
void shredder_free(struct shredder *shredder);
/* Cuts one record; returns the number of its template. */
uint32_t shredder_add(struct shredder *shredder, const struct sealed_record *record);
const struct names *shredder_templates(const struct shredder *shredder);
const struct column *shredder_columns(const struct shredder *shredder, size_t *count);
