/* journal/seal.h - a block of records as columns: small, and the same bytes back.
 *
 * seal_block() takes canonical records (event/codec.h) and shreds them: each field becomes a
 * stream of its own (times and sequences as differences, names through a dictionary of the block,
 * UUIDs and hex hashes as binary, attribute values by key and type), each stream compressed with
 * zstd.  unseal_block() gives back the very same bytes.  Records that the shredder cannot
 * reproduce exactly (damaged, of a newer version) are kept as plain bytes in a stream of their own.
 *
 * Pure functions: the journal decides where blocks lie.  seal.c tables the bytes.
 */
#pragma once

#include "base/why.h"

enum {
	SEAL_VERSION = 1,
	SEAL_RECORDS_MAX = 65536, /* in a block */
	SEAL_BLOCK_BYTES_MAX = 64 << 20, /* unsealed */
};

struct sealed_record {
	int64_t received_ms;
	str bytes;
};

/* Appends one block of `count` records (1 to SEAL_RECORDS_MAX) to `out`. */
err seal_block(const struct sealed_record *records, size_t count, int level, struct strbuf *out,
	struct why *why);

/* Reads a block; records[] and their bytes lie in `arena`.  ERR_CORRUPT if it is no sealed
 * block (never crashes, never takes more than the arena), ERR_VERSION if of a newer program. */
err unseal_block(str block, struct arena *arena, struct sealed_record **records, size_t *count,
	struct why *why);
