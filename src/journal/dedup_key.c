/* journal/dedup_key.c - the key of a message: a tag of varint(bytes of the source), source, id.
 */
#include "base/arena.h"
#include "base/copy.h"
#include "base/hash.h"
#include "base/varint.h"
#include "journal/dedup_entry.h"

#include <stdlib.h>

enum {
	KEY_TEXT_BYTES = 2048, /* longer ones, which no record has, go to the heap */
	SHORT_TEXT_BYTES = 160, /* those of many at once */
	AT_ONCE = 32,
};

static size_t text_bytes_most(str source, str message_id)
{
	return source.len + message_id.len + VARINT_BYTES_MAX;
}

static str write_text(char *to, str source, str message_id)
{
	size_t len = varint_put(to, source.len);

	if (source.len > 0)
		copy_bytes(to + len, source.ptr, source.len);
	len += source.len;
	if (message_id.len > 0)
		copy_bytes(to + len, message_id.ptr, message_id.len);
	return (str){ to, len + message_id.len };
}

static struct dedup_key key_of(const struct digest128 *tag)
{
	return (struct dedup_key){ load_u64(tag->bytes), load_u64(tag->bytes + 8) };
}

struct dedup_key dedup_key_of(const uint8_t *secret, str source, str message_id)
{
	char short_text[KEY_TEXT_BYTES];
	bool is_long = text_bytes_most(source, message_id) > KEY_TEXT_BYTES;
	char *text =
		is_long ? memory_resize(NULL, text_bytes_most(source, message_id)) : short_text;
	struct digest128 tag = tag128(secret, write_text(text, source, message_id));

	if (is_long)
		free(text);
	return key_of(&tag);
}

static void keys_of_some(const uint8_t *secret, const struct dedup_key_text *texts, size_t count,
	struct dedup_key *keys)
{
	char room[AT_ONCE][SHORT_TEXT_BYTES];
	struct digest128 tags[AT_ONCE];
	str written[AT_ONCE] = { { NULL, 0 } }; /* those not used are not read */
	size_t of[AT_ONCE], n = 0;

	for (size_t i = 0; i < count; i++) {
		str source = texts[i].source, id = texts[i].message_id;
		if (text_bytes_most(source, id) > SHORT_TEXT_BYTES) {
			keys[i] = dedup_key_of(secret, source, id);
			continue;
		}
		written[n] = write_text(room[n], source, id);
		of[n++] = i;
	}
	tag128_many(secret, written, n, tags);
	for (size_t i = 0; i < n; i++)
		keys[of[i]] = key_of(&tags[i]);
}

void dedup_keys_of(const uint8_t *secret, const struct dedup_key_text *texts, size_t count,
	struct dedup_key *keys)
{
	for (size_t at = 0; at < count; at += AT_ONCE)
		keys_of_some(secret, texts + at, MIN_OF(count - at, (size_t)AT_ONCE), keys + at);
}
