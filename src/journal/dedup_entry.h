/* journal/dedup_entry.h - an entry of the index as 27 bytes: the form it has in memory and on disk.
 *
 *   at size
 *    0    8  key.high, little-endian like all numbers here
 *    8    8  key.low
 *   16    6  sequence
 *   22    4  check of the content
 *   26    1  0: no entry (an empty slot; never on disk), 1: live, 2: erased
 */
#pragma once

#include "base/load.h"
#include "journal/dedup.h"

#include <endian.h>
#include <string.h>

enum { DEDUP_ENTRY_BYTES = 27, DEDUP_ENTRY_LOW_AT = 8, DEDUP_ENTRY_STATE_AT = 26 };

static inline uint64_t load_u64(const uint8_t *at)
{
	return le64toh(load64(at));
}
static inline uint32_t load_u32(const uint8_t *at)
{
	return le32toh(load32(at));
}
static inline void store_u64(uint8_t *at, uint64_t n)
{
	n = htole64(n);
	memcpy(at, &n, sizeof(n));
}
static inline void store_u32(uint8_t *at, uint32_t n)
{
	n = htole32(n);
	memcpy(at, &n, sizeof(n));
}

static inline struct dedup_key entry_key(const uint8_t *bytes)
{
	return (struct dedup_key){ load_u64(bytes), load_u64(bytes + 8) };
}
static inline int key_compare(struct dedup_key a, struct dedup_key b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return a.low == b.low ? 0 : a.low < b.low ? -1 : 1;
}
static inline bool entry_is_empty(const uint8_t *bytes)
{
	return bytes[DEDUP_ENTRY_STATE_AT] == 0;
}
static inline bool entry_is_valid(const uint8_t *bytes) /* as on disk */
{
	return bytes[DEDUP_ENTRY_STATE_AT] == 1 || bytes[DEDUP_ENTRY_STATE_AT] == 2;
}

static inline void entry_store(uint8_t *bytes, const struct dedup_entry *entry)
{
	uint32_t state = entry->state == DEDUP_ERASED ? 2 : 1;

	store_u64(bytes, entry->key.high);
	store_u64(bytes + 8, entry->key.low);
	store_u64(bytes + 16, entry->seq | (uint64_t)entry->check << 48);
	store_u32(bytes + 23, entry->check >> 8 | state << 24); /* its first byte once more */
}
static inline struct dedup_entry entry_load(const uint8_t *bytes)
{
	return (struct dedup_entry){
		.key = entry_key(bytes),
		.seq = load_u32(bytes + 16) | (uint64_t)bytes[20] << 32 | (uint64_t)bytes[21] << 40,
		.check = load_u32(bytes + 22),
		.state = bytes[DEDUP_ENTRY_STATE_AT] == 2 ? DEDUP_ERASED : DEDUP_LIVE,
	};
}

/* An entry on its way into a run, with the first half of its key. */
struct dedup_ranked {
	uint64_t high;
	const uint8_t *bytes;
};

/* Where a uniform `high` falls among `count` equal parts of the key space. */
static inline uint64_t part_of(uint64_t high, uint64_t count)
{
	return (uint64_t)((unsigned __int128)high * count >> 64);
}
