/* main/match_provider.c - see match_provider.h */
#include "main/match_provider.h"

#include "base/hash.h"
#include "base/random.h"
#include "identity/identifier.h"
#include "main/store.h"

#include <stdlib.h>

enum { DECISION_ARENA_BYTES = 64 << 20 };

static bool passes_over_dots(str host)
{
	return str_equal(host, STR("gmail.com")) || str_equal(host, STR("googlemail.com"));
}

str provider_box(str address, char *room)
{
	struct strbuf out = { .ptr = room,
		.cap = IDENTIFIER_VALUE_BYTES_MAX,
		.cap_max = IDENTIFIER_VALUE_BYTES_MAX };
	str user, host, name, tag;

	if (!str_split(address, '@', &user, &host))
		return address;
	bool has_tag = str_split(user, '+', &name, &tag) && name.len > 0;
	bool dots = passes_over_dots(host);
	if (!has_tag && !dots)
		return address;
	name = has_tag ? name : user;
	for (size_t i = 0; i < name.len; i++)
		if (!dots || name.ptr[i] != '.')
			strbuf_add_byte(&out, name.ptr[i]);
	strbuf_add_byte(&out, '@');
	strbuf_add(&out, dots ? STR("gmail.com") : host);
	return strbuf_ok(&out) && out.ptr[0] != '@' ? strbuf_str(&out) : address;
}

/* ---- what decisions keep apart */

struct apart {
	uint64_t *pairs; /* the lower code above, ascending */
	size_t count;
};

static uint64_t pair_of(uint32_t a, uint32_t b)
{
	return (uint64_t)MIN_OF(a, b) << 32 | MAX_OF(a, b);
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void note_decision(
	const struct identity_view *identity, const struct record *record, struct apart *out)
{
	enum decision_kind kind;
	uint32_t codes[2];

	if (!identity_decision_named(record->activity, &kind) || kind != DECISION_APART ||
		record->identifier_count != 2)
		return;
	for (int i = 0; i < 2; i++) {
		char room[IDENTIFIER_TEXT_BYTES_MAX];
		struct strbuf text = { .ptr = room, .cap = sizeof(room), .cap_max = sizeof(room) };
		strbuf_add(&text, record->identifiers[i].type);
		strbuf_add_byte(&text, ':');
		strbuf_add(&text, record->identifiers[i].value);
		codes[i] = identity_find(identity, strbuf_str(&text));
	}
	out->pairs[out->count++] = pair_of(codes[0], codes[1]);
}

static err list_apart(const struct request *request, struct engine *engine,
	const struct identity_view *identity, struct apart *out, struct why *why)
{
	AUTO_ARENA arena = arena_create(DECISION_ARENA_BYTES);
	struct record record;
	uint64_t *seqs = NULL;
	size_t count = 0;
	err e = store_decisions(request, engine, &seqs, &count, why);

	out->pairs = memory_alloc((count + 1) * sizeof(*out->pairs));
	for (size_t i = 0; e == OK && i < count; i++) {
		arena_reset(arena);
		e = engine_read(engine, seqs[i], arena, &record, why);
		if (e == OK)
			note_decision(identity, &record, out);
	}
	free(seqs);
	qsort(out->pairs, out->count, sizeof(*out->pairs), by_number);
	return e;
}

/* ---- boxes */

struct addressed {
	uint64_t box; /* a hash */
	uint32_t identifier;
};

static int by_box(const void *a, const void *b)
{
	const struct addressed *x = a, *y = b;

	if (x->box != y->box)
		return x->box < y->box ? -1 : 1;
	return (x->identifier > y->identifier) - (x->identifier < y->identifier);
}

static bool address_of(const struct identity_view *identity, uint32_t i, str *out)
{
	str text = identity_text(identity, i);

	*out = text;
	return str_skip_prefix(out, STR("email:")) && identity_live_sets(identity, i) > 0;
}

static struct addressed *list_addresses(const struct identity_view *identity, size_t *count)
{
	size_t room = 1024;
	struct addressed *list = memory_alloc(room * sizeof(*list));
	char box[IDENTIFIER_VALUE_BYTES_MAX];
	uint64_t seed;
	str address;

	secret_bytes(&seed, sizeof(seed));
	*count = 0;
	for (uint32_t i = 0; i < identity_identifier_count(identity); i++) {
		if (!address_of(identity, i, &address))
			continue;
		if (*count == room) {
			room *= 2;
			list = memory_resize(list, room * sizeof(*list));
		}
		list[(*count)++] =
			(struct addressed){ hash64(seed, provider_box(address, box)), i };
	}
	qsort(list, *count, sizeof(*list), by_box);
	return list;
}

static bool same_box(const struct identity_view *identity, uint32_t a, uint32_t b)
{
	char first[IDENTIFIER_VALUE_BYTES_MAX], second[IDENTIFIER_VALUE_BYTES_MAX];
	str x, y;

	return address_of(identity, a, &x) && address_of(identity, b, &y) &&
	       str_equal(provider_box(x, first), provider_box(y, second));
}

static bool is_apart(const struct apart *apart, uint32_t a, uint32_t b)
{
	uint64_t key = pair_of(a, b);

	return bsearch(&key, apart->pairs, apart->count, sizeof(key), by_number) != NULL;
}

struct pairing {
	const struct identity_view *identity;
	const struct apart *apart;
	struct provider_pairs *out;
	size_t room;
};

static void add_pair(struct pairing *p, uint32_t a, uint32_t b)
{
	if (!same_box(p->identity, a, b) || is_apart(p->apart, a, b) ||
		identity_customer_of(p->identity, a) == identity_customer_of(p->identity, b))
		return;
	if (p->out->count == p->room) {
		p->room = MAX_OF(p->room * 2, (size_t)64);
		p->out->items = memory_resize(p->out->items, p->room * sizeof(*p->out->items));
	}
	bool in_order =
		str_compare(identity_text(p->identity, a), identity_text(p->identity, b)) < 0;
	p->out->items[p->out->count++] =
		(struct provider_pair){ in_order ? a : b, in_order ? b : a };
}

static int by_texts(const void *a, const void *b, void *context)
{
	const struct provider_pair *x = a, *y = b;
	int order = str_compare(identity_text(context, x->a), identity_text(context, y->a));

	return order != 0 ? order
			  : str_compare(identity_text(context, x->b), identity_text(context, y->b));
}

/* The first of a box by text, so that the order in which addresses came does not matter. */
static void pair_box(struct pairing *p, const struct addressed *list, size_t count)
{
	size_t first = 0;

	for (size_t i = 1; i < count; i++)
		if (str_compare(identity_text(p->identity, list[i].identifier),
			    identity_text(p->identity, list[first].identifier)) < 0)
			first = i;
	for (size_t i = 0; i < count; i++)
		if (i != first)
			add_pair(p, list[first].identifier, list[i].identifier);
}

err provider_pairs_find(const struct request *request, struct engine *engine,
	const struct snapshot *snapshot, struct provider_pairs *out, struct why *why)
{
	const struct identity_view *identity = snapshot_identity(snapshot);
	union { /* qsort_r's context is not const */
		const struct identity_view *is;
		void *as;
	} context = { identity };
	struct apart apart = { 0 };
	struct provider_pairs found = { 0 };
	struct pairing p = { .identity = identity, .apart = &apart, .out = &found };
	err e = list_apart(request, engine, identity, &apart, why);

	if (e == OK) {
		size_t count;
		struct addressed *list = list_addresses(identity, &count);
		for (size_t i = 0, end; i < count; i = end) {
			for (end = i + 1; end < count && list[end].box == list[i].box; end++)
				;
			pair_box(&p, list + i, end - i);
		}
		free(list);
		if (found.count > 0)
			qsort_r(found.items, found.count, sizeof(*found.items), by_texts,
				context.as);
		*out = found;
	}
	free(apart.pairs);
	return e;
}

void provider_pairs_done(struct provider_pairs *pairs)
{
	free(pairs->items);
	*pairs = (struct provider_pairs){ 0 };
}
